"""Jobs of the queue's benchmarks."""

from __future__ import annotations

import time


def nothing() -> None:
    """Nothing."""


def busy() -> None:
    """2 ms."""
    end = time.perf_counter() + 0.002
    while time.perf_counter() < end:
        pass
