"""Real signals to a real process: what is said, what is rolled back, how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

HEAD = """
import signal, sys
from devbox.cli.interrupts import ROLLING_BACK, Interrupts
from devbox.errors import Interrupted

def say(text):
    print(text, flush=True)

def wait_for_signal():
    while True:
        signal.pause()

interrupts = Interrupts()
interrupts.message = ROLLING_BACK
interrupts.leave = lambda: say("left")
interrupts.install()
"""

ROLLS_BACK = """
try:
    say("working")
    wait_for_signal()
except Interrupted as interrupt:
    say("rolled back")
    sys.exit(interrupt.exit_status)
"""

HANGS_IN_ROLLBACK = """
try:
    say("working")
    wait_for_signal()
except Interrupted:
    say("rolling back")
    wait_for_signal()
"""

SHIELDED = """
try:
    with interrupts.shield(), interrupts.shield():
        say("working")
        sys.stdin.readline()
        say("end of the shield")
    say("never")
except Interrupted as interrupt:
    say("rolled back")
    with interrupts.shield():
        say("once")
    sys.exit(interrupt.exit_status)
"""

GOES_ON = """
say("working")
sys.stdin.readline()
say("went on")
"""

Start = Callable[..., subprocess.Popen[str]]


def start(body: str, before: Callable[[], object] | None = None) -> subprocess.Popen[str]:
    """The program, at the point where it has said that it works."""
    process = subprocess.Popen(
        [sys.executable, "-c", HEAD + body],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"
    return process


def told(process: subprocess.Popen[str]) -> str:
    """The next line of stderr."""
    assert process.stderr is not None
    return process.stderr.readline()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_is_told_and_rolls_back(number: signal.Signals, status: int) -> None:
    process = start(ROLLS_BACK)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert err == "Interrupted: rolling back; once more to leave at once\n"
    assert out == "rolled back\n"
    assert process.returncode == status


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_second_signal_leaves_at_once(number: signal.Signals, status: int) -> None:
    process = start(HANGS_IN_ROLLBACK)
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    assert process.stdout.readline() == "rolling back\n"
    process.send_signal(number)
    out, _ = process.communicate(timeout=60)
    assert out == "left\n"
    assert process.returncode == status


def test_a_shield_holds_the_signal_back_until_its_end(tmp_path: object) -> None:
    process = start(SHIELDED)
    process.send_signal(signal.SIGINT)
    assert told(process).startswith("Interrupted")
    out, err = process.communicate("\n", timeout=60)
    assert out == "end of the shield\nrolled back\nonce\n"
    assert err == ""
    assert process.returncode == 130


def test_the_second_signal_breaks_a_shield() -> None:
    process = start(SHIELDED)
    process.send_signal(signal.SIGTERM)
    assert told(process).startswith("Interrupted")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert out == "left\n"
    assert process.returncode == 130


def test_a_signal_that_was_ignored_stays_ignored() -> None:
    process = start(GOES_ON, before=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate("\n", timeout=60)
    assert (out, err, process.returncode) == ("went on\n", "", 0)


COMMAND = """
import sys
from dataclasses import replace
from devbox.cli import main
from devbox.cli.environment import Environment
from devbox.cli.operations import Operations
from devbox.engine.api import Endpoint
import signal

class Engine:
    endpoint = Endpoint("unix:///x", "default")
    def close(self): pass

def up(world, request):
    try:
        print("working", file=sys.stderr, flush=True)
        while True:
            signal.pause()
    finally:
        print("rolled back", file=sys.stderr, flush=True)

real = Environment.real()
operations = Operations()
operations.resolve, operations.connect, operations.up = lambda *_: Engine.endpoint, lambda _: Engine(), up
Environment.real = classmethod(lambda cls: replace(real, operations=operations))
sys.exit(main.run(sys.argv[1:]))
"""


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_an_interrupted_up_rolls_back_and_is_exit_130(flags: tuple[str, ...], tmp_path: os.PathLike[str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "up", "jenkins", *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "DEVBOX_STATE_DIR": str(tmp_path), "DEVBOX_CONFIG_DIR": str(tmp_path)},
        cwd=tmp_path,
    )
    assert told(process) == "working\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted: rolling back" in err.splitlines()[0]
    assert err.splitlines()[1] == "rolled back"
    assert ('"code": "interrupted"' in out) if flags else out == ""
