"""The contract suite's bench: one engine, fake or real, and containers that do the same on both."""

from __future__ import annotations

import io
import itertools
import os
import shutil
import tarfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from devbox.engine.api import ContainerSpec, Engine
from devbox.engine.pulling import messages
from devbox.engine.sdk import DockerEngine
from tests.fake_engine import FakeContainer, FakeEngine, Node, Tree

TINY = "devbox-lab/tiny:1"
HOME = "/home/dev"
UID = 1000
_APPLETS = ("sh", "sleep", "cat", "echo", "true", "false", "ls", "id")
_LISTEN = "trap 'exit 143' TERM"
_STAY = "sleep 600 & wait"


@dataclass
class Bench:
    """An engine with the suite's image, and what one test makes on it (all under one label, removed afterwards)."""

    engine: Engine
    image: str = TINY
    label: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    _numbers: Any = field(default_factory=itertools.count)

    @property
    def labels(self) -> dict[str, str]:
        """The label of this test's things."""
        return {"dev.devbox.test": self.label}

    def name(self, what: str) -> str:
        """A name that no other test uses."""
        return f"devbox-contract-{self.label}-{what}"

    def network(self, what: str = "net") -> str:
        """A network; gives its name."""
        return self.engine.create_network(self.name(what), self.labels).name

    def spec(
        self, service: str = "box", *, says: tuple[tuple[int, str], ...] = (), exits: int | None = None, **fields: Any
    ) -> ContainerSpec:
        """A container that says these lines (stream, text), and then exits or stays until it is stopped."""
        if "network" not in fields:
            found = self.engine.find_network(self.name("net"))
            fields["network"] = found.name if found else self.network()
        if isinstance(self.engine, FakeEngine):
            self.engine.services[service] = _service(says, exits)
        lines = [f"echo '{text}'" + (" >&2" if stream == 2 else "") for stream, text in says]
        # it listens for SIGTERM before it says anything: who has heard it may stop it
        script = "; ".join([_LISTEN, *lines, _STAY if exits is None else f"exit {exits}"])
        values = {
            "name": self.name(service),
            "image": self.image,
            "labels": self.labels,
            "command": ("sh", "-c", script),
        }
        return ContainerSpec(service=service, **{**values, **fields})

    def create(self, service: str = "box", **fields: Any) -> str:
        """Create such a container; gives the id."""
        return self.engine.create_container(self.spec(service, **fields))

    def run(self, service: str = "box", **fields: Any) -> str:
        """Create and start one; gives the id."""
        container = self.create(service, **fields)
        self.engine.start(container)
        return container

    def clean(self) -> None:
        """Remove all that carries this test's label."""
        for container in self.engine.containers(self.labels):
            self.engine.remove_container(container.id)
        for network in self.engine.networks(self.labels):
            self.engine.remove_network(network.id)
        for volume in self.engine.volumes(self.labels):
            self.engine.remove_volume(volume.name)


def until(state: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait until `state` is true; gives what it gave. Fails after `seconds`."""
    end = time.monotonic() + seconds
    while not (found := state()):
        assert time.monotonic() < end, "the awaited state did not come"
        time.sleep(0.02)
    return found


def fake_bench() -> Bench:
    """A bench on a fake engine."""
    engine = FakeEngine()
    files = Tree()
    files.put(HOME, Node(None, 0o755, UID, UID))
    files.put(f"{HOME}/seed.txt", Node(b"seed", 0o644, UID, UID))
    engine.add_image(
        TINY, remote=False, files=files, labels={"made": "by-test"}, environment={"GREETING": "a=b"}, user="1000:1000"
    )
    return Bench(engine)


def install_image(engine: DockerEngine, *, tagged: bool) -> str:
    """Put the suite's image into a real engine, from this machine's static busybox; gives its name, or its id."""
    wire = engine._wire
    params = [("fromSrc", "-"), *(("changes", change) for change in ("LABEL made=by-test", "ENV GREETING=a=b"))]
    params += [("changes", "USER 1000:1000"), *zip(("repo", "tag"), TINY.split(":"), strict=True)][: 3 if tagged else 1]
    with wire.open("POST", f"/images/create?{urlencode(params)}", data=iter([_tiny_tar()]), limit=60) as call:
        said = list(messages(call.pieces()))
    image = engine.image(TINY if tagged else said[-1]["status"])
    assert image, said
    return TINY if tagged else image.id


def remove_image(engine: DockerEngine, image: str) -> None:
    """Take it out again."""
    engine._wire.json("DELETE", f"/images/{image}")


def _tiny_tar() -> bytes:
    busybox = os.environ.get("DEVBOX_TEST_BUSYBOX") or shutil.which("busybox")
    assert busybox, "the contract suite needs a static busybox (Debian's busybox-static)"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.add(busybox, "bin/busybox")
        for applet in _APPLETS:
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        for name, content, mode in ((HOME, None, 0o755), (f"{HOME}/seed.txt", b"seed", 0o644)):
            entry = tarfile.TarInfo(name.lstrip("/"))
            entry.mode, entry.uid, entry.gid = mode, UID, UID
            entry.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
            entry.size = len(content or b"")
            tar.addfile(entry, io.BytesIO(content or b""))
    return out.getvalue()


def _service(says: tuple[tuple[int, str], ...], exits: int | None) -> Callable[[FakeEngine, FakeContainer], None]:
    def start(engine: FakeEngine, box: FakeContainer) -> None:
        for stream, text in says:
            engine.say(box.id, text, stream)
        if exits is not None:
            engine.exits(box.id, exits)

    return start
