"""An engine too old for the Engine API's clients: its volumes come out over the back end's ssh and tar."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.integration.support.docker import Docker
from tests.integration.support.tree import EVERY_SORT, tree
from tests.integration.support.vm import short_folder, user
from tests.integration.test_doctor_fix import OLD, OLD_INFO, docker_1_3
from tests.lab import Lab
from tests.replay import Answer, ReplayServer
from tests.vmtools import engines
from tests.vmtools.machine import B2D
from tests.vmtools.shelf import Shelf

pytestmark = [pytest.mark.engine, pytest.mark.lab]

LONG = 600.0
DESTROY = ("doctor", "engine.release", "--fix", "--allow", "destroy", "--yes")
ID = "3f" * 32
LTS = "jenkins/jenkins:lts"


def facts(folder: Path) -> dict[str, tuple[object, ...]]:
    """What the test itself sees of a folder."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        about = path.lstat()
        name = os.fsencode(path.relative_to(folder)).decode(errors="replace")
        link = str(path.readlink()) if path.is_symlink() else ""
        size = about.st_size if path.is_file() and not path.is_symlink() else 0
        found[name] = (about.st_mode & 0o7777 if not link else 0, about.st_uid, about.st_gid, size, link)
    return found


def test_a_boot2docker_of_2014_is_made_anew(lab: Lab) -> None:
    with short_folder() as folder, lab.fresh_engine("26.1") as engine:
        old, socket = folder / "old.sock", folder / "b2d.sock"
        socket.symlink_to(old)
        shelf = Shelf.at(folder / "shelf", ("boot2docker", "VBoxManage"))
        state = shelf.state
        engines.plan(state, lab.places, engine, "26.1", "26.1")
        way = {"host": f"unix://{socket}", "socket": str(socket), "relink": str(engine.socket)}
        state.put("boot2docker", B2D, state="running", uuid="u1", **way)
        state.put("made", B2D, **way)
        rules = ["ssh,tcp,127.0.0.1,2022,,22", "web,tcp,127.0.0.1,8888,,80"]
        state.put("vbox", B2D, rules=rules)
        state.put("inside", "containers", running=["c0ffee000001"])
        root = state.folder / "root/var/lib/docker"
        volumes = {"named": root / "volumes/named/_data", ID: root / "vfs/dir" / ID}
        for place in volumes.values():
            place.mkdir(parents=True)
        (root / "volumes/metadata.db").write_text("bolt")
        (volumes[ID] / "file").write_text("kept")
        script = EVERY_SORT.replace("/data", str(volumes["named"]))
        subprocess.run(["sh", "-c", script], check=True)
        before = {name: facts(place) for name, place in volumes.items()}

        devbox = user(folder, shelf).having(DOCKER_HOST=f"unix://{socket}")
        routes = {"GET /version": Answer(body=OLD), "GET /info": Answer(body=OLD_INFO), "GET /_ping": Answer(body="OK"),
                  "*": docker_1_3}  # fmt: skip
        with ReplayServer(routes, unix=old):
            asked = devbox.json(*DESTROY[:-1], seconds=LONG)
            asked.failed("confirm.needed", 3)
            assert "c0ffee000002" in asked.error["message"], "what is lost is said"
            fixed = devbox.json(*DESTROY, seconds=LONG).ok()
        assert [r["remedy"] for r in fixed.data["repaired"]] == ["engine.recreate"]
        assert [call[1] for call in shelf.changing() if call[0] == "boot2docker"] == [
            "upgrade", "upgrade", "delete", "download", "init", "up",
        ]  # fmt: skip
        assert "web,tcp,127.0.0.1,8888,,80" in state.vms("vbox")[B2D]["rules"], "the user's own forwarding is back"
        engine.docker("pull", "--quiet", LTS)
        after = {name: tree(Docker.at(engine.docker_host), name, LTS) for name in volumes}
        for name, seen in before.items():
            shown = {_path(path): (e[1] if e[0] != b"2" else 0, e[2], e[3], e[6]) for path, e in after[name].items()}
            assert set(shown) == {_path(f"look/{path}") for path in seen}
            for path, (mode, uid, gid, _size, link) in seen.items():
                found = shown[_path(f"look/{path}")]
                assert found[:3] == (mode, uid, gid), path
                assert not link or found[3] == link, path


def _path(path: str) -> str:
    return os.fsencode(path).decode(errors="replace").removesuffix("/.").removeprefix("look/")
