"""`devbox open [NAME]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from devbox.cli import verb
from devbox.cli.run import Run
from devbox.cli.target import NameArgument
from devbox.cli.verb import Outcome
from devbox.result import Result

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")

if TYPE_CHECKING:
    from typer._click import Command


def command() -> Command:
    """The verb."""
    return verb.command("open", open_)


def open_(run: Run, name: NameArgument = None) -> Outcome:
    """Open a sandbox in the browser; where there is no display, print its URL.

    \b
    Examples:
      devbox open
      devbox open second
    """
    which = run.sandbox(name, "jenkins")
    url = run.operations.url(run.engine, which)
    opened = has_display(run.environment.platform, run.environment.env) and run.operations.browse(url)
    return Result({"url": url, "opened": opened})


def has_display(platform: str, env: Mapping[str, str]) -> bool:
    """Whether a browser would have somewhere to show itself."""
    return platform in ("darwin", "win32") or any(env.get(name) for name in DISPLAYS)
