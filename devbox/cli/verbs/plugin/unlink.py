"""`devbox plugin unlink ID`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from devbox.cli import verb
from devbox.cli.interrupts import LEAVING
from devbox.cli.options import BY_NAME
from devbox.cli.run import Run
from devbox.cli.settings import parse
from devbox.cli.target import TimeoutOption
from devbox.cli.verb import Outcome

if TYPE_CHECKING:
    from typer._click import Command

PluginArgument = Annotated[str, typer.Argument(metavar="ID", help="the plugin's short name")]


def command() -> Command:
    """The verb."""
    return verb.command("plugin unlink", unlink, changing=True, interrupted=LEAVING)


def unlink(run: Run, plugin: PluginArgument, timeout: TimeoutOption = None) -> Outcome:
    """Take a link away: its files, the plugin, and with the last one Java's debug agent. Jenkins starts anew.

    \b
    Examples:
      devbox plugin unlink my-plugin
    """
    limit = parse(BY_NAME["timeout"], timeout, "--timeout") if timeout is not None else run.settings["timeout"]
    name = run.sandbox(None, "jenkins")
    return run.operations.unlink(run.world(), name, plugin, limit, run.flags.dry_run)
