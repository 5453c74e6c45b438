"""The two errors that the doctor is for: each produced, named, cured by --fix, and `devbox up jenkins` then works."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.support.box import Box
from tests.integration.support.command import Devbox, Ran
from tests.integration.support.docker import Docker
from tests.integration.support.ports import free_port
from tests.integration.support.vm import short_folder, user
from tests.lab import Lab
from tests.replay import Answer, ReplayServer, Seen
from tests.vmtools.machine import B2D
from tests.vmtools.shelf import Shelf

pytestmark = [pytest.mark.engine, pytest.mark.lab]

OLD = {"ApiVersion": "1.15", "Version": "1.3.2", "GitCommit": "39fa2fa", "GoVersion": "go1.3.3", "Os": "linux"}
OLD_INFO = {"OperatingSystem": "Boot2Docker 1.3.2 (TCL 5.4); master : 495c19a", "Name": "boot2docker", "NCPU": 1}


def docker_1_3(_seen: Seen) -> Answer:
    """What a daemon of Docker 1.3 says to clients that are newer."""
    return Answer(404, "client and server don't have same version (client : 1.19, server: 1.15)\n")


def finding(ran: Ran, check: str) -> dict[str, object]:
    (found,) = (f for f in ran.data["findings"] if f["id"] == check)
    assert isinstance(found, dict)
    return found


def up_works(docker: Docker, devbox: Devbox, name: str) -> None:
    box = Box(name, devbox, docker, free_port(), free_port())
    try:
        box.up().ok()
        assert box.jenkins().get().status_code == 200
    finally:
        docker.sweep(name)


def test_an_engine_of_2014_in_a_boot2docker(lab: Lab, docker: Docker, lts: str, engine_host: str) -> None:
    with short_folder() as folder:
        old, socket = folder / "old.sock", folder / "b2d.sock"
        socket.symlink_to(old)
        shelf = Shelf.at(folder / "shelf", ("boot2docker", "VBoxManage"))
        shelf.state.put("boot2docker", B2D, state="running", uuid="u1", host=f"unix://{socket}", socket=str(socket),
                        on_upgrade=engine_host.removeprefix("unix://"))  # fmt: skip
        devbox = user(folder, shelf).having(DOCKER_HOST=f"unix://{socket}")
        routes = {"GET /version": Answer(body=OLD), "GET /info": Answer(body=OLD_INFO),
                  "GET /_ping": Answer(body="OK"), "HEAD /_ping": Answer(405), "*": docker_1_3}  # fmt: skip
        with ReplayServer(routes, unix=old):
            looked = devbox.json("doctor").failed("doctor.findings")
            found = finding(looked, "engine.release")
            assert found["status"] == "fail" and "1.3.2" in str(found["title"])
            assert "boot2docker upgrade" in str(found["cures"])
            left = devbox.json("doctor", "engine.release", "--fix").failed("confirm.needed", 3)
            assert finding(left, "engine.release")["status"] == "fail"
            assert shelf.changing() == [], "nobody said yes"
            fixed = devbox.json("doctor", "engine.release", "--fix", "--allow", "restart").ok()
        assert [r["command"] for r in fixed.data["repaired"]] == ["boot2docker upgrade"]
        assert shelf.changing() == [["boot2docker", "upgrade"]]
        up_works(docker, devbox, f"t{secrets.token_hex(4)}")


def test_a_client_of_2017_at_an_engine_of_today(lab: Lab, tmp_path: Path) -> None:
    engine = lab.other_engine("26.1-min144")
    docker = Docker.at(engine.docker_host)
    devbox = Devbox.at(tmp_path, engine.docker_host)
    properties = Path(devbox.env["HOME"]) / ".docker-java.properties"
    properties.write_text("# mine\napi.version=1.32\nregistry.username=me\n")

    pinned = devbox.having(DOCKER_API_VERSION="1.32")
    said = subprocess.run(
        [shutil.which("docker") or "docker", "ps"], env={**pinned.env}, capture_output=True, text=True
    )
    assert "client version 1.32 is too old. Minimum supported API version is 1.44" in said.stderr
    explained = devbox.json("doctor", "--explain", said.stderr).ok()
    assert explained.data["matches"], "the text is known"
    found = finding(pinned.json("doctor", "api.pinned"), "api.pinned")
    assert found["status"] == "fail" and "1.44" in str(found["title"])
    assert "unset DOCKER_API_VERSION" in str(found["cures"]), "what lives in the shell is a line to paste"

    found = finding(devbox.json("doctor", "api.docker-java").failed("doctor.findings"), "api.docker-java")
    assert found["status"] == "fail" and "1.32" in str(found["title"])
    devbox.json("doctor", "api.docker-java", "--fix").failed("confirm.needed", 3)
    assert "1.32" in properties.read_text()
    fixed = devbox.json("doctor", "api.docker-java", "--fix", "--allow", "settings").ok()
    assert [r["remedy"] for r in fixed.data["repaired"]] == ["properties.set"]
    assert properties.read_text() == "# mine\napi.version=1.44\nregistry.username=me\n", "only that key"
    (copy,) = properties.parent.glob(".docker-java.properties.devbox-*")
    assert "api.version=1.32" in copy.read_text(), "as it was, beside it"
    docker.have("jenkins/jenkins:lts")
    up_works(docker, devbox, f"t{secrets.token_hex(4)}")
