"""Engines with other version windows: newer ones, with the least version that Engine 29 asks for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.conftest import LTS, sandbox_name
from tests.integration.support.box import Box
from tests.integration.support.command import Devbox
from tests.integration.support.docker import Docker
from tests.integration.support.ports import free_port, listening
from tests.lab import Lab

pytestmark = [pytest.mark.engine, pytest.mark.lab]


@pytest.fixture(scope="module", params=["26.1-min144", "28.5-min144"])
def modern(request: pytest.FixtureRequest, lab: Lab) -> Docker:
    """An engine that no client below 1.44 may speak to."""
    engine = lab.other_engine(request.param)
    docker = Docker.at(engine.docker_host)
    docker.have(LTS)
    return docker


@pytest.fixture
def there(modern: Docker, lab: Lab, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    """A sandbox on that engine."""
    host = lab.other_engine(request.node.callspec.params["modern"]).docker_host
    box = Box(sandbox_name(), Devbox.at(tmp_path, host), modern, free_port(), free_port())
    yield box
    modern.sweep(box.name)


def test_its_window_is_another_one(modern: Docker) -> None:
    version = modern.api.version(api_version=False)
    assert version["MinAPIVersion"] == "1.44"
    assert tuple(map(int, version["ApiVersion"].split("."))) >= (1, 45)


def test_up_status_exec_logs_down(there: Box) -> None:
    there.up().ok()
    assert there.parts() == there.whole()
    assert there.jenkins().answers()
    assert there.status().ok().sandbox["state"] == "running"
    life = there.life()
    assert there.again().ok().changes == [] and there.life() == life
    ran = there.devbox.run("exec", there.name, "--", "cat", stdin=b"in and out")
    assert (ran.code, ran.stdout) == (0, "in and out")
    assert "fully up" in there.devbox.run("logs", there.name).ok().stdout
    there.down("--volumes", "-y").ok()
    assert there.parts() == set()


def test_a_taken_port_is_recognised(there: Box) -> None:
    """Each engine has words of its own for it."""
    with listening(there.http):
        there.up().failed("port.taken")
    other = there.other("b")
    other.up("jenkins", "--no-wait").ok()
    there.devbox.json("up", "jenkins", "-n", there.name, "--http-port", str(other.http)).failed("port.taken")
    assert there.parts() == set()


@pytest.mark.soak
def test_a_change_and_its_failure(there: Box) -> None:
    there.up().ok()
    identity, _ = there.life()
    there.again("jenkins", "--java-opts", "-XX:+NoSuchOption").failed("jvm.option")
    assert there.life()[0] == identity
    there.again("jenkins", "--memory", "1g").ok()
    assert there.life()[0] != identity
    assert there.parts() == there.whole()


def test_a_network_of_our_name_is_not_doubled(there: Box) -> None:
    there.docker.api.create_network(there.network)
    there.up().failed("network.foreign")
    assert len(there.docker.networks(name=[there.network])) == 1


def test_an_image_that_is_not_there(there: Box, lab: Lab) -> None:
    ref = f"{lab.registry.address}/jenkins/jenkins:9.9.9"
    there.up("jenkins", "--image", ref).failed("image.not_found")
    assert there.parts() == set()
