"""The registered workers as they show themselves, ours and others'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devbox.frozen import dataclass
from devbox.queue import cut, dates, wire

if TYPE_CHECKING:
    from devbox.queue.client import Client


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
    """Every registered worker, sorted by id. `state` is `working`, `paused` (by the pause of all) or `idle`."""
    keys, redis = client.keys, client.redis
    with client.ours():
        ids = sorted(wire.text(one) for one in redis.execute_command("SMEMBERS", keys.workers))
        beats = redis.execute_command("HGETALL", keys.heartbeat)
        lives = redis.execute_command("HVALS", keys.lives)
        now = int(redis.execute_command("TIME")[0])
        names = [
            wire.raw(key)
            for worker in ids
            for key in (
                keys.worker(worker),
                keys.started(worker),
                keys.stat("processed", worker),
                keys.stat("failed", worker),
            )
        ]
        told = redis.execute_command("MGET", *names) if names else []
    mine = {wire.text(life).split(" ", 2)[-1] for life in lives}
    paused = client.paused()
    rows = [told[at : at + 4] for at in range(0, len(told), 4)]
    found = []
    for worker, (job, started, processed, failed) in zip(ids, rows, strict=True):
        record = _record(job)
        age = _age(beats.get(wire.raw(worker)), now)
        state = "working" if record else "paused" if paused else "idle"
        since = dates.rfc3339(wire.text(started)) if started else None
        found.append(
            WorkerInfo(worker, wire.queues_of(worker), state, record, since, int(processed or 0), int(failed or 0), age,
                       worker in mine)
        )  # fmt: skip
    return found


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
