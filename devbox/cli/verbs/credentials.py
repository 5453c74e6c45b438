"""`devbox credentials [NAME]`."""

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
    return verb.command("credentials", credentials)


def credentials(run: Run, name: NameArgument = None) -> Outcome:
    """Show URL, user, password and API token of a sandbox's Jenkins.

    \b
    Examples:
      devbox credentials
      devbox credentials second --json
    """
    which = run.sandbox(name, "jenkins")
    return run.operations.credentials(run.engine, which)
