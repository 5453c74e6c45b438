"""What a worker does when Redis is away, full, read-only or paused: it says so, waits longer and longer, goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from devbox.queue import faults

T = TypeVar("T")
FIRST, LONGEST = 0.1, 5.0
"""Seconds between two tries: at first, at most."""
LAST = 10.0
"""Seconds for which a worker that is to stop still tries to put its last word down."""


class GaveUp(Exception):
    """Redis did not come back while the worker was to stop."""


class Patience:
    """Tries until Redis takes it. `rest` waits (and is woken by signals), `say` tells a person and the listeners."""

    def __init__(
        self, where: str, rest: Callable[[float], None], say: Callable[[str], None], leaving: Callable[[], bool]
    ) -> None:
        self._where = where
        self._rest = rest
        self._say = say
        self._leaving = leaving
        self._told = ""

    def insist(self, attempt: Callable[[], T]) -> T:
        """The attempt's result, however long it takes; raises `GaveUp` when the worker is to stop and it takes long."""
        delay, leaving_since = FIRST, 0.0
        while True:
            try:
                return self.once(attempt)
            except Exception as error:
                if not faults.is_redis(error):
                    raise
                now = time.monotonic()
                leaving_since = leaving_since or (now if self._leaving() else 0.0)
                if leaving_since and now - leaving_since > LAST:
                    raise GaveUp from None
            self._rest(min(delay, 0.5) if leaving_since else delay)
            delay = min(delay * 2, LONGEST)

    def once(self, attempt: Callable[[], T]) -> T:
        """One try; its trouble and the end of it are said once."""
        try:
            result = attempt()
        except Exception as error:
            if not faults.is_redis(error):
                raise
            fault = faults.as_error(error, self._where)
            if fault.code != self._told:
                self._told = fault.code
                cause = (fault.cause or "").rstrip(".")
                self._say(f"{fault.message}: {cause}; trying again")
            raise
        if self._told:
            self._told = ""
            self._say(f"Redis at {self._where} is back")
        return result
