"""`devbox queue scale N`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from devbox.cli import redis, values, verb
from devbox.cli.interrupts import LEAVING
from devbox.cli.run import Run
from devbox.cli.settings import checked
from devbox.cli.verb import Outcome
from devbox.errors import Cure
from devbox.result import Result

if TYPE_CHECKING:
    from typer._click import Command

NumberArgument = Annotated[str, typer.Argument(metavar="N", help="how many workers", show_default=False)]


def command() -> Command:
    """The verb."""
    return verb.command("queue scale", scale, changing=True, interrupted=LEAVING)


def scale(
    run: Run, number: NumberArgument, redis_: redis.RedisOption = None, namespace: redis.NamespaceOption = None
) -> Outcome:
    """Say how many workers there are to be: at once, and from now on. A job that runs is finished.

    \b
    Examples:
      devbox queue scale 4
      devbox queue scale 1 -n second
      devbox queue scale 8 --redis 127.0.0.1:6380     a pool of `devbox worker`

    It is remembered until somebody scales again, or `devbox up queue --workers N` says otherwise.
    """
    wanted = checked(values.whole(1, 1000), number, "N")
    then = (Cure("see them", "devbox queue workers"),)
    if redis.url(run, redis_) is None:
        result = run.operations.scale(run.world(), run.sandbox(None, "queue"), wanted, run.flags.dry_run)
        return result if run.flags.dry_run else Result(result.data, result.warnings, next=then)
    with redis.client(run, redis_, namespace) as client:
        before = client.wanted()
        change = {"action": "scale", "target": client.where.shown, "reason": f"workers {before or '?'} -> {wanted}"}
        if run.flags.dry_run:
            return Result({"changes": [change]})
        client.scale(wanted)
    return Result({"workers": wanted, "scaled": [change]}, next=then)
