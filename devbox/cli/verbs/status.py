"""`devbox status [NAME]`, also `ps`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.cli import verb
from devbox.cli.run import Run
from devbox.cli.target import NameArgument
from devbox.cli.verb import Outcome

if TYPE_CHECKING:
    from typer._click import Command


def command() -> Command:
    """The verb."""
    return verb.command("status", status)


def status(run: Run, name: NameArgument = None) -> Outcome:
    """Show the sandboxes: services, health, URLs, versions, age, and homes kept after `down`.

    \b
    Examples:
      devbox status              all of them (also: devbox ps)
      devbox status second       one
      devbox status --json       for programs
    """
    which = run.sandbox(name) if name or run.flags.name else None
    return run.operations.status(run.engine, which)
