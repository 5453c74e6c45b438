"""Which Redis `devbox queue` and `devbox worker` mean: the one of --redis, of the settings, or of a sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from devbox.cli.run import Run
from devbox.cli.settings import Setting
from devbox.errors import UsageError

if TYPE_CHECKING:
    from devbox.queue.client import Client

RedisOption = Annotated[
    str | None,
    typer.Option("--redis", metavar="URL", help="a Redis that devbox did not start (redis://...)", show_default=False),
]
NamespaceOption = Annotated[
    str | None,
    typer.Option("--namespace", metavar="NAME", help="what its keys begin with (resque)", show_default=False),
]


def url(run: Run, given: str | None) -> str | None:
    """The address of a Redis that somebody named; None: a sandbox's is meant.

    The command line goes before the settings; raises `usage.conflict` for --redis and -n together, and
    `redis.file_unreadable`.
    """
    if given is not None:
        run.session.redis = True
        if run.flags.name:
            raise UsageError("usage.conflict", "--redis and -n are both given: a sandbox has a Redis of its own")
        return given
    if run.flags.name:
        return None
    setting = _setting(run)
    if setting is None:
        return None
    if setting.option.name == "redis":
        return str(setting.value)
    from devbox.queue import options

    return options.from_file(setting.value, setting.where)


def _setting(run: Run) -> Setting | None:
    """The setting that names one: a variable's before a file's, and of two from one source the URL."""
    found = [run.settings.all[name] for name in ("redis", "redis_file") if run.settings[name]]
    by_variable = [setting for setting in found if setting.source == setting.option.variable]
    return next(iter(by_variable or found), None)


def sandbox_url(run: Run) -> str:
    """The address of a sandbox's Redis."""
    return run.operations.redis_url(run.engine, run.sandbox(None, "queue"))


@contextmanager
def client(run: Run, given: str | None, namespace: str | None) -> Iterator[Client]:
    """A client for the Redis that is meant."""
    where = url(run, given)
    if where is None:
        where = sandbox_url(run)
    with run.operations.queue_client(where, namespace) as made:
        yield made
