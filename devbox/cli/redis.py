"""Which Redis `devbox queue` means: the one of --redis, of the settings, or of a sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from devbox.cli.run import Run
from devbox.errors import Cure, UsageError

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

    The command line goes before the settings; raises `usage.conflict` for --redis and -n together.
    """
    if given is not None:
        run.session.redis = True
        if run.flags.name:
            raise UsageError("usage.conflict", "--redis and -n are both given: a sandbox has a Redis of its own")
        return given
    if run.flags.name:
        return None
    if run.settings["redis"]:
        return str(run.settings["redis"])
    file = run.settings["redis_file"]
    return _content(Path(file)) if file else None


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise UsageError(
            "redis.file_invalid",
            f"DEVBOX_REDIS_FILE: {str(file)!r} cannot be read",
            cause=getattr(error, "strerror", None) or str(error),
            cures=(Cure("let it name a file whose only line is redis://[USER:PASSWORD@]HOST[:PORT][/DB]"),),
        ) from error


@contextmanager
def client(run: Run, given: str | None, namespace: str | None) -> Iterator[Client]:
    """A client for the Redis that is meant."""
    where = url(run, given)
    if where is None:
        where = run.operations.redis_url(run.engine, run.sandbox(None, "queue"))
    with run.operations.queue_client(where, namespace) as made:
        yield made
