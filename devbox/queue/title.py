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
    if room := _room():
        room[:] = title.encode("utf-8", "replace")[: len(room) - 1].ljust(len(room), b"\0")
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
def _room() -> memoryview | None:
    """The memory in which the arguments lie: from field 48 to field 49 of proc(5)'s `stat`."""
    if sys.platform != "linux":
        return None
    try:
        fields = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rpartition(") ")[2].split()
        start, end = int(fields[45]), int(fields[46])
    except (OSError, ValueError, IndexError):
        return None
    return memoryview((ctypes.c_char * (end - start)).from_address(start)).cast("B") if 0 < start < end else None
