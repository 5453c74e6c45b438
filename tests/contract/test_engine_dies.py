"""A real engine that is stopped in its tracks, or killed, in the middle of things: a clear error soon (5 s if idle)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from devbox.engine.api import ContainerSpec, Endpoint, LayerProgress
from devbox.engine.sdk import DockerEngine, connect
from devbox.errors import DevboxError
from tests.contract.bench import install_image
from tests.lab import Lab
from tests.lab.engine import Engine as LabEngine

pytestmark = [pytest.mark.engine, pytest.mark.lab]

STEPS = ("pull", "follow", "exec", "stop")


@pytest.fixture(scope="module")
def daemon(lab: Lab) -> Iterator[LabEngine]:
    """An engine of this module's own, which may be hurt."""
    with lab.fresh_engine() as engine:
        yield engine


@pytest.fixture
def engine(daemon: LabEngine) -> Iterator[DockerEngine]:
    """A connection to it, with a container that runs; whole again afterwards."""
    if not daemon.answers():
        daemon.start()
    made = connect(Endpoint(daemon.docker_host, "--host"))
    image = install_image(made, tagged=True)
    network = made.find_network("dies") or made.create_network("dies", {})
    made.remove_container("dies-1")
    command = ("sh", "-c", "echo hello; trap '' TERM; while true; do sleep 1; done")
    made.start(made.create_container(ContainerSpec("dies-1", image, "dies", {}, network.name, command=command)))
    yield made
    daemon.resume()


def during(step: str, engine: DockerEngine, strike: Callable[[], None]) -> None:
    """Begin the step; `strike` while it is under way; go on with it."""
    if step == "pull":
        struck: list[bool] = []

        def progress(message: LayerProgress) -> None:
            if message.status == "Downloading" and not struck:
                struck.append(True)
                strike()

        if engine.image("jenkins/jenkins:2.492.3"):
            engine._wire.json("DELETE", "/images/jenkins/jenkins:2.492.3")
        engine.pull("jenkins/jenkins:2.492.3", progress)
    elif step == "follow":
        log = engine.logs("dies-1", follow=True)
        next(log)
        strike()
        list(log)
    elif step == "exec":
        stream = engine.exec_stream("dies-1", ("sh", "-c", "echo up; exec sleep 300"))
        stream.read()
        strike()
        while stream.read() is not None:
            pass
        stream.exit_code()
    else:
        strike()
        engine.stop("dies-1", 60)


def failure(step: str, engine: DockerEngine, strike: Callable[[], Any]) -> DevboxError:
    """The error that the step ends with, soon after the strike: no other time-out is below 30 s."""
    at: list[float] = []

    def timed() -> None:
        strike()
        at.append(time.monotonic())

    with pytest.raises(DevboxError) as caught:
        during(step, engine, timed)
    assert time.monotonic() - at[0] < 20
    return caught.value


@pytest.mark.parametrize("step", STEPS)
def test_a_daemon_that_hangs(daemon: LabEngine, engine: DockerEngine, step: str) -> None:
    assert failure(step, engine, daemon.pause).code == "engine.timeout"
    daemon.resume()
    assert [c.state for c in engine.containers({})] == ["running"]


@pytest.mark.parametrize("step", ["pull", "follow"])
def test_a_daemon_that_is_killed(daemon: LabEngine, engine: DockerEngine, step: str) -> None:
    assert failure(step, engine, daemon.kill).code == "engine.unreachable"
    assert engine.ping() is False
    daemon.start()
    assert connect(engine.endpoint).ping() is True
