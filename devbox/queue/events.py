"""What a worker tells: Jesque's eight events, to listeners in Python and as lines of JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

WORKER_START = "WORKER_START"
WORKER_POLL = "WORKER_POLL"
JOB_PROCESS = "JOB_PROCESS"
JOB_EXECUTE = "JOB_EXECUTE"
JOB_SUCCESS = "JOB_SUCCESS"
JOB_FAILURE = "JOB_FAILURE"
WORKER_ERROR = "WORKER_ERROR"
WORKER_STOP = "WORKER_STOP"

IDLE_POLL = 5.0
"""Seconds after which an idle worker's polls are printed again; a listener gets each."""


@dataclass(frozen=True)
class Event:
    """Something that happened. `queue` and `job` where it is about a job, `error` where something went wrong.

    JOB_PROCESS: claimed. JOB_EXECUTE: about to run. `time`: seconds since 1970.
    """

    kind: str
    worker: str
    queue: str = ""
    job: Mapping[str, Any] | None = None
    error: str = ""
    time: float = field(default_factory=time.time)

    def data(self) -> dict[str, Any]:
        """As a line of `--events` has it."""
        at = datetime.fromtimestamp(self.time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        told = {"event": self.kind, "time": at, "worker": self.worker, "queue": self.queue or None, "job": self.job}
        return {**told, "error": self.error} if self.error else told


Listener = Callable[[Event], None]


class Events:
    """The listeners. One that raises harms nobody: it is said on stderr, and the worker goes on."""

    def __init__(self, listeners: Sequence[Listener] = (), worker: str = "") -> None:
        self.listeners = list(listeners)
        self.worker = worker

    def __bool__(self) -> bool:
        return bool(self.listeners)

    def fire(self, kind: str, queue: str = "", job: Mapping[str, Any] | None = None, error: str = "") -> None:
        """Tell all of them."""
        if not self.listeners:
            return
        event = Event(kind, self.worker, queue, job, error)
        for listener in self.listeners:
            try:
                listener(event)
            except Exception as failure:
                say(f"a listener of {kind} failed: {type(failure).__name__}: {failure}")


class Lines:
    """A listener that writes each event as a line of JSON, in one piece: several workers share the stream."""

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self._polled = 0.0
        self._idle = False

    def __call__(self, event: Event) -> None:
        """Write it; an idle worker's polls are thinned out."""
        idle = event.kind == WORKER_POLL
        if idle and self._idle and event.time - self._polled < IDLE_POLL:
            return
        self._polled, self._idle = event.time, idle
        os.write(self._descriptor, _line(event).encode() + b"\n")


def _line(event: Event) -> str:
    """JSON also where a job's arguments have a number that JSON can say and no double holds (1e999): it is text."""
    told = json.dumps(event.data())
    return json.dumps(json.loads(told, parse_constant=str)) if "Infinity" in told else told


def say(text: str) -> None:
    """A line for a person, on stderr."""
    try:
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} [{os.getpid()}] {text}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return
