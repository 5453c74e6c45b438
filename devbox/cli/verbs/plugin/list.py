"""`devbox plugin list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.cli import verb
from devbox.cli.run import Run
from devbox.cli.verb import Outcome

if TYPE_CHECKING:
    from typer._click import Command


def command() -> Command:
    """The verb."""
    return verb.command("plugin list", list_)


def list_(run: Run) -> Outcome:
    """Show the plugins that Jenkins has, and where they come from.

    \b
    Examples:
      devbox plugin list
      devbox plugin list -n second --json

    linked: from a project's folder; deployed: by devbox; bundled: with Jenkins itself; installed: in any other way.
    """
    return run.operations.plugins(run.world(), run.sandbox(None, "jenkins"))
