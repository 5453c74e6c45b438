"""`devbox plugin check FILE...`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from devbox.cli import verb
from devbox.cli.run import Run
from devbox.cli.verb import Outcome

if TYPE_CHECKING:
    from typer._click import Command

FilesArgument = Annotated[
    list[str], typer.Argument(metavar="FILE...", help="plugin files (.hpi, .jpi)", show_default=False)
]


def command() -> Command:
    """The verb."""
    return verb.command("plugin check", check)


def check(run: Run, files: FilesArgument) -> Outcome:
    """Say what is wrong with plugin files, before Jenkins meets them.

    \b
    Examples:
      devbox plugin check target/my-plugin.hpi
      devbox plugin check *.hpi --json

    By itself each file is checked offline; against the running sandbox, where there is one, too: is the core new
    enough, is everything there that it needs, would another copy win?
    """
    usual = run.settings["name"]
    return run.operations.check_plugins(lambda: run.engine, placed(run, files), run.flags.name, usual)


def placed(run: Run, files: list[str]) -> tuple[Path, ...]:
    """The paths from the folder that the command stands in."""
    return tuple(run.environment.cwd / Path(file).expanduser() for file in files)
