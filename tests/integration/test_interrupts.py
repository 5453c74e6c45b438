"""Ctrl-C and SIGTERM at a real `up`: said at once, taken back, and the exit status says which it was."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator

import pytest

from tests.integration.conftest import Fragile
from tests.integration.support.box import Box
from tests.integration.support.docker import Docker
from tests.integration.support.registry import Gate, unique_image
from tests.lab import Lab

pytestmark = [pytest.mark.engine, pytest.mark.lab]

SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143}
AT_ONCE = 4.0
"""Seconds within which an interrupt is answered: less than a hung engine is given."""


@pytest.fixture(scope="module")
def gate(lab: Lab) -> Iterator[Gate]:
    """A registry whose layers stop coming half-way."""
    with Gate.before(lab.registry.address) as found:
        found.stall_blobs = True
        yield found


@pytest.fixture
def slow_image(gate: Gate, docker: Docker, lab: Lab) -> str:
    """An image that the engine does not have, and that will not come to an end."""
    return unique_image(docker, lab.registry.address, gate.address)


@pytest.mark.parametrize("number", SIGNALS)
def test_during_the_pull(box: Box, gate: Gate, slow_image: str, number: signal.Signals) -> None:
    running = box.starts("jenkins", "--image", slow_image)
    gate.wait_stalled()
    sent = running.signal(number)
    said = running.sees("Interrupted")
    ran = running.end()
    assert box.parts() == set()
    assert ran.code == SIGNALS[number]
    assert said - sent < AT_ONCE
    assert time.monotonic() - sent < 15
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(("number", "moment"), [(signal.SIGINT, "Java runs"), (signal.SIGTERM, "jobs loaded")])
def test_during_the_boot(box: Box, lts: str, number: signal.Signals, moment: str) -> None:
    running = box.starts("jenkins", "--env", "STANDIN_BOOT_SECONDS=2")
    running.sees(f"jenkins: {moment}")
    sent = running.signal(number)
    said = running.sees("Interrupted: rolling back")
    ran = running.end()
    assert box.parts() == set()
    assert ran.code == SIGNALS[number]
    assert said - sent < AT_ONCE
    assert ran.stdout == "" and "Traceback" not in ran.stderr


@pytest.mark.parametrize("moment", ["create network", "create devbox-", "start devbox-"])
def test_in_the_middle_of_a_step(box: Box, lts: str, moment: str) -> None:
    running = box.starts()
    running.sees(moment)
    running.signal(signal.SIGINT)
    ran = running.end()
    assert ran.code == 130, ran
    assert box.parts() == set()


def test_a_home_that_was_there_before_is_not_taken_back(up: Box) -> None:
    up.down().ok()
    running = up.starts()
    running.sees("jenkins: initialising")
    running.signal(signal.SIGINT)
    assert running.end().code == 130
    assert up.parts() == {f"volume {up.volume}"}
    up.again().ok()
    assert up.jenkins().answers()


def test_a_container_that_was_there_before_is_not_taken_back(up: Box) -> None:
    identity, _ = up.life()
    up.docker.api.stop(up.container)
    running = up.starts()
    running.sees("jenkins: initialising")
    running.signal(signal.SIGINT)
    assert running.end().code == 130
    assert up.life()[0] == identity
    assert up.parts() == up.whole()


def test_with_keep_nothing_is_taken_back(box: Box, lts: str) -> None:
    running = box.starts("jenkins", "--keep", "--env", "STANDIN_BOOT_SECONDS=2")
    running.sees("jenkins: initialising")
    running.signal(signal.SIGINT)
    assert running.end().code == 130
    assert box.parts() == box.whole()
    assert box.docker.state(box.container) == "running"


def test_as_json_there_is_still_one_object(box: Box, lts: str) -> None:
    running = box.starts("jenkins", "--json")
    running.sees("initialising")
    running.signal(signal.SIGINT)
    ran = running.end()
    assert box.parts() == set()
    assert ran.code == 130
    assert (ran.envelope["status"], ran.error["code"]) == ("error", "interrupted")
    assert all(json.loads(line) for line in ran.stderr.splitlines())


def test_a_second_one_leaves_at_once(fragile: Fragile, fragile_box: Box) -> None:
    """The rollback cannot go on, since the engine hangs: who is in a hurry need not wait for it."""
    running = fragile_box.starts("jenkins", "--env", "STANDIN_BOOT_SECONDS=60")
    running.sees("jenkins: Java runs")
    fragile.engine.pause()
    running.signal(signal.SIGINT)
    running.sees("Interrupted: rolling back")
    sent = running.signal(signal.SIGINT)
    ran = running.end()
    assert time.monotonic() - sent < AT_ONCE
    assert ran.code == 130
    fragile.engine.resume()
    fragile_box.down("--volumes", "-y").ok()
    assert fragile_box.parts() == set()


def test_the_one_that_waits_for_the_lock_leaves_alone(box: Box, lts: str) -> None:
    holder = box.starts("jenkins", "--env", "STANDIN_BOOT_SECONDS=2")
    holder.sees("jenkins: Java runs")
    waiter = box.starts()
    waiter.sees("waiting for")
    waiter.signal(signal.SIGINT)
    assert waiter.end().code == 130
    assert holder.end().code == 0
    assert box.parts() == box.whole()


def test_down_that_waits_says_so_and_stops_when_told(box: Box, lts: str) -> None:
    """A Jenkins that takes its time to end: `down` shows that it waits, and Ctrl-C leaves the rest standing."""
    box.up().ok()
    stuck = box.docker.api.exec_create(box.container, ["sh", "-c", "kill -STOP $(pidof java)"])
    box.docker.api.exec_start(stuck["Id"])
    running = box.devbox.start("down", box.name)
    running.sees(f"waiting for {box.container}")
    sent = running.signal(signal.SIGINT)
    running.sees("Interrupted")
    ran = running.end()
    assert ran.code == 130
    assert time.monotonic() - sent < 20, "it waited for the grace period all the same"
    assert f"volume {box.volume}" in box.parts()
