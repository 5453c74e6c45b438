"""A guard over one request: while the engine is silent it is pinged, and the request is ended when no ping comes back.

A pull, a followed log or a stop may say nothing for minutes and be well. A hung daemon takes connections and never
answers; only a second request tells the two apart.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

from devbox.engine.api import Flag
from devbox.frozen import dataclass

Reason = Literal["silent", "limit", "stopped"]

_STOP_LOOK = 0.1
"""Seconds between two looks at the caller's stop event."""


@dataclass(frozen=True)
class Patience:
    """How long silence is borne, in seconds: `quiet` before a ping, `ping` for its answer, `connect` for a connection.

    `quiet` and `ping` together stay below the 5 s in which a hung daemon is to be reported.
    """

    quiet: float = 2.5
    ping: float = 2.0
    connect: float = 4.0


LOCAL = Patience()
SSH = Patience(quiet=5.0, ping=10.0, connect=20.0)
"""Over ssh every ping is a new connection with its own handshake."""


class Watch:
    """Runs beside one request, from `start` to `finish`; `beat` says that something came.

    `abort` is called once, from the watch's thread, with `reason` set: "silent" (no ping came back), "limit" (the
    request lasted longer than `limit` seconds), "stopped" (the caller's event).
    """

    def __init__(
        self,
        ping: Callable[[], bool],
        abort: Callable[[], None],
        patience: Patience,
        *,
        limit: float | None,
        stop: Flag | None = None,
    ) -> None:
        self.reason: Reason | None = None
        self._ping, self._abort, self._patience, self._stop = ping, abort, patience, stop
        self._end = None if limit is None else time.monotonic() + limit
        self._heard = time.monotonic()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="devbox-watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def finish(self) -> None:
        """The request is over; the thread ends by itself."""
        self._done.set()

    def beat(self) -> None:
        """Something came from the engine."""
        self._heard = time.monotonic()

    def _run(self) -> None:
        while not self._done.wait(self._pause()):
            self.reason = self._verdict()
            if self.reason:
                self._abort()
                return

    def _pause(self) -> float:
        now = time.monotonic()
        pause = self._heard + self._patience.quiet - now
        if self._end is not None:
            pause = min(pause, self._end - now)
        if self._stop is not None:
            pause = min(pause, _STOP_LOOK)
        return max(pause, 0.01)

    def _verdict(self) -> Reason | None:
        now = time.monotonic()
        if self._stop is not None and self._stop.is_set():
            return "stopped"
        if self._end is not None and now >= self._end:
            return "limit"
        if now - self._heard < self._patience.quiet:
            return None
        heard = self._heard
        if self._ping():
            self._heard = max(self._heard, time.monotonic())
            return None
        # What came while the ping was out counts as a sign of life; a request that ended needs no verdict.
        return None if self._heard != heard or self._done.is_set() else "silent"
