"""The jobs of the chaos and of the memory test."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.queue.matrix_jobs import note


def mark(number: int) -> None:
    """Leaves its number, and takes a while, so that something can be killed meanwhile."""
    time.sleep(0.005)
    note("done", str(number))


def nothing() -> None:
    """Nothing."""


def leak(megabytes: int) -> None:
    """Takes memory and keeps it, as long as its process lasts."""
    held.append(bytearray(os.urandom(1) * (megabytes << 20)))
    note("parents", Path(f"/proc/{os.getppid()}/statm").read_text().split()[1])


held: list[bytearray] = []
