"""A few questions to a sandbox's Redis: whether it answers, which workers are registered, how many are wanted.

redis-py is what `devbox queue` uses; importing it takes longer than all that `devbox up` does where there is nothing to
do, and four commands need no more than this.
"""

from __future__ import annotations

import contextlib
import socket
from typing import Protocol
from urllib.parse import urlsplit

from devbox.queue.resp import Answer, Channel, Refused

TIMEOUT = 2.0
"""Seconds for an answer."""

WORKERS = "resque:workers"
LIVES = "resque:devbox:workers"
POOL = "resque:devbox:pool:default"
"""The keys of `devbox.queue.keys`, which this file need not import for their sake (a test compares them)."""


class Broker(Protocol):
    """What `up` asks of a Redis. A Redis that does not answer gives None, whatever the reason."""

    def ping(self) -> bool:
        """Whether it answers and has loaded its data."""

    def workers(self) -> set[str] | None:
        """The ids of the registered workers."""

    def lives(self) -> dict[str, int] | None:
        """devbox' own workers by id, and when each was seen last, in milliseconds since 1970."""

    def wanted(self) -> int | None:
        """How many workers the pool is to have, where that was ever said."""

    def scale(self, size: int) -> bool:
        """Say how many workers the pool is to have; whether Redis took it."""


class Redis:
    """The one at a URL; each question is a connection of its own."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 6379)

    def ping(self) -> bool:
        """See `Broker`."""
        return self._ask("PING") == "PONG"

    def workers(self) -> set[str] | None:
        """See `Broker`."""
        found = self._ask("SMEMBERS", WORKERS)
        return {str(one) for one in found} if isinstance(found, list) else None

    def lives(self) -> dict[str, int] | None:
        """See `Broker`."""
        found = self._ask("HVALS", LIVES)
        if not isinstance(found, list):
            return None
        lives = (str(one).split(" ", 2) for one in found)
        return {life[2]: int(life[0]) for life in lives if len(life) == 3 and life[0].isdecimal()}

    def wanted(self) -> int | None:
        """See `Broker`."""
        found = self._ask("HGET", POOL, "wanted")
        return int(found) if isinstance(found, str) and found.isdecimal() else None

    def scale(self, size: int) -> bool:
        """See `Broker`."""
        return isinstance(self._ask("HSET", POOL, "wanted", str(size)), int)

    def _ask(self, *words: str) -> object:
        """The answer to one command (text, number, list); None where there is none, or an error."""
        with contextlib.suppress(OSError, Refused), socket.create_connection(self._address, TIMEOUT) as connection:
            return _texts(Channel(connection).ask(*words))
        return None


def _texts(answer: Answer) -> object:
    """An answer with text for bytes."""
    if isinstance(answer, list):
        return [_texts(one) for one in answer]
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
