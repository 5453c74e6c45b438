"""`devbox down [NAME]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from devbox.cli import verb
from devbox.cli.interrupts import LEAVING
from devbox.cli.run import Run
from devbox.cli.target import NameArgument
from devbox.cli.verb import Outcome
from devbox.errors import UsageError

if TYPE_CHECKING:
    from typer._click import Command


def command() -> Command:
    """The verb."""
    return verb.command("down", down, changing=True, interrupted=LEAVING)


def down(
    run: Run,
    name: NameArgument = None,
    everything: Annotated[bool, typer.Option("--all", help="every sandbox")] = False,
    volumes: Annotated[bool, typer.Option("--volumes", help="homes and data too (asks)")] = False,
) -> Outcome:
    """Stop a sandbox and remove it; its home stays.

    \b
    Examples:
      devbox down                  the only one, or the one of devbox.toml
      devbox down second           this one
      devbox down --all
      devbox down --volumes        with its home: nothing is left
    """
    names = _names(run, name, everything)
    return run.operations.down(run.world(), names, volumes, run.flags.dry_run)


def _names(run: Run, name: str | None, everything: bool) -> list[str]:
    if everything:
        if name or run.flags.name:
            raise UsageError("usage.conflict", "--all and a name are given: give one")
        return [sandbox.name for sandbox in run.remains]
    if run.is_named(name):
        return [run.sandbox(name)]
    if not run.remains:  # nothing there is what `down` is for
        return []
    return [run.sandbox(name, among=run.remains)]
