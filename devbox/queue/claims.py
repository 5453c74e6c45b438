"""A worker's life in Redis: it shows that it lives, claims jobs, settles them, gives them back."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from devbox.queue import dates, scripts, wire
from devbox.queue.keys import Keys
from devbox.queue.wire import Envelope

WRONG_AGAIN = 3600
"""Seconds after which a key of the wrong kind is filed again."""


class Commands(Protocol):
    """What speaks to Redis: a `Link`, or redis-py's client."""

    def execute_command(self, *words: Any) -> Any:
        """Send a command and give the answer."""
        ...


class Step(NamedTuple):
    """What came of a step. `settled`: whether the last job was still ours, None where there was none.

    `state` is `job`, `empty`, `paused`, `unknown` (not registered any more) or `done`; `wrong` are queues whose key is
    of another kind, with the kind.
    """

    settled: bool | None
    state: str
    envelope: Envelope | None = None
    wrong: tuple[tuple[str, str], ...] = ()


def new_nonce() -> str:
    """A name for one life of a worker; its id may come again, in a container that was restarted."""
    return secrets.token_hex(8)


class Claims:
    """One life of a worker. Errors are redis-py's."""

    def __init__(self, redis: Commands, keys: Keys, worker: str, nonce: str, lease: float) -> None:
        self.redis = redis
        self.keys = keys
        self.worker = worker
        self.nonce = nonce
        self.lease = lease
        self._started = dates.started()
        self._number = 0
        self._base = (wire.raw(nonce), wire.raw(worker))

    def step(self, last: Envelope | None, failure: bytes, queues: Sequence[str] | None) -> Step:
        """Settle the last job, as failed with a record or as done with b"", and claim the next (None: claim none)."""
        self._number += 1
        claim = f"{self.nonce}-{os.getpid()}-{self._number}"
        done = last.data if last is not None else b""
        names = [wire.raw(queue) for queue in queues or ()]
        wanted = "0" if queues is None else "1"
        told = self._run("step", *self._base, claim, done, failure, wanted, *names)
        envelope = Envelope.of(*told[2]) if told[2] else None
        settled = None if told[0] < 0 else bool(told[0])
        return Step(settled, told[1].decode(), envelope, tuple(_pair(one) for one in told[3:]))

    def settle(self, envelope: Envelope, failure: bytes = b"") -> bool:
        """Settle a job and claim none; False when it was not ours any more."""
        return bool(self.step(envelope, failure, None).settled)

    def give_back(self, envelope: Envelope, counts: int) -> int:
        """Put a job back at the head of its queue, raw. `counts`: the deliveries that stand against it (0: not begun).

        Gives 1, 0 when it was not ours any more, -1 when its queue's key is no queue any more.
        """
        queue = wire.raw(envelope.queue)
        return int(self._run("give_back", *self._base, envelope.data, queue, envelope.payload, envelope.score, counts))

    def held(self) -> list[Envelope]:
        """What this life has in flight."""
        found = self.redis.execute_command("LRANGE", self.keys.inflight(self.nonce), 0, -1)
        return [Envelope.read(one) for one in found]

    def heartbeat(self) -> bool:
        """Show that it lives, by the server's clock; True when it was registered anew."""
        return bool(self._run("heartbeat", *self._base, int(self.lease * 1000), self._started))

    def overdue(self, quiet: float) -> list[tuple[str, str]]:
        """Lives (nonce, worker id) that have not shown themselves for their lease; one asker in `quiet` seconds."""
        told = [wire.text(one) for one in self._run("overdue", self.nonce, int(quiet * 1000))]
        return list(zip(told[::2], told[1::2], strict=True))

    def forget(self) -> bool:
        """Unregister; False when something is in flight."""
        return bool(self._run("forget", *self._base))

    def file_wrong(self, queue: str, kind: str, failure: bytes) -> None:
        """File a key that is no queue, once for all workers as long as it stays what it is."""
        mark = self.keys.of(f"devbox:wrong:{queue}:{kind}")
        if self.redis.execute_command("SET", wire.raw(mark), "1", "NX", "EX", WRONG_AGAIN):
            self._run("file", *self._base, failure)

    def other(self, nonce: str, worker: str) -> Claims:
        """Another life, over the same connection."""
        return Claims(self.redis, self.keys, worker, nonce, self.lease)

    def _run(self, name: str, *arguments: str | bytes | int) -> Any:
        return scripts.run(self.redis, name, self.keys.prefix, *arguments)


def _pair(data: bytes) -> tuple[str, str]:
    queue, _, kind = wire.text(data).rpartition("\n")
    return queue, kind
