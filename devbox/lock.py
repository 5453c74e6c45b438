"""Exclusive locks between processes on one machine, the system's own; they end with the process, however it ends."""

from __future__ import annotations

import contextlib
import os
import sys
import time
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
    holder = path.with_suffix(".holder")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        taken, release = _lock(path)
        mine = taken()
    except (OSError, NotImplementedError) as error:
        raise DevboxError("lock.unusable", f"{path} cannot be locked", cause=str(error)) from error
    try:
        if not mine:
            waiting(_read(holder) or "another process")
            while not taken():
                time.sleep(POLL)
    except BaseException:
        release()
        raise
    try:
        # Beside the lock, not in it: Windows lets nobody read a locked file.
        with contextlib.suppress(OSError):
            holder.write_text(f"{who}, pid {os.getpid()}", encoding="utf-8")
        yield
    finally:
        with contextlib.suppress(OSError):
            holder.unlink()
        release()


def _lock(path: Path) -> tuple[Callable[[], bool], Callable[[], None]]:
    """What tries to take the lock and says whether it could, and what lets it go."""
    if sys.platform == "win32":
        return _windows(path)
    import fcntl  # by hand: importing filelock takes longer than all else that is done here

    file = path.open("ab")

    def take() -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    return take, file.close


def _windows(path: Path) -> tuple[Callable[[], bool], Callable[[], None]]:
    from filelock import FileLock, Timeout

    lock = FileLock(path)

    def take() -> bool:
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return False
        return True

    return take, lock.release


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
