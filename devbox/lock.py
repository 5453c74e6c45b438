"""Exclusive locks between processes on one machine, with daemontools' `setlock`'s meaning; they end with the process.

On Unix a lock is flock(2) of a file that is never truncated or removed; on Windows it is `filelock`'s LockFileEx.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from devbox.errors import DevboxError

POLL = 0.05
"""Windows: seconds between two tries for a lock that is taken. Elsewhere the kernel wakes the waiter."""


class Taken(Exception):
    """Somebody else holds the lock."""


class Lock:
    """An open lock file; whoever has its descriptor (by fork or exec, too) keeps the lock. Errors are OSErrors."""

    def __init__(self, path: str | Path) -> None:
        self.descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_APPEND | os.O_CREAT, 0o600)

    def take(self, *, wait: bool) -> None:
        """Take the lock; raises `Taken` where it is held and is not to be waited for."""
        import fcntl

        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise Taken from error

    def release(self) -> None:
        """Close the file; the lock is free when nobody else has it open."""
        os.close(self.descriptor)


class WindowsLock:
    """The same by `filelock`: LockFileEx of the first byte, which a child does not inherit."""

    def __init__(self, path: str | Path) -> None:
        from filelock import FileLock

        try:
            self._lock = FileLock(path, preserve_lock_file=True)
        except TypeError:  # before it had that
            self._lock = FileLock(path)

    def take(self, *, wait: bool) -> None:
        """As `Lock.take`."""
        from filelock import Timeout

        try:
            self._lock.acquire(blocking=wait, poll_interval=POLL)
        except Timeout as error:
            raise Taken from error
        except NotImplementedError as error:
            raise OSError(str(error)) from error

    def release(self) -> None:
        """Let go."""
        self._lock.release()


def open_lock(path: str | Path) -> Lock | WindowsLock:
    """The lock of this file, not taken yet; the file is made where it is not there. Raises OSError."""
    return WindowsLock(path) if sys.platform == "win32" else Lock(path)


@contextmanager
def exclusive(path: Path, who: str, waiting: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of this file while the block runs.

    `who` says in words what holds it ("devbox up, pid 123"); a process that finds the lock taken calls
    `waiting` once with the holder's words, and waits. Raises `lock.unusable` where no file can be locked.
    """
    holder = path.with_suffix(".holder")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = open_lock(path)
    except OSError as error:
        raise _unusable(path, error) from error
    try:
        _take(lock, path, holder, waiting)
        # Beside the lock, not in it: Windows lets nobody read a locked file.
        with contextlib.suppress(OSError):
            holder.write_text(f"{who}, pid {os.getpid()}", encoding="utf-8")
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                holder.unlink()
    finally:
        lock.release()


def _take(lock: Lock | WindowsLock, path: Path, holder: Path, waiting: Callable[[str], None]) -> None:
    try:
        try:
            lock.take(wait=False)
        except Taken:
            waiting(_read(holder) or "another process")
            lock.take(wait=True)
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: OSError) -> DevboxError:
    return DevboxError("lock.unusable", f"{path} cannot be locked", cause=str(error))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
