"""The long ones: killed, interrupted or raced at every moment at which the engine's state changes."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.support.box import Box
from tests.integration.support.command import Devbox, Running
from tests.integration.support.strike import Strike

pytestmark = [pytest.mark.engine, pytest.mark.lab, pytest.mark.soak]

FIRST, VERSION, OPTION, DOWN = 5, 10, 6, 4
"""Requests that change something: of a first `up`, a change of version, of an option, and of `down --volumes`."""

Have = Callable[[str], str]


def moments(requests: int) -> pytest.MarkDecorator:
    """Before and after each of them."""
    return pytest.mark.parametrize("moment", range(2 * requests))


def _struck(box: Box, folder: Path, moment: int, number: signal.Signals, *words: str) -> int:
    """Run a command that gets a signal at that moment; gives its exit status."""
    running: list[Running] = []
    with Strike(box.devbox.env["DOCKER_HOST"], folder, moment).listening() as strike:
        strike.blow = lambda: strike.started.wait(60) and running[0].signal(number)
        running.append(box.devbox.having(DOCKER_HOST=strike.host).start(*words))
        strike.started.set()
        code = running[0].end().code
        assert strike.struck.is_set(), f"only {len(strike.seen)} requests change something: {strike.seen}"
    return code


def _up(box: Box, stack: str = "jenkins", *words: str) -> tuple[str, ...]:
    return ("up", stack, "-n", box.name, *box.ports, *words)


def _down(box: Box) -> tuple[str, ...]:
    return ("down", box.name, "--volumes", "-y")


def _whole_and_usable(box: Box) -> None:
    assert {part for part in box.parts() if "_home-" not in part} == box.whole()
    assert box.jenkins().answers()
    assert box.again().ok().changes == []


def test_the_moments_are_all_there_are(box: Box, have: Have, lts: str, tmp_path: Path) -> None:
    have("2.555.1")
    seen = []
    with Strike(box.devbox.env["DOCKER_HOST"], tmp_path, -1).listening() as strike:
        watched = replace(box, devbox=box.devbox.having(DOCKER_HOST=strike.host))
        for words in (_up(box, "jenkins:2.555.1"), _up(box, "jenkins:lts"), _up(box, "jenkins", "--memory", "1g")):
            watched.devbox.run(*words).ok()
            seen.append(len(strike.seen))
            strike.seen.clear()
        watched.down("--volumes", "-y").ok()
    copies = 1
    assert [*seen, len(strike.seen) - copies] == [FIRST, VERSION, OPTION, DOWN]


@moments(FIRST)
def test_killed_first_up_converges(box: Box, lts: str, tmp_path: Path, moment: int) -> None:
    assert _struck(box, tmp_path, moment, signal.SIGKILL, *_up(box)) == -9
    box.up().ok()
    _whole_and_usable(box)
    box.down("--volumes", "-y").ok()
    assert box.parts() == set()


@moments(FIRST)
def test_killed_first_up_is_taken_down(box: Box, lts: str, tmp_path: Path, moment: int) -> None:
    assert _struck(box, tmp_path, moment, signal.SIGKILL, *_up(box)) == -9
    box.down("--volumes", "-y").ok()
    assert box.parts() == set()


@moments(VERSION)
@pytest.mark.parametrize("version", ["jenkins:lts", "jenkins"])
def test_killed_change_converges(box: Box, have: Have, lts: str, tmp_path: Path, version: str, moment: int) -> None:
    """A change of version; with "jenkins" the next run wants none any more, and keeps what is there."""
    have("2.555.1")
    box.up("jenkins:2.555.1").ok()
    password = box.file("devbox/admin.password")
    assert _struck(box, tmp_path, moment, signal.SIGKILL, *_up(box, "jenkins:lts")) == -9
    box.again(version).ok()
    assert box.file("devbox/admin.password") == password
    _whole_and_usable(box)


@moments(FIRST)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_first_up_leaves_nothing(
    box: Box, lts: str, tmp_path: Path, number: signal.Signals, moment: int
) -> None:
    assert _struck(box, tmp_path, moment, number, *_up(box)) in (130, 143)
    assert box.parts() == set()


@moments(OPTION)
def test_interrupted_change_brings_the_old_one_back(box: Box, lts: str, tmp_path: Path, moment: int) -> None:
    """Unless the signal comes with the last request, which removes the old one: the new one is ready then."""
    box.up().ok()
    identity, _ = box.life()
    code = _struck(box, tmp_path, moment, signal.SIGINT, *_up(box, "jenkins", "--memory", "1g"))
    assert code in (0, 130)
    assert box.parts() == box.whole()
    assert (box.life()[0] == identity) is (moment < 2 * (OPTION - 1))
    assert box.docker.state(box.container) == "running"


@moments(DOWN)
def test_killed_down_is_finished_by_the_next(box: Box, lts: str, tmp_path: Path, moment: int) -> None:
    box.up("jenkins", "--no-wait").ok()
    assert _struck(box, tmp_path, moment, signal.SIGKILL, *_down(box)) == -9
    box.down("--volumes", "-y").ok()
    assert box.parts() == set()


@pytest.mark.parametrize("delay", [0.0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2])
@pytest.mark.parametrize("attempt", range(2))
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


@pytest.mark.parametrize("attempt", range(10))
def test_up_and_down_at_once_end_sane(box: Box, lts: str, attempt: int) -> None:
    """Whoever is last decides."""
    rising, falling = box.starts(), box.devbox.start("down", box.name)
    assert (rising.end().code, falling.end().code) == (0, 0)
    assert box.parts() in (box.whole(), {f"volume {box.volume}"})
    box.down("--volumes", "-y").ok()
    assert box.parts() == set()
