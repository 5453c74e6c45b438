"""`devbox pull [STACK[:VERSION]]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.cli import verb
from devbox.cli.interrupts import LEAVING
from devbox.cli.run import Run
from devbox.cli.stack import StackArgument, check_shipped, split
from devbox.cli.verb import Outcome

if TYPE_CHECKING:
    from typer._click import Command


def command() -> Command:
    """The verb."""
    return verb.command("pull", pull, acts=True, interrupted=LEAVING)


def pull(run: Run, stack: StackArgument = None) -> Outcome:
    """Fetch images beforehand, and say which tags have moved.

    \b
    Examples:
      devbox pull                    what the sandboxes here use
      devbox pull jenkins            the current LTS
      devbox pull jenkins:2.555.1
      devbox pull queue              Redis and Python
    """
    kind, version = split(stack, "pull") if stack is not None else (run.settings["stack"], None)
    if kind is not None:
        check_shipped(kind, "pull")
    asked = {"version": version} if version is not None else {}
    return run.operations.pull(run.world(), kind, asked, run.settings.explicit(kind or "jenkins"))
