"""An in-memory engine whose Redis answers and whose workers register, as the real ones do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devbox.engine.api import ExecResult
from devbox.events import Event
from devbox.result import Result
from devbox.sandbox.down import down
from devbox.sandbox.request import UpRequest, World
from devbox.sandbox.restart import restart
from devbox.sandbox.up import up
from tests.fake_engine import FakeContainer, FakeEngine, Tree


@dataclass
class FakeRedis:
    """What the Redis behind a port holds; it outlives its container, as the volume does."""

    machine: QueueMachine
    port: int

    @property
    def box(self) -> FakeContainer | None:
        """The container that publishes the port."""
        boxes = self.machine.engine.boxes.values()
        return next((b for b in boxes if b.running and any(p.host == self.port for p in b.spec.ports)), None)

    @property
    def pools(self) -> list[FakeContainer]:
        """The worker containers of that sandbox."""
        boxes = self.machine.engine.boxes.values()
        net = self.box.spec.network if self.box else ""
        return [b for b in boxes if b.running and b.spec.service == "worker" and b.spec.network == net]

    def ping(self) -> bool:
        return self.box is not None

    def workers(self) -> set[str] | None:
        return set(self.lives() or {}) if self.box else None

    def lives(self) -> dict[str, int] | None:
        if self.box is None:
            return None
        found = {}
        for pool in self.pools:
            if not self.machine.dumb:
                words = pool.spec.command or ()
                count = int(words[words.index("--count") + 1]) if "--count" in words else 1
                size = self.machine.wanted.get(pool.spec.network, count) if "--count" in words else 1
                base = 100 * self.machine.generations.get(pool.id, 0)
                for number in range(size):
                    found[f"{pool.id[:12]}:{base + number}:*"] = int((pool.started_at + 1) * 1000)
        return found

    def wanted(self) -> int | None:
        if self.box is None:
            return None
        for pool in self.pools:
            words = pool.spec.command or ()
            if "--count" in words:
                self.machine.wanted.setdefault(pool.spec.network, int(words[words.index("--count") + 1]))
        return self.machine.wanted.get(self.box.spec.network)

    def scale(self, size: int) -> bool:
        if self.box is not None:
            self.machine.wanted[self.box.spec.network] = size
        return self.box is not None


@dataclass
class QueueMachine:
    """A developer's machine with the queue's images."""

    state: Path
    engine: FakeEngine = field(default_factory=FakeEngine)
    events: list[Event] = field(default_factory=list)
    wanted: dict[str, int] = field(default_factory=dict)
    generations: dict[str, int] = field(default_factory=dict)
    broken: bool = False
    """The job classes do not import."""
    dumb: bool = False
    """The workers do not register."""
    answer: bool = True

    def __post_init__(self) -> None:
        for ref in ("redis:8", "redis:7", "python:3.13-slim", "me/worker:1"):
            self.engine.add_image(ref, files=Tree())
        self.engine.services["worker"] = self.boot
        self.engine.commands = self.command

    def boot(self, made: FakeEngine, box: FakeContainer) -> None:
        if self.broken:
            made.say(box.id, "the job modules cannot be used")
            box.state, box.exit_code = "exited", 1

    def command(self, box: FakeContainer, words: tuple[str, ...], _stdin: bytes) -> ExecResult | None:
        if words[:2] == ("sh", "-c"):
            self.generations[box.id] = self.generations.get(box.id, 0) + 1
            return ExecResult(0, b"", b"")
        if words[0] == "python3":
            return ExecResult(1, b"", b"SyntaxError: no\n") if self.broken else ExecResult(0, b"", b"")
        return None

    def redis(self, url: str) -> FakeRedis:
        return FakeRedis(self, int(url.rpartition(":")[2]))

    @property
    def world(self) -> World:
        return World(self.engine, self.state, self.events.append, confirm=lambda _: self.answer, broker=self.redis)

    def up(self, name: str = "queue", *, settings: dict[str, Any] | None = None, **asked: Any) -> Result:
        own = {k: asked.pop(k) for k in ("pull", "keep", "reset", "dry_run", "wait", "timeout") if k in asked}
        return up(self.world, UpRequest("queue", name, asked, settings or {}, **own))

    def restart(self, service: str | None = None, name: str = "queue") -> Result:
        return restart(self.world, name, service, timeout=60)

    def down(self, *sandboxes: str, volumes: bool = False) -> Result:
        return down(self.world, sandboxes or ("queue",), volumes=volumes, dry_run=False)

    def ours(self) -> list[str]:
        """All that devbox has here."""
        nets = [n.name for n in self.engine.nets.values()]
        return sorted([b.name for b in self.engine.boxes.values()] + nets + list(self.engine.vols))

    def running(self) -> list[str]:
        return sorted(b.name for b in self.engine.boxes.values() if b.running)

    def box(self, service: str, number: int = 1, name: str = "queue") -> FakeContainer:
        return self.engine.box(f"devbox-{name}-{service}-{number}")
