"""Jobs of workers that died: put back at the head of their queues, or filed when they have killed too often.

Each step is conditional on the job's still being where it was seen: two that recover at once do no harm.
"""

from __future__ import annotations

from devbox.queue import cut, dates, wire
from devbox.queue.claims import Claims, Commands
from devbox.queue.keys import Keys
from devbox.queue.wire import Envelope

PRUNE_AFTER = 300.0
"""Seconds without a heartbeat after which Resque takes a worker for dead (`prune_interval`); others' workers only."""
PRUNE_LOCK = 60
"""Seconds of Resque's lock (`heartbeat_interval`)."""


def recover(dead: Claims, max_deliveries: int) -> tuple[int, int]:
    """Take the jobs of a dead worker back and unregister it; gives how many were put back and how many filed."""
    back = filed = 0
    for envelope in dead.held():
        if envelope.deliveries < max_deliveries and (done := dead.give_back(envelope, envelope.deliveries)) >= 0:
            back += done
        else:
            filed += dead.settle(envelope, _failure(dead.worker, envelope))
    dead.forget()
    return back, filed


def _failure(worker: str, envelope: Envelope) -> bytes:
    try:
        name = wire.parse(envelope.payload).cls
    except wire.BadPayload:
        name = "?"
    said = f"Worker {worker} did not gracefully exit while processing {name}"
    if envelope.deliveries > 1:
        said += f" (delivered {envelope.deliveries} times)"
    return wire.failure(envelope.payload, wire.PRUNED, said, [], worker, envelope.queue)


def prune_foreign(redis: Commands, keys: Keys, me: str) -> list[str]:
    """Remove workers of other programs as Resque does: silent for 300 s by the server's clock; gives their ids.

    What such a worker was working on is filed. Not by its process number: that is how a live one gets lost.
    """
    now = int(redis.execute_command("TIME")[0])
    beats = _pairs(redis.execute_command("HGETALL", keys.heartbeat))
    ours = {wire.text(life).split(" ", 2)[-1] for life in redis.execute_command("HVALS", keys.lives)}
    silent = [(worker, beat) for worker, beat in beats if worker not in ours and _age(beat, now) > PRUNE_AFTER]
    if not silent or not redis.execute_command("SET", keys.prune_lock, me, "NX", "EX", PRUNE_LOCK):
        return []
    return [worker for worker, beat in silent if _prune(redis, keys, worker, beat)]


def _prune(redis: Commands, keys: Keys, worker: str, beat: bytes) -> bool:
    from devbox.queue import scripts

    seen = redis.execute_command("GET", wire.raw(keys.worker(worker))) or b""
    failure = b""
    if seen:
        queue, payload = _working(seen)
        failure = _failure(worker, Envelope("", queue, 1, "", payload, b""))
    return bool(scripts.run(redis, "prune", keys.prefix, wire.raw(worker), beat, seen, failure))


def _working(record: bytes) -> tuple[str, bytes]:
    try:
        queue, payload = cut.view(cut.member(record, "queue") or b""), cut.member(record, "payload")
    except ValueError:
        return "", record
    return (str(queue), payload) if payload is not None else ("", record)


def _age(beat: bytes, now: int) -> float:
    seen = dates.parse(wire.text(beat))
    return now - seen.timestamp() if seen else 0.0


def _pairs(answer: object) -> list[tuple[str, bytes]]:
    if isinstance(answer, dict):
        return [(wire.text(name), value) for name, value in answer.items()]
    assert isinstance(answer, list)
    return [(wire.text(name), value) for name, value in zip(answer[::2], answer[1::2], strict=True)]
