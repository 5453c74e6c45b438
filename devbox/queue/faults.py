"""What redis-py and a Redis say when they fail, in our words."""

from __future__ import annotations

import shlex

from devbox.errors import Cure, DevboxError

CODES: dict[str, str] = {
    "NOAUTH": "redis.auth",
    "WRONGPASS": "redis.auth",
    "ERR AUTH": "redis.auth",
    "ERR invalid password": "redis.auth",
    "ERR Client sent AUTH": "redis.auth",
    "invalid username-password": "redis.auth",
    "Authentication required": "redis.auth",
    "AUTH <password> called without": "redis.auth",
    "invalid password": "redis.auth",
    "NOPERM": "redis.denied",
    "no permissions": "redis.denied",
    "DENIED": "redis.denied",
    "protected mode": "redis.denied",
    "OOM": "redis.full",
    "maxmemory": "redis.full",
    "READONLY": "redis.read_only",
    "read only replica": "redis.read_only",
    "MISCONF": "redis.cannot_save",
    "NOREPLICAS": "redis.cannot_save",
    "LOADING": "redis.loading",
    "BUSY": "redis.loading",
    "MASTERDOWN": "redis.loading",
    "DB index is out of range": "redis.database",
    "invalid DB index": "redis.database",
    "WRONGTYPE": "queue.wrong_type",
    "Protocol": "redis.not_redis",
    "certificate": "redis.tls",
    "SSL": "redis.tls",
    "max number of clients": "redis.busy",
    "unknown command": "redis.too_old",
}
"""What their messages begin with or hold, first match wins."""

KINDS: dict[str, str] = {
    "AuthenticationError": "redis.auth",
    "ReadOnlyError": "redis.read_only",
    "BusyLoadingError": "redis.loading",
    "InvalidResponse": "redis.not_redis",
    "TimeoutError": "redis.timeout",
    "ConnectionError": "redis.unreachable",
    "OSError": "redis.unreachable",
    "Exception": "redis.error",
}
"""redis-py's and Python's exceptions by name: its package need not be imported to know one."""

WORDS: dict[str, tuple[str, str]] = {
    "redis.auth": (
        "Redis at {where} refuses the password",
        "put it into the URL: redis://:PASSWORD@HOST, or into the file",
    ),
    "redis.denied": ("Redis at {where} does not allow it", "use a user with the rights, or a Redis of your own"),
    "redis.full": ("Redis at {where} is full", "raise its maxmemory, or clear what is not needed"),
    "redis.read_only": ("Redis at {where} is read-only", "use the address of the primary"),
    "redis.cannot_save": ("Redis at {where} cannot save and takes no more", "look at its disk and its log"),
    "redis.loading": ("Redis at {where} is not ready yet", "wait a moment"),
    "redis.database": ("Redis at {where} has no such database", "use a smaller number, usually 0 to 15"),
    "redis.tls": ("TLS with {where} fails", "redis:// is without TLS, rediss:// with it"),
    "redis.busy": ("Redis at {where} takes no more connections", "end some of its clients"),
    "redis.not_redis": ("what answers at {where} is no Redis", "look at the port"),
    "redis.too_old": ("Redis at {where} is too old", "use Redis 5 or newer"),
    "redis.timeout": ("Redis at {where} does not answer", "it may be paused or overloaded"),
    "redis.unreachable": ("no Redis answers at {where}", "start one, or give its address with --redis"),
    "queue.wrong_type": ("a key of the queue is of another kind", "look at it with redis-cli TYPE KEY"),
    "redis.error": ("Redis at {where} refuses", "see its own words"),
}
"""A code's message and what helps."""

PASSING = {"redis.full", "redis.read_only", "redis.cannot_save", "redis.loading", "redis.timeout", "redis.unreachable",
           "redis.busy"}  # fmt: skip
"""Troubles that may pass: a worker waits them out."""


def code_of(error: Exception) -> str:
    """The code of redis-py's error."""
    said = str(error)
    for known, code in CODES.items():
        if said.startswith(known) or (known in said and len(known) > 6) or known in type(error).__name__:
            return code
    for kind in type(error).__mro__:
        if kind.__name__ in KINDS:
            return KINDS[kind.__name__]
    return KINDS["Exception"]


def is_redis(error: BaseException) -> bool:
    """Whether an error comes from Redis or from the way to it: what a worker waits out."""
    from redis.exceptions import RedisError

    return isinstance(error, (RedisError, OSError))


def as_error(error: Exception, where: str) -> DevboxError:
    """redis-py's error as devbox' own; `where` is the address without its password."""
    code = code_of(error)
    message, cure = WORDS[code]
    return DevboxError(
        code,
        message.format(where=where),
        cause=" ".join(str(error).split())[:300] or type(error).__name__,
        cures=(Cure(cure),),
        retryable=code in PASSING,
    )


def wrong_type(queue: str, key: str, whose: str = "") -> DevboxError:
    """A queue whose key holds something else, with the key's name; `whose` says for what it was asked."""
    return DevboxError(
        "queue.wrong_type", f"{whose}what lies under the name of the queue {queue} is no queue", cures=(_look_at(key),)
    )


def delayed(queue: str, key: str) -> DevboxError:
    """A queue that takes only jobs with a time, when one without was put in."""
    return DevboxError(
        "queue.wrong_type",
        f"{queue} is a delayed queue of Jesque's: each of its jobs has a time, and this one would have none",
        cures=(Cure("put it into another queue, or into this one with Jesque's delayedEnqueue"), _look_at(key)),
    )


def wrong_key(key: str | bytes) -> DevboxError:
    """A key of a queue system, but no queue's, that holds something else."""
    name = key if isinstance(key, str) else key.decode("utf-8", "backslashreplace")
    return DevboxError("queue.wrong_type", f"the key {name} is of another kind", cures=(_look_at(name),))


def _look_at(key: str) -> Cure:
    return Cure("look at it", f"redis-cli TYPE {shlex.quote(key)}")
