"""A wait that a signal ends at once."""

from __future__ import annotations

import contextlib
import importlib
import os
import select
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any

Handlers = Mapping[str, Callable[[], None]]
"""By the signal's name without SIG; a name that this system has not is left out."""


_BARE: Any = importlib.import_module("_signal")
SET: Callable[[int, int], object] = _BARE.signal
"""`signal.signal` without the enumerations around it, which cost more than the system call; a child sets eight."""
DEFAULT = int(signal.SIG_DFL)
_MASK: Any = getattr(_BARE, "pthread_sigmask", None)
BLOCK, UNBLOCK = int(getattr(signal, "SIG_BLOCK", 0)), int(getattr(signal, "SIG_UNBLOCK", 0))
HELD_BACK = tuple(
    int(signal.Signals[name])
    for name in ("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2")
    if name in signal.Signals.__members__
)


def hold_back() -> None:
    """No signal is delivered until `unblock`: around a fork. The new process must not take one with the old one's
    handlers, nor the old one act on one before it knows of the new process."""
    _MASK(BLOCK, HELD_BACK)


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """The same as a block."""
    hold_back()
    try:
        yield
    finally:
        unblock()


def unblock() -> None:
    """Signals are delivered, those that came meanwhile at once."""
    if _MASK is not None:
        _MASK(UNBLOCK, HELD_BACK)


class Wake:
    """Signal handlers whose signals also come as bytes into a socket, on which a process waits."""

    def __init__(self, handlers: Handlers) -> None:
        self._read, self._write = socket.socketpair()
        for end in (self._read, self._write):
            end.setblocking(False)
        self._taken = {number: act for name, act in handlers.items() if (number := getattr(signal, f"SIG{name}", 0))}
        signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        handler = self._on
        for number in self._taken:
            signal.signal(number, handler)

    def _on(self, number: int, _frame: FrameType | None) -> None:
        self._taken[number]()

    def wait(self, seconds: float) -> None:
        """Wait so long, or until a signal."""
        if select.select((self._read,), (), (), max(0.0, seconds))[0]:
            with contextlib.suppress(BlockingIOError):
                self._read.recv(4096)

    def close(self) -> None:
        """The end is near: a signal that comes now is late, and must not change how this process ends."""
        signal.set_wakeup_fd(-1)
        for number in self._taken.keys() - {getattr(signal, "SIGCHLD", 0)}:
            SET(number, int(signal.SIG_IGN))

    def release(self) -> None:
        """All signals mean again what they mean to a new process: for one that was forked off."""
        signal.set_wakeup_fd(-1)
        for number in self._taken:
            SET(number, DEFAULT)
        for end in (self._read, self._write):
            os.close(end.detach())  # `close` does the same with much more code, and code is pages to a child


def nothing() -> None:
    """For a signal that is to do no more than end a wait."""
