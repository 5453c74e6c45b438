"""An in-memory engine whose Jenkins containers boot, sign in and answer as the real one does."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devbox.errors import ConfirmationNeeded
from devbox.events import Event
from devbox.jenkins import home
from devbox.jenkins.site import NOTHING, Answer, Site
from devbox.result import Result
from devbox.sandbox.down import down
from devbox.sandbox.request import UpRequest, World
from devbox.sandbox.up import up
from tests.fake_engine import FakeContainer, FakeEngine, Node, Tree

VERSIONS = {"lts": "2.568.2", "2.555.1": "2.555.1", "2.578": "2.578", "1.610": "1.610"}


def engine() -> FakeEngine:
    """An engine with official images here and in the registry."""
    made = FakeEngine()
    for tag, version in VERSIONS.items():
        files = Tree({home.PATH: Node(None, 0o755, 1000, 1000), "/usr/share/jenkins": Node(None)})
        made.add_image(f"jenkins/jenkins:{tag}", environment={"JENKINS_VERSION": version}, files=files)
    made.services["jenkins"] = boot
    return made


def boot(made: FakeEngine, box: FakeContainer) -> None:
    """What Jenkins does in its home at a start."""
    options = box.spec.environment.get("JAVA_OPTS", "")
    if "-XX:+Bogus" in options:
        made.say(box.id, "Unrecognized VM option 'Bogus'")
        box.state, box.exit_code = "exited", 1
        return
    tree = made.vols[box.spec.mounts[0].volume].tree
    version = box.image.image.environment["JENKINS_VERSION"].encode()
    tree.put(f"/{home.LAST_VERSION}", Node(version, 0o644, 1000, 1000))
    want = box.spec.environment["DEVBOX_SIGNIN"]
    marker = tree.get(f"/{home.MARKER}")
    if marker is None or marker.content != want.encode():
        assert want == "off" or tree.get(f"/{home.PASSWORD}"), "the script would stop the boot"
        tree.put(f"/{home.MARKER}", Node(want.encode(), 0o600, 1000, 1000))
    made.say(box.id, "INFO: Jenkins is fully up and running")


@dataclass(frozen=True)
class FakeSite(Site):
    """Answers for the container that publishes the port of the URL."""

    made: FakeEngine | None = None

    def get(self, path: str, *, signed_in: bool = False, timeout: float = 1.0) -> Answer:
        assert self.made is not None
        port = int(self.url.split(":")[2].partition("/")[0])
        for box in self.made.boxes.values():
            if box.running and any(p.host == port and p.container == 8080 for p in box.spec.ports):
                return self.answer(box, path, signed_in)
        return NOTHING

    def answer(self, box: FakeContainer, path: str, signed_in: bool) -> Answer:
        assert self.made is not None
        version, session = box.image.image.environment["JENKINS_VERSION"], f"{box.id}-{box.starts}"
        tree = self.made.vols[box.spec.mounts[0].volume].tree
        secret = tree.get(f"/{home.PASSWORD}")
        marker = tree.get(f"/{home.MARKER}")
        known = signed_in and secret is not None and secret.content == (self.password or "").encode()
        secured = marker is not None and marker.content == b"on"
        allowed = path in ("/login", "/health") or known or not secured
        return Answer(200 if allowed else 401 if signed_in else 403, version, session)


@dataclass
class Machine:
    """A developer's machine: the engine, devbox's folder, and what devbox said."""

    state: Path
    engine: FakeEngine = field(default_factory=engine)
    events: list[Event] = field(default_factory=list)
    answer: bool | None = True

    def confirm(self, _question: str) -> bool:
        if self.answer is None:
            raise ConfirmationNeeded("confirm.needed", "nobody to ask")
        return self.answer

    @property
    def world(self) -> World:
        def site(url: str, password: str | None) -> Site:
            return FakeSite(url, password, self.engine)

        return World(self.engine, self.state, self.events.append, confirm=self.confirm, site=site)

    def up(self, name: str = "jenkins", *, settings: dict[str, Any] | None = None, **asked: Any) -> Result:
        own = {
            k: asked.pop(k)
            for k in ("pull", "keep", "reset", "dry_run", "strict_ports", "wait", "timeout")
            if k in asked
        }
        return up(self.world, UpRequest("jenkins", name, asked, settings or {}, **own))

    def down(self, *sandboxes: str, volumes: bool = False) -> Result:
        return down(self.world, sandboxes or ("jenkins",), volumes=volumes, dry_run=False)

    def ours(self) -> list[str]:
        """All that devbox has here."""
        nets = [n.name for n in self.engine.nets.values()]
        return sorted([b.name for b in self.engine.boxes.values()] + nets + list(self.engine.vols))

    def running(self) -> list[str]:
        return sorted(b.name for b in self.engine.boxes.values() if b.running)

    def home_version(self) -> bytes | None:
        vol = self.engine.vols.get("devbox-jenkins_home")
        node = vol.tree.get(f"/{home.LAST_VERSION}") if vol else None
        return node.content if node else None

    def home_file(self, path: str, name: str = "jenkins") -> bytes | None:
        node = self.engine.vols[f"devbox-{name}_home"].tree.get("/" + path)
        return node.content if node else None
