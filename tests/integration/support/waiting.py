"""Waiting for states."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(look: Callable[[], T], what: str, seconds: float = 90, every: float = 0.02) -> T:
    """Look until the answer is true, and give it; fails with `what` when `seconds` are over."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, f"after {seconds} s still not so: {what}"
        time.sleep(every)
    return seen
