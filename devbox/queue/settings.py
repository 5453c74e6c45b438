"""How a worker and its pool are to behave; seconds throughout."""

from __future__ import annotations

from devbox.frozen import dataclass
from devbox.queue.address import Address
from devbox.queue.keys import Keys

HEARTBEATS = 5
"""Heartbeats in the time within which a dead worker's jobs come back."""
LEASE = 0.75
"""The part of that time after which a silent worker counts as dead; the rest is for being looked at."""


@dataclass(frozen=True)
class Settings:
    """`interval` None: idle workers look more and more rarely, but 25 times a second; 0: end when the queues are empty.

    `term` is what SIGTERM does first: `graceful` (the job finishes), `child` (Resque's TERM_CHILD: raised in the job,
    killed after `term_timeout`), `kill` (Resque's default: the job is killed).
    """

    where: Address
    keys: Keys
    queues: tuple[str, ...]
    jobs: tuple[str, ...] = ()
    count: int = 1
    pool: str = "default"
    interval: float | None = None
    job_timeout: float | None = None
    max_deliveries: int = 3
    jobs_per_fork: int = 1
    fork: bool = True
    recover_within: float = 15.0
    term: str = "graceful"
    term_timeout: float = 4.0
    pre_shutdown_timeout: float = 0.0
    spawn_interval: float = 0.0
    error_respawn_interval: float = 1.0
    events: bool = False

    @property
    def heartbeat(self) -> float:
        """Between two heartbeats."""
        return self.recover_within / HEARTBEATS

    @property
    def lease(self) -> float:
        """Without a heartbeat, after which a worker counts as dead."""
        return self.recover_within * LEASE

    @property
    def sweep(self) -> float:
        """Between two looks for dead workers."""
        return self.recover_within * (1 - LEASE) / 2
