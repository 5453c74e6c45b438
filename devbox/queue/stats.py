"""The numbers of a queue system."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Stats:
    """`queues`: jobs waiting in each. `working`: workers with a job; `in_flight`: jobs claimed by workers of ours.

    `failed` counts all that ever failed; `failures` are the records in the list `failed`.
    """

    queues: dict[str, int] = field(default_factory=dict)
    processed: int = 0
    failed: int = 0
    workers: int = 0
    working: int = 0
    in_flight: int = 0
    failures: int = 0

    @property
    def pending(self) -> int:
        """All that wait."""
        return sum(self.queues.values())

    def data(self) -> dict[str, Any]:
        """As the command `queue stats --json` has it."""
        return {
            "queues": self.queues,
            "pending": self.pending,
            "processed": self.processed,
            "failed": self.failed,
            "workers": self.workers,
            "working": self.working,
            "in_flight": self.in_flight,
        }

    def text(self) -> str:
        """As resque-web's `/stats.txt` has it (`server.rb`): its `failed` is the length of the list (`num_failed`)."""
        lines = [
            f"resque.pending={self.pending}",
            f"resque.processed+={self.processed}",
            f"resque.failed+={self.failures}",
            f"resque.workers={self.workers}",
            f"resque.working={self.working}",
        ]
        return "\n".join([*lines, *(f"queues.{name}={size}" for name, size in self.queues.items())])
