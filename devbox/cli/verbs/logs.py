"""`devbox logs [NAME]`."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated

import typer

from devbox.cli import values, verb
from devbox.cli.environment import is_terminal
from devbox.cli.run import Run
from devbox.cli.settings import checked
from devbox.cli.target import NameArgument, ServiceOption, stack_of
from devbox.cli.verb import Outcome
from devbox.errors import Exit
from devbox.ui import logs as look

if TYPE_CHECKING:
    from typer._click import Command

    from devbox.sandbox.logs import LogLine


def command() -> Command:
    """The verb."""
    return verb.command("logs", logs)


def logs(
    run: Run,
    name: NameArgument = None,
    service: ServiceOption = None,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="go on as lines come")] = False,
    tail: Annotated[str | None, typer.Option("--tail", metavar="N", help="the last N lines of each service")] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="T", help="from then on: 10m, 2h, 2026-01-31T12:00:00Z")
    ] = None,
) -> Outcome:
    """Show what the services write.

    \b
    Examples:
      devbox logs                     all of it
      devbox logs -f --tail 20        the last lines, and what comes
      devbox logs --since 10m --json  one object a line
    """
    run.session.streams = True
    last = checked(values.tail, tail, "--tail") if tail is not None else None
    start = checked(lambda word: values.since(word, time.time()), since, "--since") if since is not None else None
    which = run.sandbox(name, stack_of(service))
    lines = run.operations.log_lines(run.engine, which, service, follow, last, start)
    painter = look.Painter(run.session.style(), named=service is None)
    clean = is_terminal(run.environment.stdout)
    for line in lines:
        run.environment.out(_json(line) if run.flags.json else painter.line(line.service, line.text, clean))
    return Exit.OK


def _json(line: LogLine) -> str:
    fields = ("service", "container", "stream", "time", "text")
    return json.dumps({field: getattr(line, field) for field in fields}) + "\n"
