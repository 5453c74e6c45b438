"""`devbox shell` on a real terminal: a pseudo-terminal of this test's own."""

from __future__ import annotations

import signal
import termios
from collections.abc import Iterator

import pytest

from tests.integration.conftest import First
from tests.integration.support.terminal import Terminal

pytestmark = [pytest.mark.engine, pytest.mark.lab]

PROMPT = b"$ "


@pytest.fixture
def terminal(first: First) -> Iterator[Terminal]:
    """A terminal with `devbox shell` on it, at its first prompt."""
    devbox = first.box.devbox
    with Terminal.opened(30, 100) as made:
        made.run([*devbox.program, "shell", first.box.name], {**devbox.env, "TERM": "xterm"})
        made.sees(PROMPT)
        yield made


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
    assert not terminal.flags & (termios.ICANON | termios.ECHO | termios.ISIG)
    terminal.type(b"exit\n")
    assert terminal.ended() == 0
    assert terminal.is_as_before()


def test_ctrl_c_goes_inside(terminal: Terminal) -> None:
    terminal.type(b"sh -c 'echo be\"\"gun; exec sleep 1000'\n")
    terminal.sees(b"begun\r\n")  # said by a program of its own: a shell that is about to fork may lose the signal
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
    assert terminal.is_as_before()


def test_without_a_terminal_it_says_what_to_do_instead(first: First) -> None:
    ran = first.box.devbox.run("shell", first.box.name)
    assert ran.code == 2
    assert "error[shell.no_terminal]" in ran.stderr and "devbox exec" in ran.stderr
