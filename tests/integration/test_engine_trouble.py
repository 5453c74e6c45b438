"""An engine that hangs or dies under a command: a clear error in 5 s, and the next run works."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from tests.integration.conftest import Fragile
from tests.integration.support.box import Box
from tests.integration.support.command import Ran, Running
from tests.integration.support.registry import Gate, unique_image
from tests.lab import Lab

pytestmark = [pytest.mark.engine, pytest.mark.lab]

REPORTED = 20.0
"""Seconds within which it has to be told: 5, and what a busy machine adds. Other time-outs begin at 30."""

GONE = "engine.unreachable"
HANGS = "engine.timeout"


def _ends(running: Running, code: str, since: float, status: int = 1) -> Ran:
    """The command ends by itself in time, with this error."""
    ran = running.end()
    took = time.monotonic() - since
    assert (ran.code, f"error[{code}]" in ran.stderr) == (status, True), ran
    assert took < REPORTED, f"told after {took:.1f} s"
    assert "Traceback" not in ran.stderr
    return ran


def _works_again(box: Box) -> None:
    box.up().ok()
    assert box.parts() == box.whole()
    assert box.jenkins().answers()
    box.down("--volumes", "-y").ok()
    assert box.parts() == set()


@pytest.mark.parametrize(
    "words", [("status",), ("up", "jenkins", "-n", "t-frozen"), ("down", "t-frozen"), ("logs", "t-frozen")]
)
def test_one_that_hangs_is_told_of(fragile: Fragile, fragile_box: Box, words: tuple[str, ...]) -> None:
    fragile.engine.pause()
    ran = fragile_box.devbox.json(*words).failed(HANGS)
    assert ran.seconds < REPORTED
    assert ran.error["retryable"] is True and ran.error["cures"]


def test_one_that_is_not_there_is_told_of_at_once(fragile_box: Box) -> None:
    devbox = fragile_box.devbox.having(DOCKER_HOST="unix:///nowhere/docker.sock")
    for words in (("status",), ("up", "jenkins"), ("down", "x"), ("logs", "x"), ("pull", "jenkins")):
        ran = devbox.json(*words).failed(GONE)
        assert ran.seconds < REPORTED
    devbox.json("exec", "x", "--", "true").failed(GONE, 125)
    assert devbox.json("config").ok().data["settings"]


def test_one_that_hangs_during_the_boot(fragile: Fragile, fragile_box: Box) -> None:
    running = fragile_box.starts("jenkins", "--env", "STANDIN_BOOT_SECONDS=60")
    running.sees("jenkins: Java runs")
    fragile.engine.pause()
    _ends(running, HANGS, time.monotonic())
    fragile.engine.resume()
    _works_again_without_the_variable(fragile_box)


def test_one_that_dies_during_the_boot(fragile: Fragile, fragile_box: Box) -> None:
    running = fragile_box.starts("jenkins", "--env", "STANDIN_BOOT_SECONDS=60")
    running.sees("jenkins: Java runs")
    fragile.engine.kill()
    _ends(running, GONE, time.monotonic())
    fragile.engine.start()
    assert f"volume {fragile_box.volume}" in fragile_box.parts(), "what could not be taken back is still there"
    _works_again_without_the_variable(fragile_box)


def _works_again_without_the_variable(box: Box) -> None:
    """The interrupted run's choice is in the home already; the next one makes its own."""
    box.up("jenkins", "--env", "STANDIN_BOOT_SECONDS=0").ok()
    assert box.jenkins().answers()
    box.down("--volumes", "-y").ok()
    assert box.parts() == set()


def test_one_that_dies_under_followed_logs(fragile: Fragile, fragile_box: Box) -> None:
    fragile_box.up().ok()
    running = fragile_box.devbox.start("logs", fragile_box.name, "-f")
    running.sees("Jenkins is fully up", "stdout")
    fragile.engine.kill()
    _ends(running, GONE, time.monotonic())
    fragile.engine.start()
    _works_again(fragile_box)


def test_one_that_hangs_under_followed_logs(fragile: Fragile, fragile_box: Box) -> None:
    fragile_box.up().ok()
    running = fragile_box.devbox.start("logs", fragile_box.name, "-f")
    running.sees("Jenkins is fully up", "stdout")
    fragile.engine.pause()
    _ends(running, HANGS, time.monotonic())


def test_one_that_dies_under_exec(fragile: Fragile, fragile_box: Box) -> None:
    fragile_box.up().ok()
    running = fragile_box.devbox.start("exec", fragile_box.name, "--", "sh", "-c", "echo begun; sleep 1000")
    running.sees("begun", "stdout")
    fragile.engine.kill()
    _ends(running, GONE, time.monotonic(), status=125)


@pytest.fixture
def gate(lab: Lab) -> Iterator[Gate]:
    with Gate.before(lab.registry.address) as found:
        found.stall_blobs = True
        yield found


@pytest.mark.parametrize("trouble", [HANGS, GONE])
def test_during_a_pull(fragile: Fragile, fragile_box: Box, gate: Gate, lab: Lab, trouble: str) -> None:
    image = unique_image(fragile.docker, lab.registry.address, gate.address)
    running = fragile_box.starts("jenkins", "--image", image)
    gate.wait_stalled()
    hurt: dict[str, Callable[[], None]] = {HANGS: fragile.engine.pause, GONE: fragile.engine.kill}
    hurt[trouble]()
    _ends(running, trouble, time.monotonic())
    fragile.engine.resume()
    fragile.engine.start()
    assert fragile_box.parts() == set()
    _works_again(fragile_box)


def test_a_pull_that_is_silent_is_no_hang(fragile_box: Box, fragile: Fragile, gate: Gate, lab: Lab) -> None:
    """No byte comes for longer than a hung engine is given, and the engine answers all the while."""
    image = unique_image(fragile.docker, lab.registry.address, gate.address)
    running = fragile_box.starts("jenkins", "--image", image)
    gate.wait_stalled()
    with pytest.raises(TimeoutError):
        _wait(running, REPORTED)
    running.kill()


def _wait(running: Running, seconds: float) -> None:
    import subprocess

    try:
        running.process.wait(seconds)
    except subprocess.TimeoutExpired as error:
        raise TimeoutError from error
