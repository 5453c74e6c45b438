"""The Typer application. A verb's module is imported when the verb is called; `--help` needs none of them."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.main
from typer.core import TyperOption

from devbox import __version__
from devbox.cli import flags
from devbox.cli.group import Group
from devbox.cli.session import Session
from devbox.cli.verbs import ALSO, VERBS
from devbox.errors import Cure, UsageError

if TYPE_CHECKING:
    from typer._click import Command

HELP = """A disposable, real Jenkins or job queue on your own Docker.

\b
Examples:
  devbox up jenkins             the current LTS, signed in
  devbox up jenkins:latest      the newest weekly, on the same home
  devbox up queue               Redis on 6379, and workers for Resque's jobs
  devbox open                   in the browser
  devbox down                   away with it; the home stays
  devbox doctor                 what is wrong with this Docker, and the cure
"""
EPILOG = """Every option has a variable: --http-port is DEVBOX_HTTP_PORT. Settings also come from devbox.toml in this
folder or above; `devbox config` shows them all."""

SHORT = """\
devbox: a disposable, real Jenkins or job queue on your own Docker.

  devbox up jenkins      bring one up, signed in
  devbox up queue        or a Redis with workers
  devbox status          what is there
  devbox down            away with it; its home stays
  devbox doctor          what is wrong with this Docker, and the cure

All commands: devbox --help
"""


COMPLETION = {
    "install_completion": "complete commands and names in this shell",
    "show_completion": "print what that would install",
}
"""Typer's own options, in our words."""


class Verbs(Group):
    """The verbs of devbox."""

    table, also, package = VERBS, ALSO, "devbox.cli.verbs"


def build() -> Command:
    """The application."""
    app = typer.Typer(
        name="devbox",
        cls=Verbs,
        help=HELP,
        epilog=EPILOG,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        invoke_without_command=True,
        suggest_commands=False,
    )

    def common(ctx: typer.Context, **values: Any) -> None:
        session = ctx.find_object(Session)
        assert session is not None
        if values["version"]:
            session.environment.out(f"devbox {__version__}\n")
            raise typer.Exit
        if ctx.invoked_subcommand is not None:
            return
        if session.json:
            raise UsageError("usage.command", "no command is given", cures=(Cure("see them", "devbox --help"),))
        session.environment.out(SHORT)

    shown = Annotated[bool, typer.Option("--version", help="print devbox' version")]
    version = inspect.Parameter("version", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=shown)
    flags.sign(common, [version], changing=True)
    app.callback()(common)
    made = typer.main.get_command(app)
    for parameter in made.params:
        if parameter.name in COMPLETION and isinstance(parameter, TyperOption):
            parameter.help = COMPLETION[parameter.name]
    return made
