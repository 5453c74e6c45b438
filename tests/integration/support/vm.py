"""A VM of a stand-in Colima whose engine is one of the lab's, and a user who has it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from docker import APIClient

from tests.integration.support.command import Devbox
from tests.integration.support.docker import Docker
from tests.lab import Lab
from tests.lab.engine import Engine
from tests.vmtools import engines
from tests.vmtools.shelf import Shelf


@dataclass(frozen=True)
class Vm:
    """`engine_socket` is where the VM's engine is, whichever version it has just now."""

    devbox: Devbox
    shelf: Shelf
    engine_socket: Path
    first: Engine
    """The engine that it begins with."""

    @property
    def docker(self) -> Docker:
        """The engine of now; patient, since volumes are read and images pulled on a machine that may be loaded."""
        return Docker(APIClient(base_url=f"unix://{self.engine_socket}", version="auto", timeout=600))

    @property
    def version(self) -> str:
        return str(self.docker.api.version()["Version"])

    @property
    def folder(self) -> Path:
        """The only backup."""
        (found,) = (self.devbox.state / "backup").iterdir()
        return found


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder with a short path, since sockets lie in it."""
    folder = Path(tempfile.mkdtemp(prefix="dvb", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def user(folder: Path, shelf: Shelf) -> Devbox:
    """A devbox with the shelf's programs."""
    found = Devbox.at(folder, None)
    return found.having(PATH=shelf.path(os.environ["PATH"]))


@contextmanager
def colima(lab: Lab, *, after: str = "26.1", cli: str = "29.0.1") -> Iterator[Vm]:
    """A Colima that runs engine 20.10, beside a docker command of version `cli`; a new VM has engine `after`."""
    with short_folder() as folder, lab.fresh_engine("20.10") as engine:
        shelf = Shelf.at(folder / "shelf", ("colima", "docker"))
        devbox = user(folder, shelf)
        home = Path(devbox.env["HOME"])
        socket = home / ".colima" / "default" / "docker.sock"
        socket.parent.mkdir(parents=True)
        socket.symlink_to(engine.socket)
        (home / ".colima" / "default" / "colima.yaml").write_text("cpu: 2\n")
        instance = home / ".colima" / "_lima" / "colima"
        instance.mkdir(parents=True)
        (instance / "lima.yaml").write_text("vmType: vz\n")
        shelf.state.put("colima", "default", status="Running")
        shelf.state.put("docker", "cli", version=cli)
        engines.plan(shelf.state, lab.places, engine, "20.10", after)
        try:
            yield Vm(devbox.having(DOCKER_HOST=f"unix://{socket}"), shelf, engine.socket, engine)
        finally:
            engines.stop(shelf.state)
