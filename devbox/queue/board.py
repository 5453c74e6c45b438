"""A few numbers that a pool, its worker and the worker's child share, in memory of their own."""

from __future__ import annotations

import mmap
import struct

DONE, BEGAN, STOP, LEFT = 0, 8, 16, 17
"""Where they lie: jobs ended, when the running one began (monotonic seconds, 0 none), whether to take no more, whether
the worker has left in order."""


class Board:
    """Made before a fork; each number has one writer."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, mmap.PAGESIZE)

    @property
    def done(self) -> int:
        """Jobs that have ended."""
        return int(struct.unpack_from("=Q", self._memory, DONE)[0])

    def count(self) -> None:
        """One more."""
        struct.pack_into("=Q", self._memory, DONE, self.done + 1)

    @property
    def began(self) -> float:
        """When the running job began, 0 when none runs."""
        return float(struct.unpack_from("=d", self._memory, BEGAN)[0])

    @began.setter
    def began(self, moment: float) -> None:
        struct.pack_into("=d", self._memory, BEGAN, moment)

    @property
    def stop(self) -> bool:
        """Whether the child is to take no more jobs."""
        return self._memory[STOP] != 0

    @stop.setter
    def stop(self, value: bool) -> None:
        self._memory[STOP] = value

    @property
    def left(self) -> bool:
        """Whether the worker has settled and unregistered; one that has not may have left a job."""
        return self._memory[LEFT] != 0

    @left.setter
    def left(self, value: bool) -> None:
        self._memory[LEFT] = value

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()
