"""A command inside on our terminal: raw mode, its size told on every change, all put back at the end."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from devbox.cli.environment import Environment
from devbox.errors import DevboxError

if TYPE_CHECKING:
    from devbox.engine.api import ExecStream

CHUNK = 1 << 14
RESIZED, ENDED = b"r", b"e"


def attach(stream: ExecStream, environment: Environment) -> int:
    """Join the terminal to the command until it ends; gives its exit status."""
    keyboard = environment.stdin.fileno()
    wakes, wake = os.pipe()
    feeder = threading.Thread(target=_feed, args=(stream, keyboard, wakes), daemon=True)
    try:
        with _raw(keyboard), _watch_size(wake):
            os.write(wake, RESIZED)
            feeder.start()
            while (piece := stream.read()) is not None:
                environment.out_bytes(piece[1])
            return stream.exit_code()
    finally:
        os.write(wake, ENDED)
        if feeder.ident is not None:
            feeder.join(2)
        if not feeder.is_alive():
            os.close(wake)
            os.close(wakes)


def _feed(stream: ExecStream, keyboard: int, wakes: int) -> None:
    """Send keys and sizes, until the command has ended or the keyboard has."""
    sources = [keyboard, wakes]
    with contextlib.suppress(OSError, DevboxError):
        while True:
            ready = select.select(sources, [], [])[0]
            if wakes in ready:
                if ENDED in os.read(wakes, CHUNK):
                    return
                _tell_size(stream, keyboard)
            if keyboard in ready:
                if data := os.read(keyboard, CHUNK):
                    stream.write(data)
                else:
                    stream.close_stdin()
                    sources.remove(keyboard)


def _tell_size(stream: ExecStream, terminal: int) -> None:
    with contextlib.suppress(OSError, DevboxError):
        size = os.get_terminal_size(terminal)
        stream.resize(size.lines, size.columns)


@contextlib.contextmanager
def _raw(terminal: int) -> Iterator[None]:
    """Keys go through as they are, Ctrl-C included."""
    if sys.platform == "win32":
        raise NotImplementedError
    else:
        import termios
        import tty

        before = termios.tcgetattr(terminal)
        try:
            tty.setraw(terminal)
            yield
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)


@contextlib.contextmanager
def _watch_size(wake: int) -> Iterator[None]:
    """A handler only wakes the feeder: an HTTP request has no place in it."""
    number = getattr(signal, "SIGWINCH", None)
    if number is None:
        yield
        return

    def resized(*_: Any) -> None:
        with contextlib.suppress(OSError):
            os.write(wake, RESIZED)

    before = signal.signal(number, resized)
    try:
        yield
    finally:
        signal.signal(number, before)
