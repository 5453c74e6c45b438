"""The flags that every verb takes, before it or after it, as Typer is told of them."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from devbox.cli.completion import complete_name

if TYPE_CHECKING:
    from typer.core import TyperOption

PREFIX = "common_"
"""Of the parameters' names: a verb has a `name` of its own."""


class Row(NamedTuple):
    """A flag's spellings and help; `metavar` for one that takes a value; `changing`: only where something changes."""

    spellings: tuple[str, ...]
    help: str
    metavar: str | None = None
    changing: bool = False


ROWS: dict[str, Row] = {
    "name": Row(("-n", "--name"), "the sandbox", "NAME"),
    "context": Row(("--context",), "the docker context to use", "NAME"),
    "host": Row(("--host",), "the Docker Engine to use", "URL"),
    "json": Row(("--json",), "print one JSON object"),
    "quiet": Row(("-q", "--quiet"), "no progress, warnings only"),
    "verbose": Row(("-v", "--verbose"), "say more"),
    "yes": Row(("-y", "--yes"), "answer yes to every question"),
    "dry_run": Row(("--dry-run",), "say what would change, change nothing", changing=True),
    "no_color": Row(("--no-color",), "no colours"),
}


def parameters(changing: bool) -> list[inspect.Parameter]:
    """The common flags as parameters of a function; None where not given."""
    return [_parameter(name, row) for name, row in ROWS.items() if changing or not row.changing]


def _parameter(name: str, row: Row) -> inspect.Parameter:
    kind: Any = str if row.metavar else bool
    info: Any = typer.Option(
        *row.spellings,
        help=row.help,
        metavar=row.metavar,
        show_default=False,
        autocompletion=complete_name if name == "name" else None,
    )
    annotation = Annotated[kind | None, info]
    return inspect.Parameter(PREFIX + name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def sign(function: Any, own: list[inspect.Parameter], changing: bool) -> None:
    """Typer reads a function's signature: give it the context, the function's own parameters and the common flags."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    context = inspect.Parameter("ctx", keyword, annotation=typer.Context)
    together = [context, *(p.replace(kind=keyword) for p in own), *parameters(changing)]
    function.__signature__ = inspect.Signature(together)
    function.__annotations__ = {parameter.name: parameter.annotation for parameter in together}


def told(option: TyperOption | None) -> TyperOption | None:
    """The flag --help, which Typer makes, with a help in our words."""
    if option is not None:
        option.help = "show this help"
    return option
