"""Exclusive locks between processes on one machine, by `filelock`; they end with the process, however it ends."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from devbox.errors import DevboxError

POLL = 0.05
"""Seconds between two tries for a lock that is taken."""


@contextmanager
def exclusive(path: Path, who: str, waiting: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of this file while the block runs.

    `who` says in words what holds it ("devbox up, pid 123"); a process that finds the lock taken calls
    `waiting` once with the holder's words, and waits. Raises `lock.unusable` where no file can be locked.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    holder = path.with_suffix(".holder")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout:
        waiting(_read(holder) or "another process")
        lock.acquire(poll_interval=POLL)
    except (OSError, NotImplementedError) as error:
        raise DevboxError("lock.unusable", f"{path} cannot be locked", cause=str(error)) from error
    try:
        # Beside the lock, not in it: Windows lets nobody read a locked file.
        with contextlib.suppress(OSError):
            holder.write_text(f"{who}, pid {os.getpid()}", encoding="utf-8")
        yield
    finally:
        with contextlib.suppress(OSError):
            holder.unlink()
        lock.release()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
