"""How a job's failure gets from the child that ran it to the parent: through a file in memory, which never blocks."""

from __future__ import annotations

import json
import os
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from devbox.queue import wire

HERE = Path(__file__).parent


class TermException(BaseException):
    """SIGTERM, raised inside a job (Resque's TERM_CHILD)."""


class JobTimeout(BaseException):
    """The time of a job that runs inside its worker is over."""


@dataclass(frozen=True)
class Failed:
    """How a job failed: names as Resque files them, the innermost line of the backtrace first."""

    exception: str
    error: str
    backtrace: Sequence[str] = ()

    @classmethod
    def of(cls, error: BaseException) -> Failed:
        """An exception's; frames of the worker, which called the job, are left out."""
        if isinstance(error, TermException):
            return cls(wire.TERMINATED, str(error), _lines(error))
        if isinstance(error, JobTimeout):
            return cls(wire.DIRTY_EXIT, str(error), _lines(error))
        kind = type(error)
        name = (
            kind.__qualname__
            if kind.__module__ in {"builtins", "__main__"}
            else f"{kind.__module__}.{kind.__qualname__}"
        )
        return cls(name, _said(error), _lines(error))

    def record(self, envelope: wire.Envelope, worker: str) -> bytes:
        """Resque's failure record."""
        return wire.failure(envelope.payload, self.exception, self.error, self.backtrace, worker, envelope.queue)


def _said(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as failure:
        return f"(its text cannot be had: {type(failure).__name__})"


def _lines(error: BaseException) -> list[str]:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent != HERE]
    return [f"{frame.filename}:{frame.lineno}:in `{frame.name}'" for frame in reversed(frames)][:200]


class Report:
    """The file: written by the child at its start, read by the parent once the child has ended."""

    def __init__(self) -> None:
        self._file = _in_memory()

    def write(self, failed: Failed) -> None:
        """For the child."""
        told = json.dumps([failed.exception, failed.error, list(failed.backtrace)]).encode()
        at = 0
        while at < len(told):
            at += os.pwrite(self._file, told[at:], at)

    def read(self) -> Failed | None:
        """For the parent: what the child wrote, and an empty file for the next; None where there is nothing."""
        size = os.fstat(self._file).st_size
        if not size:
            return None
        told = os.pread(self._file, size, 0)
        os.ftruncate(self._file, 0)
        try:
            exception, error, backtrace = json.loads(told)
        except ValueError:
            return None
        return Failed(exception, error, backtrace)


def _in_memory() -> int:
    if made := getattr(os, "memfd_create", None):
        return int(made("devbox-report"))
    descriptor, name = tempfile.mkstemp(prefix="devbox-")
    Path(name).unlink()
    return descriptor
