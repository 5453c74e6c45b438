"""`devbox worker --queues Q1,Q2`."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer

from devbox.cli import redis, verb
from devbox.cli.run import Run
from devbox.cli.verb import Outcome
from devbox.events import Note, Warned
from devbox.queue import options
from devbox.result import Result
from devbox.ui.words import count

if TYPE_CHECKING:
    from typer._click import Command

    from devbox.queue.settings import Settings


def command() -> Command:
    """The verb."""
    return verb.command("worker", worker, acts=True, options={one.name: _parameter(one) for one in options.OPTIONS})


def worker(run: Run, **given: Any) -> Outcome:
    """Run a pool of workers for Resque, Jesque, node-resque and pyres queues; Ctrl-C lets the jobs finish.

    \b
    Examples:
      devbox worker --queues high,low --jobs my_jobs.py
      devbox worker --queues '*' --jobs my_jobs --count 4 --redis 127.0.0.1:6379
      devbox worker --queues low --jobs my_jobs --events

    Without --redis it is the Redis that `devbox queue` means by the settings; else REDIS_URL's, else 127.0.0.1:6379.
    """
    from devbox.queue import run as workers

    where = redis.url(run, given["redis"])
    if where is None and run.flags.name:
        where = redis.sandbox_url(run)
    settings = options.settings({**given, "redis": where}, run.environment.env)
    if settings.events:
        run.session.streams = True
    code = workers.run(settings, data_alone=run.flags.json, begin=lambda: _begin(run, settings))
    if run.flags.json and not settings.events:
        return Result({"exit": code})
    return code


def _begin(run: Run, settings: Settings) -> None:
    """What a person wants to know of a pool that says nothing while it works."""
    if not settings.jobs:
        run.emit(
            Warned("worker.no_jobs", "there are no job classes, so each job will fail: give them with --jobs MODULE")
        )
    if not run.flags.json:
        pool = (
            f"{count(settings.count, 'worker')} serve{'s' if settings.count == 1 else ''} {','.join(settings.queues)}"
        )
        run.emit(Note(f"{pool} at {settings.where.shown}; Ctrl-C lets the jobs finish"))


def _parameter(option: options.Option) -> inspect.Parameter:
    info: Any = typer.Option(option.flag, help=option.help, metavar=option.metavar or None, show_default=False)
    kind: Any = bool if not option.metavar else list[str] if option.repeat else str
    return inspect.Parameter(
        option.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, info]
    )
