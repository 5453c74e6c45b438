"""Whole commands, timed; two in turn, so that a machine whose speed drifts is fair to both."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

DEVBOX = str(Path(sys.executable).with_name("devbox"))


@dataclass(frozen=True)
class Figures:
    """Seconds of several runs."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        return f"{self.median:.3f} s ({min(self.seconds):.3f} to {max(self.seconds):.3f})"


def run(words: Sequence[str], env: dict[str, str]) -> float:
    """Seconds of a command from start to end; raises when it fails."""
    began = time.perf_counter()
    done = subprocess.run(words, env=env, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    took = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return took


def in_turn(count: int, *ways: Callable[[], float]) -> list[Figures]:
    """Each way `count` times, in turn, after one uncounted round."""
    for way in ways:
        way()
    taken: list[list[float]] = [[] for _ in ways]
    for _ in range(count):
        for times, way in zip(taken, ways, strict=True):
            times.append(way())
    return [Figures(tuple(times)) for times in taken]
