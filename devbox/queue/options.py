"""The options of a worker, one row each: `devbox worker` and `python -m devbox.queue` take theirs from here."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from devbox.errors import Cure, DevboxError, UsageError
from devbox.frozen import dataclass
from devbox.queue import address, patterns
from devbox.queue.keys import NAMESPACE, Keys
from devbox.queue.settings import Settings


@dataclass(frozen=True)
class Option:
    """A flag, what is written after it ("" nothing), what it is for, and the variables that stand for it."""

    name: str
    metavar: str
    help: str
    variables: tuple[str, ...] = ()
    repeat: bool = False

    @property
    def flag(self) -> str:
        """On the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def all_variables(self) -> tuple[str, ...]:
        """Ours first, then those that Resque knows."""
        return (f"DEVBOX_{self.name.upper()}", *self.variables)


OPTIONS: tuple[Option, ...] = (
    Option("queues", "Q1,Q2", "the queues, first ones first; * and !NAME as in Resque", ("QUEUES", "QUEUE")),
    Option("count", "N", "how many workers (1)", ("COUNT",)),
    Option("redis", "URL", f"the Redis ({address.DEFAULT})", ("REDIS_URL",)),
    Option("jobs", "MODULE", "where the job classes are: a module, a file, a folder; repeatable", (), repeat=True),
    Option("namespace", "NAME", f"what stands before each key ({NAMESPACE})"),
    Option("interval", "SECONDS", "how long an idle worker waits; 0: end when all is done", ("INTERVAL",)),
    Option("job_timeout", "SECONDS", "kill and file a job that takes longer"),
    Option("max_deliveries", "N", "file a job that has been with so many workers when they died (3)"),
    Option("recover_within", "SECONDS", "a dead worker's jobs are back by then (15)"),
    Option("jobs_per_fork", "N", "how many jobs a forked process runs (1)", ("JOBS_PER_FORK",)),
    Option("no_fork", "", "run the jobs inside the worker"),
    Option("term", "graceful|child|kill", "what the first SIGTERM means to a running job (graceful)"),
    Option("term_timeout", "SECONDS", "after which a job that was sent TERM is killed (4)", ("RESQUE_TERM_TIMEOUT",)),
    Option("pre_shutdown_timeout", "SECONDS", "grace before that TERM (0)", ("RESQUE_PRE_SHUTDOWN_TIMEOUT",)),
    Option("pool", "NAME", "the name that 'queue scale' knows the pool by (default)"),
    Option("spawn_interval", "SECONDS", "between the starts of two workers (0)"),
    Option("error_respawn_interval", "SECONDS", "no new worker after a failed start; doubles up to 30 s (1)"),
    Option("events", "", "print each event as a line of JSON"),
)

Given = Mapping[str, Any]
"""Option name to what was written: text, a list of texts where repeatable, True for a flag; None not given."""


def settings(given: Given, env: Mapping[str, str] = os.environ) -> Settings:
    """Read the options; raises `UsageError`s that name the option or variable."""
    take = _Reader(given, env)
    queues = tuple(patterns.split(take.text("queues") or ""))
    if not queues or all(name.startswith("!") for name in queues):
        raise _invalid("--queues", "name at least one queue, or '*'")
    where = address.parse(take.redis())
    namespace = take.text("namespace")
    return Settings(
        where=where,
        keys=Keys(where.namespace or NAMESPACE if namespace is None else namespace),
        queues=queues,
        jobs=tuple(part for one in take.many("jobs") for part in patterns.split(one)),
        count=take.whole("count", 1, 1, 1000),
        pool=take.text("pool") or "default",
        interval=take.seconds("interval", None),
        job_timeout=take.seconds("job_timeout", None, above=True),
        max_deliveries=take.whole("max_deliveries", 3, 1, 1000),
        jobs_per_fork=take.whole("jobs_per_fork", 1, 1, 1_000_000),
        fork=not take.flag("no_fork") and env.get("FORK_PER_JOB", "").lower() != "false" and hasattr(os, "fork"),
        recover_within=take.seconds("recover_within", 15.0, above=True) or 15.0,
        term=take.choice("term", ("graceful", "child", "kill"), "child" if env.get("TERM_CHILD") else "graceful"),
        term_timeout=take.seconds("term_timeout", 4.0) or 0.0,
        pre_shutdown_timeout=take.seconds("pre_shutdown_timeout", 0.0) or 0.0,
        spawn_interval=take.seconds("spawn_interval", 0.0) or 0.0,
        error_respawn_interval=take.seconds("error_respawn_interval", 1.0) or 0.0,
        events=take.flag("events"),
    )


class _Reader:
    """The options' values by name: the command line's, else the first variable that is set, else the default."""

    def __init__(self, given: Given, env: Mapping[str, str]) -> None:
        self._given = given
        self._env = env
        self._rows = {option.name: option for option in OPTIONS}

    def text(self, name: str) -> str | None:
        """As it was written."""
        value = self._given.get(name)
        if value is not None:
            return str(value)
        return next((self._env[one] for one in self._rows[name].all_variables if self._env.get(one)), None)

    def many(self, name: str) -> list[str]:
        """A repeatable one."""
        value = self._given.get(name)
        return list(value) if value else [text] if (text := self.text(name)) else []

    def flag(self, name: str) -> bool:
        """One without a value."""
        return bool(self._given.get(name)) or (self.text(name) or "").lower() in {"1", "true", "yes", "on"}

    def redis(self) -> str:
        """The address; `DEVBOX_REDIS_FILE` names a file that holds it, with its password.

        `devbox worker` gives what the settings say, too, as `devbox queue` understands them (`cli/redis.py`).
        """
        told = self._given.get("redis") is not None or self._env.get("DEVBOX_REDIS")
        if not told and (path := self._env.get("DEVBOX_REDIS_FILE")):
            return from_file(path)
        text = self.text("redis")
        return address.DEFAULT if text is None else text

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number."""
        return int(self._number(name, default, int, lambda value: least <= value <= most, f"{least} to {most}"))

    def seconds(self, name: str, default: float | None, *, above: bool = False) -> float | None:
        """A time."""
        fits: Callable[[float], bool] = (lambda value: 0 < value < 1e7) if above else (lambda value: 0 <= value < 1e7)
        value: float | None = self._number(name, default, float, fits, "above 0" if above else "0 or more")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """One of these."""
        value = self.text(name) or default
        if value not in choices:
            raise _invalid(self._rows[name].flag, f"{value!r:.40} is none of {', '.join(choices)}")
        return value

    def _number(self, name: str, default: Any, kind: type, fits: Callable[[Any], bool], words: str) -> Any:
        text = self.text(name)
        if text is None:
            return default
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not fits(value):
            raise _invalid(self._rows[name].flag, f"{text!r:.40} is no number that fits: {words}")
        return value


def from_file(path: str, named_by: str = "DEVBOX_REDIS_FILE") -> str:
    """The address that a file holds; raises `redis.file_unreadable`, which does not show what is in it."""
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) else "it is not text"
        raise UsageError(
            "redis.file_unreadable",
            f"{path!r}, which {named_by} names, cannot be read",
            cause=cause,
            cures=(Cure("let it name a file whose only line is redis://[USER:PASSWORD@]HOST[:PORT][/DB]"),),
        ) from error
    return text


def _invalid(flag: str, why: str) -> DevboxError:
    return UsageError("option.invalid", f"{flag}: {why}", cures=(Cure("see all options", "devbox worker --help"),))
