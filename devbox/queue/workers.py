"""The registered workers as they show themselves, ours and others'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from devbox.frozen import dataclass
from devbox.queue import cut, dates, wire
from devbox.queue.recovery import PRUNE_AFTER

if TYPE_CHECKING:
    from devbox.queue.client import Client
    from devbox.queue.keys import Keys


@dataclass(frozen=True)
class WorkerInfo:
    """A worker. `job` is its working-on record or None, `started_at` RFC 3339, `heartbeat_age` seconds or None."""

    id: str
    queues: list[str]
    state: str
    job: dict[str, Any] | None
    started_at: str | None
    processed: int
    failed: int
    heartbeat_age: float | None = None
    ours: bool = False

    def data(self) -> dict[str, Any]:
        """As the command `queue workers --json` has it."""
        return {
            "id": self.id,
            "queues": self.queues,
            "state": self.state,
            "job": self.job,
            "started_at": self.started_at,
            "processed": self.processed,
            "failed": self.failed,
            "heartbeat_age": self.heartbeat_age,
        }


def listed(client: Client) -> list[WorkerInfo]:
    """Every registered worker, sorted by id.

    `state` is `working`, `paused` (by the pause of all, or by Jesque's of this one), `idle`, or `silent`: it has not
    shown itself for its lease, or for as long as Resque takes it for dead; what it had will be put back, or filed.
    """
    keys = client.keys
    members, beats, lives, time = client.ask(
        ("SMEMBERS", keys.workers), ("HGETALL", keys.heartbeat), ("HVALS", keys.lives), ("TIME",)
    )
    ids = sorted(map(wire.text, members))
    names = [wire.raw(key) for worker in ids for key in _keys(keys, worker)]
    told = client.ask(("MGET", *names))[0] if names else []
    now = int(time[0])
    mine = _lives(lives, now)
    all_paused = client.paused()
    found = []
    for at, worker in enumerate(ids):
        data, started, *counters = told[at * KEYS : (at + 1) * KEYS]
        job, paused = _job(data)
        age = _age(beats.get(wire.raw(worker)), now)
        silent = mine.get(worker, age is not None and age > PRUNE_AFTER)
        processed, failed = map(wire.number, _of_the_first(counters))
        found.append(
            WorkerInfo(
                worker,
                wire.queues_of(worker),
                "silent" if silent else "working" if job else "paused" if paused or all_paused else "idle",
                job,
                dates.rfc3339(wire.text(started)) if started else None,
                processed,
                failed,
                age,
                worker in mine,
            )
        )
    return found


def _lives(lives: Sequence[bytes], now: int) -> dict[str, bool]:
    """Our workers, and whether each has been silent for longer than its lease; an id's last life tells."""
    found: dict[str, bool] = {}
    for life in sorted(lives):
        seen, lease, worker = wire.text(life).split(" ", 2)
        found[worker] = now * 1000 - wire.number(seen) > wire.number(lease)
    return found


KEYS = 6
"""Keys of a worker that are looked at."""


def _keys(keys: Keys, worker: str) -> list[str]:
    """Its job, its start, its counters; those that node-resque writes, whose names lack the queues, come last."""
    short = ":".join(worker.split(":")[:2])
    counters = [keys.stat(name, one) for one in (worker, short) for name in ("processed", "failed")]
    return [keys.worker(worker), keys.started(worker), *counters]


def _of_the_first(counters: Sequence[Any]) -> Sequence[Any]:
    """Resque's two counters, where there is either of them, else node-resque's."""
    own, short = counters[:2], counters[2:]
    return own if any(one is not None for one in own) else short


def _job(data: bytes | None) -> tuple[dict[str, Any] | None, bool]:
    """What a worker works on, and whether it is paused: for that Jesque uses the same record (`WorkerStatus`)."""
    record = _record(data)
    if record is not None and record.get("paused") is True and record.get("payload") is None:
        return None, True
    return record, False


def _record(data: bytes | None) -> dict[str, Any] | None:
    if not data:
        return None
    try:
        value = cut.view(data)
    except ValueError:
        return {"queue": None, "run_at": None, "payload": None}
    return value if isinstance(value, dict) else {"queue": None, "run_at": None, "payload": value}


def _age(beat: bytes | None, now: int) -> float | None:
    seen = dates.parse(wire.text(beat)) if beat else None
    return max(0.0, now - seen.timestamp()) if seen else None
