"""A command of commands (`devbox`, `devbox plugin`): a subcommand's module is imported when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import typer
import typer.core
import typer.main

from devbox.cli import flags
from devbox.cli.session import Session
from devbox.errors import Cure, UsageError

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter
    from typer.core import TyperOption


class Group(typer.core.TyperGroup):
    """Subcommands by name, each made by `command()` of its module in `package` when it is asked for.

    `table` has what the help says of each, in order; `also` second names.
    """

    table: ClassVar[Mapping[str, str]] = {}
    also: ClassVar[Mapping[str, str]] = {}
    package: ClassVar[str] = ""

    def list_commands(self, ctx: Context) -> list[str]:
        """The names in the order of the help."""
        return list(self.table)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """A subcommand, or None."""
        name = self.also.get(cmd_name, cmd_name)
        if name not in self.table:
            return None
        if ctx and (session := ctx.find_object(Session)):  # what is wrong with its options does not know whose they are
            session.command = f"{ctx.command_path} {name}".removeprefix("devbox ")
        command: Command = importlib.import_module(f"{self.package}.{name}").command()
        return command

    def get_help_option(self, ctx: Context) -> TyperOption | None:
        """`--help`, told as the other flags are."""
        return flags.told(super().get_help_option(ctx))

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """The list of subcommands, without making any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.table.items()))


def group(name: str, cls: type[Group], help: str) -> Command:
    """The command `devbox NAME`, which takes the common flags too and does nothing without a subcommand.

    A verb of it is made with `verb.command("NAME SUB", ...)`, as the envelope names it.
    """
    app = typer.Typer(
        name=name,
        cls=cls,
        help=help,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        invoke_without_command=True,
        suggest_commands=False,
    )

    def common(ctx: typer.Context, **values: Any) -> None:
        if ctx.invoked_subcommand is None:
            missing = f"{name} needs one of {', '.join(cls.table)}"
            raise UsageError("usage.command", missing, cures=(Cure("see them", f"devbox {name} --help"),))

    flags.sign(common, [], changing=True)
    app.callback()(common)
    return typer.main.get_command(app)
