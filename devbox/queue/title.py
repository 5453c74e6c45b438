"""The process' title, as `ps` shows it: Resque's procline, by which a Ruby worker knows that this one is alive."""

from __future__ import annotations

import ctypes
import importlib
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from devbox import __version__


def set_title(text: str) -> None:
    """Write `resque-VERSION: TEXT` over the command line, cut to its length.

    Where that is not possible (macOS) the package setproctitle does it if it is installed, else nothing does.
    Resque prunes what does not match `resque-[0-9]` on its own host, alive or not (`worker.rb`, `prune_dead_workers`).
    """
    title = f"resque-{__version__}: {text}"
    start, size = _room()
    if size > 1:
        words = title.encode("utf-8", "replace")[: size - 1]
        ctypes.memmove(start, words.ljust(size, b"\0"), size)
    elif setter := _package():
        setter(title)


@cache
def _package() -> Callable[[str], None] | None:
    try:
        found: Callable[[str], None] = importlib.import_module("setproctitle").setproctitle
    except ImportError:
        return None
    return found


@cache
def _room() -> tuple[int, int]:
    """Where the arguments lie in memory and how long they are: fields 48 and 49 of proc(5)'s `stat`."""
    if sys.platform != "linux":
        return 0, 0
    try:
        fields = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rpartition(") ")[2].split()
        start, end = int(fields[45]), int(fields[46])
    except (OSError, ValueError, IndexError):
        return 0, 0
    return (start, end - start) if 0 < start < end else (0, 0)
