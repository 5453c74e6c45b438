"""`devbox plugin deploy FILE...`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from devbox.cli import verb
from devbox.cli.interrupts import ROLLING_BACK
from devbox.cli.options import BY_NAME
from devbox.cli.run import Run
from devbox.cli.settings import parse
from devbox.cli.target import TimeoutOption
from devbox.cli.verb import Outcome
from devbox.cli.verbs.plugin.check import FilesArgument, placed

if TYPE_CHECKING:
    from typer._click import Command

ForceOption = Annotated[bool, typer.Option("--force", help="although the check fails", show_default=False)]


def command() -> Command:
    """The verb."""
    return verb.command("plugin deploy", deploy, changing=True, interrupted=ROLLING_BACK)


def deploy(run: Run, files: FilesArgument, force: ForceOption = False, timeout: TimeoutOption = None) -> Outcome:
    """Put plugin files into the running Jenkins and verify them.

    \b
    Examples:
      devbox plugin deploy target/my-plugin.hpi
      devbox plugin deploy core.hpi ui.hpi       in the order they need each other
      devbox plugin deploy my-plugin.hpi --dry-run

    A plugin that Jenkins has not loaded yet is there at once; another version of one takes a quick restart. What
    cannot be loaded is taken away again, and the one that was there comes back.
    """
    from devbox.sandbox.plugins.deploy import Request, readable

    limit = parse(BY_NAME["timeout"], timeout, "--timeout") if timeout is not None else run.settings["timeout"]
    request = Request("", placed(run, files), limit, force, run.flags.dry_run)
    readable(request)  # what is wrong with a file is said before any sandbox is looked for
    return run.operations.deploy(run.world(), request.into(run.sandbox(None, "jenkins")))
