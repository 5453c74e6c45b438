"""`devbox status`: of none, one and several sandboxes, in every state."""

from __future__ import annotations

import pytest

from tests.integration.conftest import First, Fragile
from tests.integration.support.box import Box
from tests.integration.support.command import Devbox
from tests.integration.support.docker import Docker
from tests.integration.support.shapes import check_sandbox
from tests.integration.support.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.lab]


def _sandbox(docker: Docker, name: str, **labels: str) -> None:
    """A container that says it is a Jenkins sandbox: all that the listing goes by."""
    own = {"dev.devbox.stack": "jenkins", "dev.devbox.name": name, "com.docker.compose.service": "jenkins"}
    docker.create(f"devbox-{name}-jenkins-1", "jenkins/jenkins:lts", labels=own | labels)


def test_of_none_is_an_empty_list_and_a_word_on_how_to_begin(fragile_box: Box) -> None:
    assert fragile_box.devbox.json("status").ok().data == {"sandboxes": []}
    assert "devbox up jenkins" in fragile_box.devbox.run("status").ok().stdout


def test_of_one_that_is_up(first: First) -> None:
    box = first.box
    found = box.docker.container(box.container)
    assert found is not None
    sandbox = box.status().ok().sandbox
    check_sandbox(sandbox)
    created = found["Created"].partition(".")[0] + "Z"
    assert sandbox == {
        "name": box.name, "stack": "jenkins", "state": "running", "url": box.url, "version": "2.568.2",
        "volumes": [box.volume],
        "services": [{
            "name": "jenkins", "container": box.container, "image": "jenkins/jenkins:lts", "state": "running",
            "health": "healthy", "created_at": created,
            "ports": {"8080/tcp": f"127.0.0.1:{box.http}", f"{box.agent}/tcp": f"127.0.0.1:{box.agent}"},
        }],
    }  # fmt: skip


def test_of_three_lists_them_by_name(fragile: Fragile, fragile_box: Box) -> None:
    for name in ("t-b", "t-a", "t-c"):
        _sandbox(fragile.docker, name)
    found = fragile_box.devbox.json("status").ok().data["sandboxes"]
    assert [(sandbox["name"], sandbox["state"]) for sandbox in found] == [
        ("t-a", "stopped"), ("t-b", "stopped"), ("t-c", "stopped"),
    ]  # fmt: skip
    for sandbox in found:
        check_sandbox(sandbox)


def test_of_all_holds_one_among_others(first: First) -> None:
    found = {sandbox["name"]: sandbox for sandbox in first.box.devbox.json("status").ok().data["sandboxes"]}
    assert found[first.box.name]["state"] == "running"


def test_ps_is_the_same(first: First) -> None:
    ran = first.box.devbox.json("ps", first.box.name).ok()
    assert ran.envelope == first.box.status().envelope


def test_in_words_it_fits_80_columns(first: First) -> None:
    ran = first.box.devbox.run("status", first.box.name).ok()
    assert first.box.url in ran.stdout and "2.568.2" in ran.stdout and "running" in ran.stdout
    assert all(len(line) <= 80 for line in ran.stdout.splitlines())
    assert "\x1b" not in ran.stdout


def test_of_a_kept_home(up: Box) -> None:
    up.down().ok()
    sandbox = up.status().ok().sandbox
    check_sandbox(sandbox)
    assert (sandbox["state"], sandbox["services"], sandbox["url"]) == ("kept", [], None)
    assert sandbox["volumes"] == [up.volume]
    assert f"devbox up jenkins -n {up.name}" in up.devbox.run("status", up.name).ok().stdout


def test_of_one_that_stands_still(up: Box) -> None:
    up.docker.api.stop(up.container)
    ran = up.status().ok()
    assert ran.sandbox["state"] == "stopped"
    assert ran.warnings == [], "143 is what a stop leaves"


def test_of_one_that_boots(box: Box, lts: str) -> None:
    box.up("jenkins", "--no-wait", "--env", "STANDIN_BOOT_SECONDS=600").ok()
    sandbox = box.status().ok().sandbox
    assert (sandbox["state"], sandbox["services"][0]["health"]) == ("starting", "starting")


def test_of_one_that_is_sick(box: Box, lts: str) -> None:
    """Docker's check of the real one takes a minute to give up; this one fails at once."""
    labels = {"dev.devbox.stack": "jenkins", "dev.devbox.name": box.name, "com.docker.compose.service": "jenkins"}
    check = {"test": ["CMD-SHELL", "exit 1"], "interval": 10**8, "retries": 1}
    box.docker.run(box.container, lts, labels=labels, healthcheck=check)
    until(lambda: _health(box) == "unhealthy", "Docker's check gives it up")
    assert box.status().ok().sandbox["state"] == "unhealthy"


def _health(box: Box) -> str:
    found = box.docker.container(box.container)
    assert found is not None
    return str(found["State"]["Health"]["Status"])


def test_of_what_is_not_there(devbox: Devbox, lts: str) -> None:
    ran = devbox.json("status", "nothing-of-the-kind").failed("sandbox.unknown")
    assert any("devbox up jenkins" in (cure["command"] or "") for cure in ran.error["cures"])
