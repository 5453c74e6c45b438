"""`devbox queue workers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.cli import redis, verb
from devbox.cli.run import Run
from devbox.cli.verb import Outcome
from devbox.result import Result

if TYPE_CHECKING:
    from typer._click import Command


def command() -> Command:
    """The verb."""
    return verb.command("queue workers", workers)


def workers(run: Run, redis_: redis.RedisOption = None, namespace: redis.NamespaceOption = None) -> Outcome:
    """Show the workers that are registered, devbox' own and others, and what each of them does.

    \b
    Examples:
      devbox queue workers
      devbox queue workers --json
    """
    with redis.client(run, redis_, namespace) as client:
        return Result({"workers": [worker.data() for worker in client.workers()]})
