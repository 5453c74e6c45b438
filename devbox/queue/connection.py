"""A connection to Redis: without hidden retries, without threads, with errors in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from devbox.errors import Cure, DevboxError
from devbox.queue import address, faults

TIMEOUT = 5.0
"""Seconds after which a Redis that does not answer counts as not answering."""


def open_redis(where: address.Address, timeout: float = TIMEOUT) -> Any:
    """redis-py's client, connected on first use. Answers are bytes. Of no type: its own do not hold under strict."""
    try:
        from redis import ConnectionPool, Redis
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
            where.url, protocol=2, retry=once, socket_timeout=timeout, socket_connect_timeout=timeout
        )
    except (ValueError, TypeError) as error:
        raise address.invalid("redis-py does not take it") from error
    return Redis(connection_pool=pool)


@contextmanager
def in_our_words(shown: str) -> Iterator[None]:
    """Turn redis-py's errors into `DevboxError`s."""
    from redis.exceptions import RedisError

    try:
        yield
    except (RedisError, OSError) as error:
        raise faults.as_error(error, shown) from error
