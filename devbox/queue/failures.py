"""The failure lists: `failed`, and one a queue by Resque's other backend. What acts, acts on what was seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from devbox.errors import DevboxError
from devbox.queue import cut, dates, faults, wire

if TYPE_CHECKING:
    from devbox.queue.client import Client

PAGE = 1000
"""Records in one answer."""

REFUSALS = frozenset({"queue.not_retryable", "queue.wrong_type"})
"""Why one failure cannot be retried, while others can."""


@dataclass(frozen=True)
class Failure:
    """A failure: its place, Resque's record, and the very bytes, by which it is found again."""

    index: int
    record: dict[str, Any]
    raw: bytes = field(repr=False)
    key: str = ""
    at: int = 0
    """Its place in the list `key`; `index` counts through all lists."""

    @property
    def queue(self) -> str:
        """Where the job came from."""
        return str(self.record.get("queue") or "")

    @property
    def cls(self) -> str:
        """The job's class, "" where the payload is no job."""
        payload = self.record.get("payload")
        return str(payload.get("class") or "") if isinstance(payload, dict) else ""

    def data(self) -> dict[str, Any]:
        """As the command `queue failed --json` has it: Resque's record and `index`."""
        return {**self.record, "index": self.index}


@dataclass(frozen=True)
class Filter:
    """Which failures: all that is given has to fit. `text` is looked for in error, exception and payload."""

    queue: str | None = None
    cls: str | None = None
    exception: str | None = None
    text: str | None = None
    indices: frozenset[int] | None = None
    retried: bool | None = None

    def takes(self, failure: Failure) -> bool:
        """Whether it is one of them."""
        record = failure.record
        return (
            (self.indices is None or failure.index in self.indices)
            and self.queue in (None, failure.queue)
            and self.cls in (None, failure.cls)
            and (self.exception is None or self.exception in str(record.get("exception")))
            and (self.text is None or self.text.encode() in failure.raw)
            and (self.retried is None or self.retried == bool(record.get("retried_at")))
        )


EVERY = Filter()


class Failures:
    """The failures of a client's queue system."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def count(self) -> int:
        """How many there are."""
        with self._client.ours():
            return sum(int(self._client.redis.execute_command("LLEN", key) or 0) for key in self._lists())

    def find(self, only: Filter = EVERY, start: int = 0, count: int | None = None) -> list[Failure]:
        """The failures that fit, oldest first, from the `start`-th of these on."""
        found = (failure for failure in self._all() if only.takes(failure))
        chosen = [failure for number, failure in enumerate(found) if number >= start]
        return chosen if count is None else chosen[:count]

    def retry(self, failures: Iterable[Failure], refused: list[DevboxError] | None = None) -> int:
        """Put their jobs into their queues again and note `retried_at`; the records stay. Gives how many were there.

        One that somebody else retried or removed meanwhile is left alone. One that cannot be put back hinders no
        other: why is in `refused` then, and without that list the first such is raised when the others are done.
        """
        done, cannot = 0, [] if refused is None else refused
        for failure in failures:
            try:
                done += self._retry(failure)
            except DevboxError as error:
                if error.code not in REFUSALS:
                    raise
                cannot.append(error)
        if refused is None and cannot:
            raise cannot[0]
        return done

    def remove(self, failures: Iterable[Failure]) -> int:
        """Remove them; gives how many were still there. Later ones first: so the places of the others stay true."""
        gone = 0
        with self._client.ours():
            for failure in sorted(failures, key=lambda one: -one.index):
                gone += int(self._client.script("remove", failure.key, failure.at, failure.raw))
        return gone

    def clear(self) -> int:
        """Remove all; gives how many."""
        with self._client.ours():
            return int(self._client.script("drop", "", *self._lists(), self._client.keys.failed_queues))

    def _retry(self, failure: Failure) -> int:
        """Put back what stands in the record, to the byte, and mark the record, of which nothing else changes."""
        if not failure.queue:
            raise _refusal(failure, "names no queue to put its job into")
        payload = cut.payload_of(failure.raw)
        if payload is None:
            raise _refusal(failure, "has no job in it")
        marked = cut.with_member(failure.raw, "retried_at", wire.raw(wire.dumps(dates.failed_at())))
        with self._client.ours():
            done = int(
                self._client.script(
                    "retry", failure.key, failure.at, failure.raw, marked, wire.raw(failure.queue), payload
                )
            )
        if done == -2:
            raise _refusal(failure, f"waits in {failure.queue} already, for another time")
        if done < 0:
            key = self._client.keys.queue(failure.queue)
            raise faults.wrong_type(failure.queue, key, f"failure {failure.index} cannot go back: ")
        return done

    def _lists(self) -> list[str]:
        keys = self._client.keys
        others = self._client.redis.execute_command("SMEMBERS", keys.failed_queues)
        return [keys.failed, *sorted(keys.of(wire.text(name)) for name in others if name != b"failed")]

    def _all(self) -> Iterable[Failure]:
        index = 0
        with self._client.ours():
            for key in self._lists():
                at = 0
                while page := self._client.redis.execute_command("LRANGE", key, at, at + PAGE - 1):
                    for raw in page:
                        yield Failure(index, _record(raw), raw, key, at)
                        index, at = index + 1, at + 1


def _refusal(failure: Failure, why: str) -> DevboxError:
    return DevboxError("queue.not_retryable", f"failure {failure.index} {why}")


def _record(raw: bytes) -> dict[str, Any]:
    """A record; one that cannot be read (a torn one of Resque's `remove`) shows as what it is."""
    try:
        value = cut.view(raw)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return value
    return {
        "failed_at": None,
        "payload": raw.decode("utf-8", "backslashreplace"),
        "exception": "",
        "error": "this record is not JSON",
        "backtrace": [],
        "worker": "",
        "queue": "",
    }
