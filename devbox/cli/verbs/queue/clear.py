"""`devbox queue clear QUEUE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from devbox.cli import redis, verb
from devbox.cli.run import Run
from devbox.cli.verb import Outcome
from devbox.result import Result

if TYPE_CHECKING:
    from typer._click import Command

QueueArgument = Annotated[str, typer.Argument(metavar="QUEUE", help="the queue", show_default=False)]


def command() -> Command:
    """The verb."""
    return verb.command("queue clear", clear, changing=True)


def clear(
    run: Run, queue: QueueArgument, redis_: redis.RedisOption = None, namespace: redis.NamespaceOption = None
) -> Outcome:
    """Drop a queue with all jobs that wait in it; asks first.

    \b
    Examples:
      devbox queue clear mail
      devbox queue clear mail --yes
    """
    with redis.client(run, redis_, namespace) as client:
        waiting = client.sizes().get(queue, 0)
        if run.flags.dry_run:
            return Result({"changes": [{"action": "remove", "target": f"queue {queue}", "reason": f"{waiting} jobs"}]})
        if client.holds(queue) and not run.confirm(_question(queue, waiting, client.where.shown)):
            return Result({"cleared": 0, "queue": queue})
        return Result({"cleared": client.clear(queue), "queue": queue})


def _question(queue: str, waiting: int, where: str) -> str:
    return f"Drop the queue {queue} at {where} with the {waiting} jobs that wait in it?"
