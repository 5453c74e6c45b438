"""Fixtures of the end-to-end tests. Whatever a test makes has its box's name in it, and is swept away after it."""

from __future__ import annotations

import fcntl
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.support.box import Box
from tests.integration.support.command import Devbox, Ran
from tests.integration.support.docker import Docker
from tests.integration.support.ports import free_port
from tests.lab import Lab
from tests.lab.engine import Engine

LTS = "jenkins/jenkins:lts"


@pytest.fixture(scope="session")
def docker(engine_host: str | None) -> Docker:
    """The engine under test, asked directly."""
    return Docker.at(engine_host)


@pytest.fixture(scope="session")
def lts(docker: Docker, lab: Lab) -> str:
    """The usual image, there already: most stories are not about pulling."""
    docker.have(LTS)
    return LTS


@pytest.fixture
def devbox(tmp_path: Path, engine_host: str | None) -> Devbox:
    """A user's devbox: own home, state and settings."""
    return Devbox.at(tmp_path, engine_host)


def sandbox_name() -> str:
    """A name that no other test has."""
    return f"t{secrets.token_hex(4)}"


@pytest.fixture
def box(devbox: Devbox, docker: Docker) -> Iterator[Box]:
    """A sandbox that does not exist yet; gone afterwards, with all of its name."""
    made = Box(sandbox_name(), devbox, docker, free_port(), free_port())
    yield made
    docker.sweep(made.name)


@pytest.fixture
def up(box: Box, lts: str) -> Box:
    """A sandbox that is up: the current LTS."""
    box.up().ok()
    return box


@pytest.fixture(scope="session")
def _shared(
    docker: Docker, lts: str, engine_host: str | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Box]:
    box = Box(
        sandbox_name(), Devbox.at(tmp_path_factory.mktemp("steady"), engine_host), docker, free_port(), free_port()
    )
    yield box
    docker.sweep(box.name)


@pytest.fixture
def steady(_shared: Box) -> Iterator[Box]:
    """A sandbox that is up, for tests of what must not touch it: one for all of them, since that is asserted."""
    if _shared.docker.state(_shared.container) != "running":
        _shared.docker.sweep(_shared.name)
        _shared.up().ok()
    life, parts = _shared.life(), _shared.parts()
    yield _shared
    if touched := _shared.parts() != parts or _shared.life() != life:
        _shared.docker.sweep(_shared.name)
    assert not touched, "it was touched"


@dataclass(frozen=True)
class First:
    """A sandbox that all read-only tests share, and what its first `up` said."""

    box: Box
    ran: Ran


@pytest.fixture(scope="session")
def first(
    docker: Docker, lts: str, engine_host: str | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[First]:
    """One sandbox for all tests that only look; none may change it."""
    user = Devbox.at(tmp_path_factory.mktemp("first"), engine_host)
    box = Box(sandbox_name(), user, docker, free_port(), free_port())
    yield First(box, box.up().ok())
    docker.sweep(box.name)


@dataclass(frozen=True)
class Fragile:
    """An engine that tests may hurt, with the usual image in it."""

    engine: Engine
    docker: Docker


@pytest.fixture(scope="session")
def _fragile(lab: Lab) -> Iterator[Fragile]:
    with lab.fresh_engine() as engine:
        docker = Docker.at(engine.docker_host)
        docker.have(LTS)
        yield Fragile(engine, docker)


@pytest.fixture
def fragile(_fragile: Fragile) -> Iterator[Fragile]:
    """An engine of one's own to stop, freeze or kill; it is well and empty again for the next test."""
    _fragile.engine.start()
    yield _fragile
    _fragile.engine.resume()
    _fragile.engine.start()
    for container in _fragile.docker.containers():
        _fragile.docker.api.remove_container(container["Id"], force=True, v=True)
    _fragile.docker.sweep("t")


@pytest.fixture
def fragile_box(fragile: Fragile, tmp_path: Path) -> Box:
    """A sandbox on the engine that may be hurt."""
    user = Devbox.at(tmp_path / "fragile", fragile.engine.docker_host)
    return Box(sandbox_name(), user, fragile.docker, free_port(), free_port())


@pytest.fixture
def usual_ports(lab: Lab) -> Iterator[None]:
    """For tests that ask for no port: 8080, 50000 and their next ones are theirs alone, among all test processes."""
    with (lab.places.run / "usual-ports.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def have(docker: Docker, lab: Lab) -> Callable[[str], str]:
    """Has an official image of this tag there; gives its reference."""

    def fetch(tag: str) -> str:
        docker.have(f"jenkins/jenkins:{tag}")
        return f"jenkins/jenkins:{tag}"

    return fetch
