"""Calls side by side, each given up at a deadline: a name lookup can hang longer than any time-out.

The threads are daemons: what was given up does not keep devbox from ending.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from typing import Any, TypeVar

T = TypeVar("T")


def start(call: Callable[[], T], name: str) -> Future[T]:
    """Begin a call in a thread of its own."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, name=f"doctor-{name}", daemon=True).start()
    return future


def taken(future: Future[Any], until: float) -> Any:
    """Its result, what it raised, or TimeoutError when `until` (of `time.monotonic`) has come."""
    try:
        return future.result(max(0.0, until - time.monotonic()))
    except Late:
        if future.done() and (error := future.exception()) is not None:
            return error if isinstance(error, Exception) else RuntimeError(str(error))
        return TimeoutError("no answer in time")
    except Exception as error:
        return error


def together(calls: Sequence[Callable[[], T]], seconds: float) -> list[T | Exception]:
    """All results, in order."""
    until = time.monotonic() + seconds
    futures = [start(call, str(at)) for at, call in enumerate(calls)]
    return [taken(future, until) for future in futures]
