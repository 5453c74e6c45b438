"""The names of Resque's keys in Redis (`lib/resque/data_store.rb`) and of those that are ours alone (`devbox:...`)."""

from __future__ import annotations

from devbox.frozen import dataclass

NAMESPACE = "resque"
"""What Resque, Jesque, node-resque and pyres put before each key when nobody says otherwise."""


@dataclass(frozen=True)
class Keys:
    """Each key of a queue system under one namespace ("" none)."""

    namespace: str = NAMESPACE

    @property
    def prefix(self) -> str:
        """What stands before each key."""
        return f"{self.namespace}:" if self.namespace else ""

    def of(self, name: str) -> str:
        """A key by what comes after the namespace."""
        return self.prefix + name

    def queue(self, name: str) -> str:
        """The list of a queue's jobs; a zset where Jesque has delayed ones in it."""
        return self.of(f"queue:{name}")

    def worker(self, worker: str) -> str:
        """What a worker is working on; absent when it is idle."""
        return self.of(f"worker:{worker}")

    def started(self, worker: str) -> str:
        """When a worker started."""
        return self.of(f"worker:{worker}:started")

    def stat(self, name: str, worker: str = "") -> str:
        """A counter (`processed`, `failed`), a worker's own or that of all."""
        return self.of(f"stat:{name}:{worker}" if worker else f"stat:{name}")

    def inflight(self, nonce: str) -> str:
        """Ours: the claimed jobs of one life of a worker."""
        return self.of(f"devbox:inflight:{nonce}")

    @property
    def queues(self) -> str:
        """The set of queue names."""
        return self.of("queues")

    @property
    def workers(self) -> str:
        """The set of worker ids."""
        return self.of("workers")

    @property
    def heartbeat(self) -> str:
        """Worker id to time, by the server's clock."""
        return self.of("workers:heartbeat")

    @property
    def failed(self) -> str:
        """The list of failures."""
        return self.of("failed")

    @property
    def failed_queues(self) -> str:
        """The set of failure lists of Resque's backend with one list a queue."""
        return self.of("failed_queues")

    @property
    def pause(self) -> str:
        """`true` pauses every worker at its next poll."""
        return self.of("pause-all-workers")

    @property
    def prune_lock(self) -> str:
        """Resque's lock of whoever removes dead workers."""
        return self.of("pruning_dead_workers_in_progress")

    @property
    def lives(self) -> str:
        """Ours: each life of a worker (its nonce) to "SEEN LEASE ID", milliseconds; the registry of in-flight lists."""
        return self.of("devbox:workers")

    def pool(self, name: str) -> str:
        """Ours: a pool's `count` as it was started and the `wanted` size as it was scaled."""
        return self.of(f"devbox:pool:{name}")
