"""Ctrl-C and SIGTERM: the first one lets the operation roll back, the second one leaves at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from devbox.errors import Exit, Interrupted

STATUS = {signal.SIGINT: Exit.INTERRUPTED, signal.SIGTERM: Exit.TERMINATED}
LEAVING = "Interrupted: stopping here; once more to leave at once"
ROLLING_BACK = "Interrupted: rolling back; once more to leave at once"


class Interrupts:
    """The two handlers and what they share.

    `say` speaks at once, from within a handler; `leave` puts the terminal in order before the process goes.
    """

    def __init__(self) -> None:
        self.message: str | None = LEAVING
        self.say: Callable[[str], None] = _write
        self.leave: Callable[[], None] = lambda: None
        self._status: Exit | None = None
        self._depth = 0
        self._raised = False

    def install(self) -> None:
        """Take both signals; one that was ignored at the start (nohup, `&` in a script) stays ignored."""
        for number in STATUS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._on)

    def uninstall(self) -> None:
        """Give the signals their default meaning: all is done, and the process may end at once."""
        for number in STATUS:
            if signal.getsignal(number) == self._on:
                signal.signal(number, signal.SIG_DFL)

    def _on(self, number: int, _frame: FrameType | None) -> None:
        status = STATUS[signal.Signals(number)]
        if self._status is not None:
            try:
                self.leave()
            finally:
                os._exit(status)
        self._status = status
        if self.message:
            self.say(self.message)
        if not self._depth:
            self._raised = True
            raise Interrupted(status)

    @contextmanager
    def shield(self) -> Iterator[None]:
        """Hold the first signal back until the end of this context; one inside another counts as one.

        Signals come to the main thread alone: in another one this does nothing.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth and self._status is not None and not self._raised:
                self._raised = True
                raise Interrupted(self._status)


def _write(text: str) -> None:
    """Past Python's buffers, which the interrupted code may be in the middle of."""
    try:
        os.write(2, f"{text}\n".encode())
    except OSError:
        return
