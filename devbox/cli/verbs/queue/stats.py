"""`devbox queue stats`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from devbox.cli import redis, values, verb
from devbox.cli.environment import is_terminal
from devbox.cli.run import Run
from devbox.cli.settings import checked
from devbox.cli.verb import Outcome
from devbox.errors import DevboxError, Exit, UsageError
from devbox.result import Result
from devbox.ui import queue as look

if TYPE_CHECKING:
    from typer._click import Command

    from devbox.queue.client import Client

WatchOption = Annotated[bool, typer.Option("--watch", help="go on looking, until Ctrl-C")]
TextOption = Annotated[bool, typer.Option("--text", help="resque-web's /stats.txt, for scripts")]
IntervalOption = Annotated[
    str | None, typer.Option("--interval", metavar="SECONDS", help="between two looks (1)", show_default=False)
]
LooksOption = Annotated[
    str | None, typer.Option("--looks", metavar="N", help="end after so many looks", show_default=False)
]


def command() -> Command:
    """The verb."""
    return verb.command("queue stats", stats)


def stats(
    run: Run,
    watch: WatchOption = False,
    text: TextOption = False,
    interval: IntervalOption = None,
    looks: LooksOption = None,
    redis_: redis.RedisOption = None,
    namespace: redis.NamespaceOption = None,
) -> Outcome:
    """Show what waits in each queue, what was done and failed, and who works.

    \b
    Examples:
      devbox queue stats
      devbox queue stats --watch             live, with rates
      devbox queue stats --watch --json      one object a line
      devbox queue stats --text              resque.pending=... for scripts
    """
    if text and (watch or run.flags.json):
        raise UsageError("usage.conflict", f"--text and {'--watch' if watch else '--json'} are both given: give one")
    if not watch and (interval is not None or looks is not None):
        raise UsageError("usage.argument", "--interval and --looks belong to --watch")
    pause = checked(values.seconds, interval, "--interval") if interval is not None else 1.0
    many = int(checked(values.whole(1, 10**9), looks, "--looks")) if looks is not None else None
    with redis.client(run, redis_, namespace) as client:
        if watch:
            return _watch(run, client, pause, many, run.session.place.command("devbox queue failed"))
        found = client.stats()
    if text:
        run.environment.out(found.text() + "\n")
        return Exit.OK
    return Result(found.data())


def _watch(run: Run, client: Client, pause: float, looks: int | None, hint: str) -> Outcome:
    """One look after the other; a Redis that goes away is waited for."""
    run.session.streams = True
    client.ping()
    history = look.History(client.where.shown, pause, hint)
    seen = _looks(client, pause, looks)
    if run.flags.json:
        for snapshot in seen:
            run.environment.out(json.dumps(history.take(snapshot)) + "\n")
    elif is_terminal(run.environment.stdout) and run.environment.env.get("TERM") != "dumb":
        from devbox.ui.queue_live import show

        show(run.environment.stdout, run.session.style(), seen, history)
    else:
        for snapshot in seen:
            run.environment.out(look.line(history.take(snapshot)) + "\n")
    return Exit.OK


def _looks(client: Client, pause: float, looks: int | None) -> Iterator[look.Snapshot]:
    began, number = time.monotonic(), 0
    while looks is None or number < looks:
        if number:
            time.sleep(max(0.0, began + number * pause - time.monotonic()))
        number += 1
        yield _look(client)


def _look(client: Client) -> look.Snapshot:
    try:
        workers: list[dict[str, Any]] = [worker.data() for worker in client.workers()]
        return look.Snapshot(time.time(), client.stats().data(), workers)
    except DevboxError as error:
        if not error.retryable:
            raise
        return look.Snapshot(time.time(), error={"code": error.code, "message": error.message})
