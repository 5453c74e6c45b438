"""`devbox queue peek QUEUE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from devbox.cli import redis, values, verb
from devbox.cli.run import Run
from devbox.cli.settings import checked
from devbox.cli.verb import Outcome
from devbox.result import Result

if TYPE_CHECKING:
    from typer._click import Command

QueueArgument = Annotated[str, typer.Argument(metavar="QUEUE", help="the queue", show_default=False)]
StartOption = Annotated[
    str | None, typer.Option("--start", metavar="N", help="from the N-th on (0)", show_default=False)
]
CountOption = Annotated[str | None, typer.Option("--count", metavar="N", help="so many (20)", show_default=False)]


def command() -> Command:
    """The verb."""
    return verb.command("queue peek", peek)


def peek(
    run: Run,
    queue: QueueArgument,
    start: StartOption = None,
    count: CountOption = None,
    redis_: redis.RedisOption = None,
    namespace: redis.NamespaceOption = None,
) -> Outcome:
    """Show the jobs of a queue that come next; they stay where they are.

    \b
    Examples:
      devbox queue peek default
      devbox queue peek default --start 100 --count 10
    """
    first = number(start, "--start", 0)
    many = number(count, "--count", 20)
    with redis.client(run, redis_, namespace) as client:
        return Result({"jobs": client.peek(queue, first, many), "total": client.size(queue)})


def number(text: str | None, flag: str, default: int) -> int:
    """A number from 0 up."""
    return int(checked(values.whole(0, 10**9), text, flag)) if text is not None else default
