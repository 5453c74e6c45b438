"""The registry that misbehaves: each behaviour is what a real engine makes of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.lab.engine import Engine
from tests.lab.faults import FaultyRegistry
from tests.lab.lab import Lab
from tests.lab.procs import until
from tests.lab.shell import LabError

pytestmark = [pytest.mark.lab, pytest.mark.engine]
IMAGE = "devbox-lab/tiny:latest"


@pytest.fixture(scope="module")
def engine(lab: Lab) -> Iterator[Engine]:
    """An empty engine for the whole module: each test takes the image away again."""
    with lab.fresh_engine() as fresh:
        yield fresh


@pytest.fixture
def faulty(lab: Lab) -> Iterator[FaultyRegistry]:
    with lab.faulty_registry() as proxy:
        yield proxy


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [("rate-limit", "toomanyrequests"), ("denied", "denied"), ("not-found", "manifest unknown")],
)
def test_a_refusal_reaches_the_client_in_its_own_words(
    engine: Engine, faulty: FaultyRegistry, behaviour: str, said: str
) -> None:
    faulty.behave(behaviour)
    with pytest.raises(LabError, match=said):
        engine.docker("pull", f"{faulty.address}/{IMAGE}")


def test_a_cut_connection_is_resumed_by_the_engine(engine: Engine, faulty: FaultyRegistry) -> None:
    behaviour = faulty.behave("cut", after=64 * 1024)
    engine.docker("pull", f"{faulty.address}/{IMAGE}")
    blobs = [path for path in behaviour.requests if "/blobs/" in path]
    assert len(blobs) > len(set(blobs)), "some blob was asked for again"
    assert behaviour.times == 0
    engine.docker("rmi", f"{faulty.address}/{IMAGE}")


def test_a_hanging_blob_holds_a_pull_until_it_is_let_go(engine: Engine, faulty: FaultyRegistry) -> None:
    behaviour = faulty.behave("hang", after=1024)
    pull = threading.Thread(target=engine.docker, args=("pull", f"{faulty.address}/{IMAGE}"))
    pull.start()
    assert until(lambda: any("/blobs/" in path for path in behaviour.requests), 60)
    assert engine.answers() and pull.is_alive()
    faulty.behave("plain")
    pull.join(90)
    assert not pull.is_alive()
    engine.docker("rmi", f"{faulty.address}/{IMAGE}")


def test_a_platform_that_is_not_ours_is_not_found(lab: Lab, engine: Engine) -> None:
    with pytest.raises(LabError, match="no matching manifest for linux/"):
        engine.docker("pull", f"{lab.registry.address}/devbox-lab/jenkins:standin-foreign")


def test_a_small_disk_is_full(lab: Lab) -> None:
    with lab.fresh_engine(disk=64) as engine, pytest.raises(LabError, match="no space left on device"):
        engine.docker("pull", f"{lab.registry.address}/jenkins/jenkins:lts")
