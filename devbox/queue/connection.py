"""A connection to Redis: without hidden retries, without threads, with errors in our words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode

from devbox.errors import Cure, DevboxError
from devbox.queue import address, faults, resp

ELSEWHERE = ("READONLY", "MASTERDOWN", "LOADING")
"""What a Redis says that has become a replica or a new one: the next connection may lead to the right one."""
TIMEOUT = 5.0
"""Seconds after which a Redis that does not answer counts as not answering."""


def open_redis(where: address.Address, timeout: float = TIMEOUT) -> Any:
    """redis-py's client, connected on first use. Answers are bytes. Of no type: its own do not hold under strict."""
    pool = _pool(where, timeout)
    from redis import Redis

    return Redis(connection_pool=pool)


class Link:
    """One connection, without a pool around it: what a worker, which forks, can drop and make anew.

    It connects on first use, and again after an error; errors are redis-py's own.
    """

    def __init__(self, where: address.Address, timeout: float = TIMEOUT) -> None:
        self._pool = _pool(where, timeout)
        self._connection: Any = None
        self._channel: resp.Channel | None = None
        self._inherited: tuple[Any, resp.Channel | None] = (None, None)

    def execute_command(self, *words: Any) -> Any:
        """Send a command and give the answer."""
        try:
            return (self._channel or self._connect()).ask(*words)
        except resp.Refused as refused:
            from redis.exceptions import NoScriptError, ResponseError

            said = str(refused)
            if said.startswith(ELSEWHERE):
                self.drop()
            raise (NoScriptError if said.startswith("NOSCRIPT") else ResponseError)(said) from None
        except BaseException:
            self.drop()  # the next answer might be the one to this question
            raise

    def _connect(self) -> resp.Channel:
        if self._connection is None:
            self._connection = self._pool.make_connection()
        self._connection.connect()
        self._channel = resp.Channel(self._connection._sock)
        return self._channel

    def drop(self) -> None:
        """Close the connection."""
        self._channel = None
        if self._connection is not None:
            self._connection.disconnect()

    def leave(self) -> None:
        """In a process that was forked off: let go of the parent's connection without a word to the server.

        By its descriptor: redis-py's own way runs a lot of code that the child of a short job has no other use for.
        """
        inherited = getattr(self._connection, "_sock", None)
        if inherited is None:
            self.drop()
        else:
            os.close(inherited.detach())
        self._inherited = (self._connection, self._channel)
        self._connection = self._channel = None


def _pool(where: address.Address, timeout: float) -> Any:
    try:
        from redis import ConnectionPool
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError as error:
        cures = (Cure("install it", "pip install redis"),)
        raise DevboxError(
            "redis.missing", "the package redis is not installed", cause=str(error), cures=cures
        ) from error
    once: Any = Retry(NoBackoff(), 0)
    try:
        pool = ConnectionPool.from_url(
            _without(where.url, "protocol", "decode_responses"), protocol=2, retry=once, socket_timeout=timeout,
            socket_connect_timeout=timeout,
        )  # fmt: skip
        pool.connection_class(**pool.connection_kwargs)  # it is here that unknown options are refused
        return pool
    except (ValueError, TypeError) as error:
        raise address.invalid("redis-py does not take it") from error


def _without(url: str, *options: str) -> str:
    """An address without these options: answers are bytes, of the protocol that is read here."""
    place, _, query = url.partition("?")
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name not in options]
    return place + (f"?{urlencode(kept)}" if kept else "")


@contextmanager
def in_our_words(shown: str) -> Iterator[None]:
    """Turn redis-py's errors into `DevboxError`s."""
    from redis.exceptions import RedisError

    try:
        yield
    except (RedisError, OSError) as error:
        raise faults.as_error(error, shown) from error
