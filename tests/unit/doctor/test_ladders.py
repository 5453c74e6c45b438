"""Every automatic back end's whole ladder, run against its stand-in: the very argument lists, and their order."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from devbox.doctor.backends.colima import COLIMA, LIMA
from devbox.doctor.backends.machine import BOOT2DOCKER, MACHINE
from devbox.doctor.backends.model import Backend, Rung, State
from devbox.doctor.backends.native import ROOTLESS, systemd, sysvinit
from devbox.doctor.backends.podman import PODMAN
from devbox.doctor.backends.products import DESKTOP
from devbox.doctor.fix import Diagnosis, Fixed, fix
from devbox.doctor.host import Machine
from devbox.doctor.model import Finding, Risk, Status
from devbox.doctor.remedies import Patient
from devbox.doctor.repair import Repair
from devbox.engine.api import Endpoint
from devbox.events import Event, Step
from tests.replay import ReplayServer
from tests.vmtools.machine import B2D
from tests.vmtools.shelf import Shelf

RUNGS = (Rung.START, Rung.RESTART, Rung.UPDATE, Rung.RECREATE)


@dataclass(frozen=True)
class Row:
    """A back end, the VM that its stand-in has, and what the whole ladder calls."""

    backend: Backend
    tools: tuple[str, ...]
    tool: str
    vm: dict[str, Any]
    calls: tuple[str, ...]
    socket: str = ""
    name: str = ""
    making: dict[str, Any] = field(default_factory=dict)


ROWS = {
    "boot2docker": Row(
        Backend(BOOT2DOCKER, B2D),
        ("boot2docker", "VBoxManage"),
        "boot2docker",
        {"state": "poweroff", "uuid": "u1"},
        (
            "boot2docker up",
            "boot2docker stop",
            "boot2docker up",
            "boot2docker upgrade",
            "boot2docker delete",
            "boot2docker download",
            "boot2docker init",
            "boot2docker up",
        ),
        socket="host",
    ),
    "docker-machine": Row(
        Backend(MACHINE, "dev"),
        ("docker-machine", "VBoxManage"),
        "docker-machine",
        {"state": "Stopped"},
        (
            "docker-machine start dev",
            "docker-machine restart dev",
            "docker-machine upgrade dev",
            "docker-machine rm -y dev",
            "docker-machine create -d virtualbox --virtualbox-cpu-count 1 --virtualbox-memory 2048 "
            "--virtualbox-disk-size 20000 --engine-registry-mirror http://mirror.example dev",
        ),
        socket="host",
    ),
    "colima": Row(
        Backend(COLIMA, "default"),
        ("colima",),
        "colima",
        {"status": "Stopped"},
        ("colima start", "colima restart", "colima update", "colima delete --force", "colima start"),
    ),
    "colima-profile": Row(
        Backend(COLIMA, "work"),
        ("colima",),
        "colima",
        {"status": "Broken"},
        (
            "colima stop --force work",
            "colima start work",
            "colima restart work",
            "colima update work",
            "colima delete --force work",
            "colima start work",
        ),
    ),
    "lima": Row(
        Backend(LIMA, "docker"),
        ("limactl",),
        "limactl",
        {"status": "Broken"},
        (
            "limactl stop -f docker",
            "limactl start --tty=false docker",
            "limactl stop docker",
            "limactl start --tty=false docker",
            "limactl delete -f docker",
            "limactl start --name=docker --tty=false SAVED/lima.yaml",
        ),
    ),
    "podman-machine": Row(
        Backend(PODMAN, "podman-machine-default"),
        ("podman",),
        "podman",
        {"State": "stopped", "Rootful": True},
        (
            "podman machine start podman-machine-default",
            "podman machine stop podman-machine-default",
            "podman machine start podman-machine-default",
            "podman machine os upgrade podman-machine-default",
            "podman machine rm -f podman-machine-default",
            "podman machine init --cpus 2 --memory 2048 --disk-size 100 --rootful podman-machine-default",
            "podman machine start podman-machine-default",
        ),
        socket="path",
    ),
    "docker-desktop": Row(
        Backend(DESKTOP, ""),
        ("docker",),
        "desktop",
        {"status": "stopped"},
        ("docker desktop start", "docker desktop restart"),
        name="desktop",
    ),
    "systemd": Row(
        Backend(systemd(True), ""),
        ("systemctl",),
        "systemd",
        {"active": "inactive"},
        ("systemctl start docker", "systemctl restart docker"),
        name="system",
    ),
    "systemd-failed": Row(
        Backend(systemd(True), ""),
        ("systemctl",),
        "systemd",
        {"active": "failed"},
        ("systemctl reset-failed docker", "systemctl start docker", "systemctl restart docker"),
        name="system",
    ),
    "sysvinit": Row(
        Backend(sysvinit(True), ""),
        ("service",),
        "sysv",
        {"running": False},
        ("service docker start", "service docker restart"),
        name="docker",
    ),
    "rootless": Row(
        Backend(ROOTLESS, ""),
        ("systemctl",),
        "systemd",
        {"active": "inactive"},
        ("systemctl --user start docker", "systemctl --user restart docker"),
        name="user",
    ),
}


@dataclass
class Bench:
    """A home, a shelf of stand-ins, and an engine that only answers pings once the VM was made anew."""

    host: Machine
    shelf: Shelf
    alive: Path
    state: Path
    events: list[Event] = field(default_factory=list)

    def repair(self, **fields: Any) -> Repair:
        return Repair(
            host=self.host,
            state=self.state,
            emit=self.events.append,
            pause=lambda _seconds: None,
            patience=0,
            **{"confirm": lambda _q: True, "yes": True, "allow": Risk.DESTROY, **fields},
        )

    @property
    def changes(self) -> list[str]:
        lines = [shlex.join(call) for call in self.shelf.changing()]
        saved = sorted(self.state.glob("backup/*/settings"))
        return [line.replace(str(saved[-1]), "SAVED") if saved else line for line in lines]

    def put(self, row: Row) -> None:
        name = row.name or row.backend.name
        vm = dict(row.vm)
        if row.socket:
            vm[row.socket] = f"unix://{self.alive}"
        if row.socket == "path":
            vm = {**row.vm, "socket": str(self.alive)}
        self.shelf.state.put(row.tool, name, **vm)
        keep = {"host": f"unix://{self.alive}"} if row.tool == "docker-machine" else {}
        self.shelf.state.put("made", name, **(keep or ({"socket": str(self.alive)} if row.tool == "podman" else {})))
        if "VBoxManage" in row.tools:
            self.shelf.state.put("vbox", name, rules=[])
        for file in (f".lima/{name}/lima.yaml", f".colima/{name}/colima.yaml"):
            path = self.host.home / file
            path.parent.mkdir(parents=True)
            path.write_text("kubernetes: {enabled: false}\n")
        (self.host.home / f".colima/{name}/docker.sock").symlink_to(self.alive)
        (self.host.home / f".lima/{name}/sock").mkdir()
        (self.host.home / f".lima/{name}/sock/docker.sock").symlink_to(self.alive)


@pytest.fixture
def short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a short path: sockets lie in it."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="dvb", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def bench_of(folder: Path, tools: tuple[str, ...]) -> Bench:
    shelf = Shelf.at(folder / "shelf", tools)
    home = folder / "h"
    home.mkdir()
    env = {"PATH": shelf.path(os.environ["PATH"]), "HOME": str(home)}
    return Bench(Machine(env, home, "linux"), shelf, folder / "live.sock", folder / "state")


def climb(bench: Bench, backend: Backend, dead: Path, *rungs: Rung, **fields: Any) -> Fixed:
    """The ladder for a finding that no cure makes go away but the last."""
    patient = Patient(Endpoint(f"unix://{dead}", "default"), backend)

    def diagnose() -> Diagnosis:
        cures = backend.remedies(*rungs)
        return Diagnosis((Finding("engine.reachable", Status.FAIL, "no engine answers", cures=cures),), patient)

    return fix(bench.repair(**fields), diagnose)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_the_whole_ladder(row: Row, short: Path) -> None:
    bench = bench_of(short, row.tools)
    bench.put(row)
    with ReplayServer(unix=bench.alive):
        fixed = climb(bench, row.backend, short / "dead.sock", *RUNGS, named=row.backend.name)
    assert fixed.stopped is None
    assert bench.changes == list(row.calls)
    shown = [event.target for event in bench.events if isinstance(event, Step) and event.state == "start"]
    assert [line for line in shown if line in row.calls] == [c for c in row.calls if "SAVED" not in c], "each was shown"


@pytest.mark.parametrize("row", [ROWS[name] for name in ("boot2docker", "lima", "systemd")], ids=lambda r: r.tool)
def test_no_more_than_starting_without_leave(row: Row, short: Path) -> None:
    bench = bench_of(short, row.tools)
    bench.put(row)
    fixed = climb(bench, row.backend, short / "dead.sock", *RUNGS, allow=Risk.NONE)
    starts = len(row.backend.commands(Rung.START, row.backend.state(bench.host)))
    expected = len(row.backend.commands(Rung.START, State.BROKEN)) if "Broken" in str(row.vm) else starts
    assert bench.changes == list(row.calls[: max(expected, 1 + ("failed" in str(row.vm)))])
    assert fixed.refused is Risk.RESTART


@pytest.mark.parametrize("row", [ROWS[n] for n in ("docker-machine", "colima", "podman-machine")], ids=lambda r: r.tool)
def test_an_engine_that_does_not_answer_goes_only_when_it_is_named(row: Row, short: Path) -> None:
    bench = bench_of(short, row.tools)
    bench.put(row)
    fixed = climb(bench, row.backend, short / "dead.sock", Rung.RECREATE)
    assert fixed.stopped is not None and fixed.stopped.code == "backup.impossible"
    assert f"--confirm {row.backend.name}" in str([cure.command for cure in fixed.stopped.cures])
    assert bench.changes == []
