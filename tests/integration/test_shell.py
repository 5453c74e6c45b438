"""`devbox shell` on a real terminal: a pseudo-terminal of this test's own."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.integration.conftest import First

pytestmark = [pytest.mark.engine, pytest.mark.lab]

PROMPT = b"$ "


@dataclass(eq=False)
class Terminal:
    """A terminal with a process on it; `keyboard` is the end that a person holds."""

    keyboard: int
    line: int
    process: subprocess.Popen[bytes] | None = None
    shown: bytes = b""
    before: list[object] = field(default_factory=list)

    def run(self, words: list[str], env: dict[str, str]) -> None:
        self.before = termios.tcgetattr(self.line)
        self.process = subprocess.Popen(
            words, env=env, stdin=self.line, stdout=self.line, stderr=self.line, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip

    def size(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.line, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys: bytes) -> None:
        os.write(self.keyboard, keys)

    def sees(self, text: bytes, seconds: float = 20) -> None:
        """Until the terminal shows it; what came up to it is dropped."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            ready, _, _ = select.select([self.keyboard], [], [], max(0, end - time.monotonic()))
            assert ready, f"{text!r} never came: {self.shown!r}"
            self.shown += os.read(self.keyboard, 1 << 16)
        self.shown = self.shown.partition(text)[2]

    def ended(self) -> int:
        assert self.process is not None
        return self.process.wait(20)


@pytest.fixture
def terminal(first: First) -> Iterator[Terminal]:
    """A terminal with `devbox shell` on it, at its first prompt."""
    keyboard, line = pty.openpty()
    made = Terminal(keyboard, line)
    made.size(30, 100)
    devbox = first.box.devbox
    made.run([*devbox.program, "shell", first.box.name], {**devbox.env, "TERM": "xterm"})
    try:
        made.sees(PROMPT)
        yield made
    finally:
        assert made.process is not None
        made.process.kill()
        made.process.wait()
        os.close(keyboard)
        os.close(line)


def test_runs_what_is_typed_as_the_images_user_and_gives_its_exit_status(terminal: Terminal) -> None:
    terminal.type(b"echo user=$(id -un)=\n")
    terminal.sees(b"user=jenkins=")
    terminal.type(b"exit 7\n")
    assert terminal.ended() == 7


def test_is_a_terminal_inside_with_the_size_outside(terminal: Terminal) -> None:
    terminal.type(b"tty; stty size\n")
    terminal.sees(b"/dev/pts/")
    terminal.sees(b"30 100")
    terminal.type(b"echo $TERM=\n")
    terminal.sees(b"xterm=")


def test_tells_a_new_size(terminal: Terminal) -> None:
    """The kernel sends SIGWINCH when the terminal's size changes; inside, the shell sees the new one."""
    terminal.type(b"trap 'echo now $(stty size)=' WINCH; echo trap is set\n")
    terminal.sees(b"trap is set")
    terminal.sees(b"trap is set")
    terminal.size(41, 123)
    terminal.type(b"while ! stty size | grep -q '41 123'; do :; done; stty size\n")
    terminal.sees(b"41 123\r\n")


def test_the_terminal_is_raw_meanwhile_and_as_before_afterwards(terminal: Terminal) -> None:
    flags = termios.tcgetattr(terminal.line)[3]
    assert not flags & (termios.ICANON | termios.ECHO | termios.ISIG)
    terminal.type(b"exit\n")
    assert terminal.ended() == 0
    assert termios.tcgetattr(terminal.line) == terminal.before


def test_ctrl_c_goes_inside(terminal: Terminal) -> None:
    terminal.type(b"sleep 1000\n")
    terminal.sees(b"sleep 1000")
    terminal.type(b"\x03")
    terminal.sees(PROMPT)
    terminal.type(b"echo status=$?=\n")
    terminal.sees(b"status=130=")
    assert terminal.process is not None and terminal.process.poll() is None


def test_a_killed_one_leaves_the_terminal_usable(terminal: Terminal) -> None:
    """SIGTERM: the terminal is put in order on the way out."""
    assert terminal.process is not None
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.ended() == 143
    assert termios.tcgetattr(terminal.line) == terminal.before


def test_without_a_terminal_it_says_what_to_do_instead(first: First) -> None:
    ran = first.box.devbox.run("shell", first.box.name)
    assert ran.code == 2
    assert "error[shell.no_terminal]" in ran.stderr and "devbox exec" in ran.stderr
