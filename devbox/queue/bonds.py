"""What binds a forked process to its parent: it does not outlive it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from functools import cache
from typing import Any

PR_SET_PDEATHSIG = 1


@cache
def _prctl() -> Any:
    """The C library's prctl(2), None where there is none; called once before a fork, it costs the child nothing."""
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None), "prctl", None)


class Bond:
    """Made by the parent; `tie` is called by each child that it forks off."""

    def __init__(self) -> None:
        self._parent = os.getpid()
        self._prctl = _prctl()
        self._pipe = None if self._prctl else os.pipe()

    def tie(self, number: signal.Signals) -> None:
        """Have the kernel send this signal when the parent ends; where it cannot, a thread watches a pipe."""
        if self._prctl is not None:
            self._prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        elif self._pipe:
            os.close(self._pipe[1])
            threading.Thread(target=_watch, args=(self._pipe[0], number), daemon=True).start()
        if os.getppid() != self._parent:  # it ended before
            os.kill(os.getpid(), number)


def _watch(descriptor: int, number: signal.Signals) -> None:
    while os.read(descriptor, 1):
        continue
    os.kill(os.getpid(), number)


def kill_group(pid: int, number: signal.Signals) -> None:
    """Signal a child and what it has started; the child alone while it has no group of its own yet."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
