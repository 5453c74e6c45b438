"""A VM is made anew with a newer engine, through the installed command: every file is the same after, Jenkins is up.

The "VM" is a stand-in Colima's; its engine is a real one of the lab's, with data of its own that go with the VM.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.integration.support.box import Box
from tests.integration.support.ports import free_port
from tests.integration.support.tree import EVERY_SORT, Entry, tree
from tests.integration.support.vm import Vm, colima
from tests.lab import Lab

pytestmark = [pytest.mark.engine, pytest.mark.lab]

FIX = ("doctor", "api.docker-cli", "--fix")
DESTROY = (*FIX, "--allow", "destroy", "--yes")
LTS = "jenkins/jenkins:lts"
LABELS = {"mine": "yes", "odd": 'a "quoted" = value'}
LONG = 600.0


@dataclass(frozen=True)
class Story:
    """A VM with a Jenkins that runs, volumes, and what was in them."""

    vm: Vm
    box: Box
    files: dict[str, dict[str, Entry]]
    password: str

    def check(self) -> None:
        """All of it is back, in the newer engine."""
        assert self.vm.version.startswith("26."), "it is the new engine"
        docker = self.vm.docker
        for name, before in self.files.items():
            assert tree(docker, name, LTS) == before, name
        found = docker.volume("every")
        assert found is not None and found["Labels"] == LABELS
        box = replace(self.box, docker=docker)
        assert docker.state(box.container) == "running"
        jenkins = box.jenkins()
        assert jenkins.password == self.password
        assert jenkins.get("/api/json").status_code == 200


def prepare(vm: Vm) -> Story:
    """Two volumes of the user's, a container of his, a Jenkins of devbox's that has been used."""
    docker = vm.docker
    vm.first.docker("pull", "--quiet", LTS)
    docker.api.create_volume("every", labels=LABELS)
    docker.api.create_volume("still-empty")
    docker.run(
        "mine",
        LTS,
        user="root",
        binds=["every:/data"],
        entrypoint=["sh", "-c", f"{EVERY_SORT}\ntouch /done\nexec sleep 1d"],
    )
    box = Box("kept", vm.devbox, docker, free_port(), free_port())
    vm.devbox.json("up", "jenkins", "-n", box.name, *box.ports, seconds=LONG).ok()
    while not docker.has("mine", "/done"):
        assert docker.state("mine") == "running", docker.api.logs("mine")
    files = {name: tree(docker, name, LTS) for name in ("every", "still-empty")}
    assert len(files["every"]) > 25
    return Story(vm, box, files, box.jenkins().password)


@pytest.fixture
def vm(lab: Lab) -> Iterator[Vm]:
    with colima(lab) as made:
        yield made


def test_everything_comes_back_whatever_is_killed_on_the_way(vm: Vm) -> None:
    story = prepare(vm)
    devbox, orders = vm.devbox, vm.shelf.state.order

    named = devbox.json("doctor", "api.docker-cli").failed("doctor.findings")
    (finding,) = (f for f in named.data["findings"] if f["id"] == "api.docker-cli")
    assert (finding["status"], "20.10" in finding["title"], "29.0.1" in finding["title"]) == ("fail", True, True)

    asked = devbox.json(*FIX, "--allow", "destroy")
    asked.failed("confirm.needed", 3)
    assert "container mine" in asked.error["message"], "what is lost is said before"
    assert vm.docker.state("mine") == "running" and vm.version.startswith("20.10")

    saving = devbox.start(*DESTROY)
    saving.sees("save volume every", seconds=LONG)
    saving.kill()
    for what in ("kill-before", "kill-after"):
        orders(colima_delete=what)
        assert devbox.run(*DESTROY, seconds=LONG).code == -9
    orders(colima_start="kill-after")
    assert devbox.run(*FIX, seconds=LONG).code == -9
    orders()
    filling = devbox.start(*FIX)
    filling.sees("fill volume every", seconds=LONG)
    filling.kill()

    fixed = devbox.json(*FIX, seconds=LONG).ok()
    assert [r["id"] for r in fixed.data["repaired"]] == ["backup.unfinished"]
    story.check()
    calls = [call[1] for call in vm.shelf.changing() if call[0] == "colima"]
    assert calls.count("delete") >= 1 and calls.count("start") >= 1

    listed = devbox.json("doctor", "--backups").ok().data["backups"]
    assert [b["phase"] for b in listed] == ["done"], "it stays, and is listed"
    assert {v["name"] for v in listed[0]["volumes"]} >= {"every", "still-empty", story.box.volume}
    assert Path(listed[0]["folder"]).stat().st_mode & 0o77 == 0, "for this user alone"


def deletes(vm: Vm) -> int:
    return sum(call[:2] == ["colima", "delete"] for call in vm.shelf.state.calls())


def test_what_is_the_users_is_never_lost(vm: Vm) -> None:
    """Refusals before anything is touched, a Ctrl-C, a deletion that fails, a volume that somebody else made."""
    docker, devbox, state = vm.docker, vm.devbox, vm.shelf.state
    vm.first.docker("pull", "--quiet", LTS)
    docker.run("mine", LTS, user="root", binds=["every:/data", "clash:/clash"])
    docker.api.exec_start(docker.api.exec_create("mine", ["sh", "-c", "echo old > /clash/file"])["Id"])
    before = tree(docker, "every", LTS)

    state.put("inside", "engine", id="ANOTHER:ENGINE")
    devbox.json(*DESTROY, seconds=LONG).failed("backup.unproven")
    state.put("inside", "engine", id="")
    settings = Path(devbox.env["HOME"]) / ".colima/default/colima.yaml"
    settings.write_text("kubernetes:\n  enabled: true\n")
    devbox.json(*DESTROY, seconds=LONG).failed("backup.tenants")
    settings.write_text("cpu: 7\n")
    assert (docker.state("mine"), deletes(vm)) == ("running", 0)
    assert not (devbox.state / "backup").exists(), "nothing was begun"

    stopped = devbox.start(*DESTROY)
    stopped.sees("save volume", seconds=LONG)
    stopped.signal(signal.SIGINT)
    assert stopped.end(LONG).code == 130
    assert (docker.state("mine"), deletes(vm)) == ("running", 0), "what was stopped runs again"

    state.order(colima_delete="fail")
    failed = devbox.json(*DESTROY, seconds=LONG).failed("backup.failed")
    assert "devbox doctor --fix" in [cure["command"] for cure in failed.error["cures"]]
    assert vm.version.startswith("20.10")
    state.order(colima_start="kill-after")
    assert devbox.run(*DESTROY, seconds=LONG).code == -9
    assert vm.version.startswith("26.") and vm.docker.volumes() == []
    assert settings.read_text() == "cpu: 7\n", "the new VM has the old one's settings"

    docker = vm.docker
    docker.have(LTS)
    docker.run("somebody", LTS, user="root", binds=["clash:/clash"])
    docker.api.exec_start(docker.api.exec_create("somebody", ["sh", "-c", "echo new > /clash/file"])["Id"])
    theirs = tree(docker, "clash", LTS)
    warned = devbox.json("doctor", "api.docker-cli")
    assert "backup.unfinished" in warned.warnings
    fixed = devbox.json(*FIX, seconds=LONG).ok()
    assert "backup.skipped" in fixed.warnings
    assert tree(docker, "clash", LTS) == theirs, "never written over"
    assert tree(docker, "every", LTS) == before
    (backup,) = (b for b in devbox.json("doctor", "--backups").data["backups"] if b["phase"] == "done")
    assert "clash" in {v["name"] for v in backup["volumes"]}, "what was saved of it is still there"


MOMENTS: tuple[tuple[str, str], ...] = (
    ("see", "stop container"),
    ("see", "save volume"),
    ("see", "save volume devbox-"),
    ("see", "save 1 images"),
    ("order", "colima_delete:kill-before"),
    ("order", "colima_delete:kill-after"),
    ("order", "colima_start:kill-before"),
    ("order", "colima_start:kill-after"),
    ("see", "load 1 images"),
    ("see", "fill volume"),
    ("see", "fill volume devbox-"),
    ("see", "up kept"),
)
"""Where devbox is killed: at a line that it says, or by the VM's program, before or after it did its work."""


@pytest.mark.soak
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda m: f"{m[0]}-{m[1]}".replace(" ", "_"))
def test_killed_at_each_step_the_next_fix_finishes(vm: Vm, moment: tuple[str, str]) -> None:
    story = prepare(vm)
    kind, what = moment
    if kind == "see":
        run = vm.devbox.start(*DESTROY)
        run.sees(what, seconds=LONG)
        run.kill()
    else:
        command, how = what.split(":")
        vm.shelf.state.order(**{command: how})
        assert vm.devbox.run(*DESTROY, seconds=LONG).code == -9
        vm.shelf.state.order()
    vm.devbox.json(*DESTROY, seconds=LONG).ok()
    story.check()


@pytest.mark.soak
def test_a_gigabyte_in_ten_thousand_files(vm: Vm) -> None:
    vm.first.docker("pull", "--quiet", LTS)
    vm.docker.api.create_volume("big", labels=LABELS)
    script = """
        set -e; cd /data
        for d in $(seq 0 9); do
            mkdir $d
            head -c 100000000 /dev/urandom | split --bytes=100000 --suffix-length=3 --numeric-suffixes - $d/f
        done
        head -c 50000000 /dev/urandom > one"""
    vm.first.docker("run", "--rm", "--user", "root", "--volume", "big:/data", "--entrypoint", "sh", LTS, "-c", script)
    before = tree(vm.docker, "big", LTS)
    assert len(before) == 10_012 and sum(entry[5] for entry in before.values()) > 1_000_000_000
    vm.devbox.json(*DESTROY, seconds=3 * LONG).ok()
    vm.docker.have(LTS)
    assert vm.version.startswith("26.")
    assert tree(vm.docker, "big", LTS) == before
