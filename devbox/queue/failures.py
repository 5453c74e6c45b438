"""The failure lists: `failed`, and one a queue by Resque's other backend. What acts, acts on what was seen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from devbox.errors import Cure, DevboxError
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
    """Which failures: all that is given has to fit.

    `exception` is a name as it stands in the record, or the last part of it: `Error` of `Net::Error`, not of
    `RuntimeError`. `text` is looked for in the whole record, as it is written and as it reads.
    """

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
            and (self.exception is None or self.exception in _names(record.get("exception")))
            and (self.text is None or wire.raw(self.text) in failure.raw or _holds(record, self.text))
            and (self.retried is None or self.retried == bool(record.get("retried_at")))
        )


EVERY = Filter()


def _names(exception: object) -> tuple[str, str]:
    """An exception's name, and the last part of it alone."""
    name = str(exception)
    return name, re.split(r"::|\.", name)[-1]


def _holds(value: object, text: str) -> bool:
    """Whether a text is somewhere in what JSON says: `\\u00e4` is a letter there, `\\"` a quote."""
    if isinstance(value, dict):
        return any(text in key or _holds(one, text) for key, one in value.items())
    if isinstance(value, list):
        return any(_holds(one, text) for one in value)
    return isinstance(value, str) and text in value


class Failures:
    """The failures of a client's queue system."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def count(self) -> int:
        """How many there are."""
        return sum(self._read(key, [], "LLEN", wire.raw(key)) or 0 for key in self._lists())

    def find(
        self,
        only: Filter = EVERY,
        start: int = 0,
        count: int | None = None,
        skipped: list[DevboxError] | None = None,
    ) -> list[Failure]:
        """The failures that fit, oldest first, from the `start`-th of these on.

        One of several lists that is none hides no other's failures: why it was left out is in `skipped` then.
        """
        found = (failure for failure in self._all([] if skipped is None else skipped) if only.takes(failure))
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
            lists = (*self._lists(), self._client.keys.failed_queues)
            return int(self._client.script("drop", "", *map(wire.raw, lists)))

    def _retry(self, failure: Failure) -> int:
        """Put back what stands in the record, to the byte, and mark the record, of which nothing else changes."""
        if not failure.queue:
            raise _refusal(failure, "names no queue to put its job into")
        payload = cut.payload_of(failure.raw)
        if payload is None:
            raise _refusal(failure, "has no job in it")
        in_one_list = failure.key == self._client.keys.failed
        marked = cut.with_member(failure.raw, "retried_at", wire.raw(wire.dumps(dates.retried_at(zone=in_one_list))))
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
        (others,) = self._client.ask(("SMEMBERS", keys.failed_queues))
        return [keys.failed, *sorted(keys.of(wire.text(name)) for name in others if name != b"failed")]

    def _all(self, skipped: list[DevboxError]) -> Iterable[Failure]:
        index = 0
        for key in self._lists():
            at = 0
            while page := self._read(key, skipped, "LRANGE", wire.raw(key), at, at + PAGE - 1):
                for raw in page:
                    yield Failure(index, _record(raw), raw, key, at)
                    index, at = index + 1, at + 1

    def _read(self, key: str, skipped: list[DevboxError], *command: Any) -> Any:
        """What a list answers; None, and why in `skipped`, for one beside the main list that is of another kind."""
        try:
            return self._client.ask(command)[0]
        except DevboxError as error:
            if error.code != "queue.wrong_type" or key == self._client.keys.failed:
                raise
            skipped.append(error)
            return None


def _refusal(failure: Failure, why: str) -> DevboxError:
    return DevboxError(
        "queue.not_retryable",
        f"failure {failure.index} {why}",
        cures=(
            Cure("look at its record", "devbox queue failed --json"),
            Cure("away with it", f"devbox queue failed remove --index {failure.index}"),
        ),
    )


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
