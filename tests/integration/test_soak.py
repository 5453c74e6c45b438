"""The long ones: an `up` is killed, interrupted or raced at every moment of its life, again and again."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.support.box import Box
from tests.integration.support.command import Devbox, Running

pytestmark = [pytest.mark.engine, pytest.mark.lab, pytest.mark.soak]

STEP = 0.05
"""Seconds between two moments; up to `END`, when an `up` is over on a machine that is not busy."""
END = 2.5
MOMENTS = [round(STEP * n, 2) for n in range(int(END / STEP))]
ROUNDS = range(30)

Have = Callable[[str], str]


def _after(running: Running, seconds: float, number: signal.Signals) -> int:
    """Send a signal at that moment of its life, unless it has ended; gives the exit status."""
    try:
        running.process.wait(seconds)
    except subprocess.TimeoutExpired:
        running.signal(number)
    return running.end().code


def _whole_and_usable(box: Box) -> None:
    assert {part for part in box.parts() if "_home-" not in part} == box.whole()
    assert box.jenkins().answers()
    assert box.again().ok().changes == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_first_up_converges(box: Box, lts: str, moment: float) -> None:
    assert _after(box.starts(), moment, signal.SIGKILL) in (-9, 0)
    box.up().ok()
    _whole_and_usable(box)
    box.down("--volumes", "-y").ok()
    assert box.parts() == set()


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_first_up_is_taken_down(box: Box, lts: str, moment: float) -> None:
    assert _after(box.starts(), moment, signal.SIGKILL) in (-9, 0)
    box.down("--volumes", "-y").ok()
    assert box.parts() == set()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("version", ["jenkins:lts", "jenkins"])
def test_killed_change_converges(box: Box, have: Have, lts: str, version: str, moment: float) -> None:
    """A change of version; with "jenkins" the next run wants none any more, and keeps what is there."""
    have("2.555.1")
    box.up("jenkins:2.555.1").ok()
    password = box.file("devbox/admin.password")
    assert _after(box.starts("jenkins:lts"), moment, signal.SIGKILL) in (-9, 0)
    box.again(version).ok()
    assert box.file("devbox/admin.password") == password
    _whole_and_usable(box)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_first_up_leaves_nothing(box: Box, lts: str, number: signal.Signals, moment: float) -> None:
    """Before the handlers are in place Python's own, or the signal's, end it: nothing has been made by then."""
    code = _after(box.starts(), moment, number)
    assert code in (0, 130, 143, -number)
    assert box.parts() == (box.whole() if code == 0 else set())


@pytest.mark.parametrize("moment", MOMENTS)
def test_interrupted_change_brings_the_old_one_back(box: Box, lts: str, moment: float) -> None:
    box.up().ok()
    identity, _ = box.life()
    code = _after(box.starts("jenkins", "--memory", "1g"), moment, signal.SIGINT)
    assert code in (0, 130, -signal.SIGINT)
    assert box.parts() == box.whole()
    assert (box.life()[0] == identity) is (code != 0)
    assert box.docker.state(box.container) == "running"


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_down_is_finished_by_the_next(box: Box, lts: str, moment: float) -> None:
    box.up("jenkins", "--no-wait").ok()
    _after(box.devbox.start("down", box.name, "--volumes", "-y"), moment, signal.SIGKILL)
    box.down("--volumes", "-y").ok()
    assert box.parts() == set()


@pytest.mark.parametrize("delay", [0.0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2])
@pytest.mark.parametrize("attempt", range(5))
def test_two_without_a_shared_lock_end_sane(box: Box, lts: str, tmp_path: Path, delay: float, attempt: int) -> None:
    other = Devbox.at(tmp_path / "other", box.devbox.env["DOCKER_HOST"])
    one = box.starts("jenkins", "--json")
    with contextlib.suppress(subprocess.TimeoutExpired):
        one.process.wait(delay)
    two = other.start("--json", "up", "jenkins", "-n", box.name, *box.ports)
    codes = {one.end().code, two.end().code}
    assert 0 in codes and codes <= {0, 1}
    assert box.parts() == box.whole()
    _whole_and_usable(box)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_up_and_down_at_once_end_sane(box: Box, lts: str, attempt: int) -> None:
    """Whoever is last decides."""
    rising, falling = box.starts(), box.devbox.start("down", box.name)
    assert (rising.end().code, falling.end().code) == (0, 0)
    assert box.parts() in (box.whole(), {f"volume {box.volume}"})
    box.down("--volumes", "-y").ok()
    assert box.parts() == set()
