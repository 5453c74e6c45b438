"""`devbox plugin check FILE...`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from devbox.cli import verb
from devbox.cli.run import Run
from devbox.cli.verb import Outcome
from devbox.errors import UsageError

if TYPE_CHECKING:
    from typer._click import Command

FilesArgument = Annotated[list[str], typer.Argument(metavar="FILE...", help="plugin files (.hpi, .jpi)")]


def command() -> Command:
    """The verb."""
    return verb.command("plugin check", check)


def check(run: Run, files: FilesArgument) -> Outcome:
    """Say what is wrong with plugin files, before Jenkins meets them.

    \b
    Examples:
      devbox plugin check target/my-plugin.hpi
    """
    raise UsageError("usage.command", "plugin check is not built yet")
