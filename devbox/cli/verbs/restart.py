"""`devbox restart [NAME]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.cli import verb
from devbox.cli.interrupts import LEAVING
from devbox.cli.options import BY_NAME
from devbox.cli.run import Run
from devbox.cli.settings import parse
from devbox.cli.target import NameArgument, ServiceOption, TimeoutOption, stack_of
from devbox.cli.verb import Outcome
from devbox.result import Result

if TYPE_CHECKING:
    from typer._click import Command


def command() -> Command:
    """The verb."""
    return verb.command("restart", restart, changing=True, interrupted=LEAVING)


def restart(
    run: Run, name: NameArgument = None, service: ServiceOption = None, timeout: TimeoutOption = None
) -> Outcome:
    """Restart a sandbox, or one service of it, and wait until it is usable.

    \b
    Examples:
      devbox restart
      devbox restart second -s jenkins
      devbox restart -s worker       of a queue: its jobs anew, none is killed
    """
    limit = parse(BY_NAME["timeout"], timeout, "--timeout") if timeout is not None else run.settings["timeout"]
    which = run.sandbox(name, stack_of(service))
    if run.flags.dry_run:
        return Result({"changes": _changes(run, which, service)})
    return run.operations.restart(run.world(), which, service, limit)


def _changes(run: Run, name: str, service: str | None) -> list[dict[str, str]]:
    data = run.operations.status(run.engine, name).data or {}
    return [
        {"action": "restart", "target": found["container"], "reason": "asked for"}
        for sandbox in data["sandboxes"]
        for found in sandbox["services"]
        if service in (None, found["name"])
    ]
