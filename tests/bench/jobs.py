"""Jobs of the queue's benchmarks."""

from __future__ import annotations

import time
from pathlib import Path


def stamp(path: str) -> None:
    """When it ran, by the machine's clock."""
    whole = Path(path)
    part = whole.with_suffix(".part")
    part.write_text(str(time.monotonic()))
    part.rename(whole)


def nothing() -> None:
    """Nothing."""


def busy() -> None:
    """2 ms."""
    end = time.perf_counter() + 0.002
    while time.perf_counter() < end:
        pass
