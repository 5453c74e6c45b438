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
PoolOption = Annotated[
    str | None,
    typer.Option("--pool", metavar="NAME", help="a pool of 'devbox worker --pool' (default)", show_default=False),
]
DEFAULT = "default"
"""The pool in a sandbox's worker container, and that of a `devbox worker` without --pool."""


def command() -> Command:
    """The verb."""
    return verb.command("queue scale", scale, changing=True, interrupted=LEAVING)


def scale(
    run: Run,
    number: NumberArgument,
    pool: PoolOption = None,
    redis_: redis.RedisOption = None,
    namespace: redis.NamespaceOption = None,
) -> Outcome:
    """Say how many workers there are to be: at once, and from now on. A job that runs is finished.

    \b
    Examples:
      devbox queue scale 4
      devbox queue scale 1 -n second
      devbox queue scale 8 --redis 127.0.0.1:6380     a pool of `devbox worker`
      devbox queue scale 2 --pool mail                one with a name

    It is remembered until somebody scales again, or `devbox up queue --workers N` says otherwise.
    """
    wanted = checked(values.whole(1, 1000), number, "N")
    which = checked(values.text, pool, "--pool") if pool is not None else DEFAULT
    then = (Cure("see them", "devbox queue workers"),)
    if which == DEFAULT and redis.url(run, redis_) is None:
        result = run.operations.scale(run.world(), run.sandbox(None, "queue"), wanted, run.flags.dry_run)
        return result if run.flags.dry_run else Result(result.data, result.warnings, next=then)
    with redis.client(run, redis_, namespace) as client:
        before = client.wanted(which)
        target = client.where.shown if which == DEFAULT else f"pool {which} at {client.where.shown}"
        change = {"action": "scale", "target": target, "reason": f"workers {before or '?'} -> {wanted}"}
        if run.flags.dry_run:
            return Result({"changes": [change]})
        client.scale(wanted, which)
    return Result({"workers": wanted, "scaled": [change]}, next=then)
