"""`devbox plugin link [DIR]`."""

from __future__ import annotations

from pathlib import Path
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

    from devbox.sandbox.plugins.link import LinkRequest

FolderArgument = Annotated[
    str | None,
    typer.Argument(metavar="[DIR]", help="the plugin's project (devbox.toml's, or this folder)", show_default=False),
]


def command() -> Command:
    """The verb."""
    return verb.command("plugin link", link, changing=True, interrupted=LEAVING)


def link(run: Run, folder: FolderArgument = None, timeout: TimeoutOption = None) -> Outcome:
    """Link a project's folders into the running Jenkins, which reads them live.

    \b
    Examples:
      devbox plugin link                 the project in this folder
      devbox plugin link ../my-plugin -n second

    Classes, views, static files and jars are copied in, and an .hpl makes Jenkins read them. Build first (mvn -q
    process-classes); devbox runs neither Maven nor Gradle.
    """
    return run.operations.link(run.world(), requested(run, folder, timeout))


def requested(run: Run, folder: str | None, timeout: str | None) -> LinkRequest:
    """The project and the sandbox that are meant; what is wrong with the project is said first."""
    from devbox.jenkins.project import find
    from devbox.sandbox.plugins.link import LinkRequest

    limit = parse(BY_NAME["timeout"], timeout, "--timeout") if timeout is not None else run.settings["timeout"]
    place = run.environment.cwd / Path(folder or run.settings["plugin_dir"] or ".").expanduser()
    project = find(place)
    return LinkRequest(run.sandbox(None, "jenkins"), project, limit, dry_run=run.flags.dry_run)
