"""`STACK[:VERSION]` as the command line has it, and the options of a stack among all of them."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from devbox.cli import values
from devbox.cli.completion import complete_stack
from devbox.cli.options import BY_NAME, OPTIONS, STACKS, Option
from devbox.cli.settings import checked, parse, placed
from devbox.errors import Cure, UsageError

StackArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[STACK[:VERSION]]",
        help="jenkins or queue, with a version where it matters",
        show_default=False,
        autocompletion=complete_stack,
    ),
]


def split(word: str, verb: str = "up") -> tuple[str, str | None]:
    """Stack and version of STACK[:VERSION] after a verb; raises stack.unknown and version.invalid."""
    stack, colon, version = word.partition(":")
    if stack not in STACKS:
        raise _unknown(stack, verb)
    return stack, parse(BY_NAME["version"], version, word) if colon else None


def shipped() -> list[str]:
    """The stacks that this devbox has a file of."""
    from devbox.stacks.reader import folder

    return [stack for stack in STACKS if (folder() / f"{stack}.yaml").is_file()]


def check_shipped(stack: str, verb: str = "up") -> None:
    """Raises stack.unknown for a stack that this devbox does not have."""
    if stack not in shipped():
        raise _unknown(stack, verb)


def _unknown(stack: str, verb: str) -> UsageError:
    there = shipped()
    are = f"there {'is' if len(there) == 1 else 'are'} {' and '.join(there)}"
    return UsageError("stack.unknown", f"unknown stack {stack[:60]!r}; {are}", cures=_meant(stack, there, verb))


def _meant(word: str, known: list[str], verb: str) -> tuple[Cure, ...]:
    if near := difflib.get_close_matches(word.lower(), known, 1, 0.5):
        return (Cure(f"did you mean {near[0]}?", f"devbox {verb} {near[0]}"),)
    if word in STACKS:
        return ()
    if verb != "up":  # fetches for a stack, whatever the sandboxes are called
        return tuple(Cure(f"fetch for {stack}", f"devbox {verb} {stack}") for stack in known)
    if re.fullmatch(values.NAME, word):
        return (Cure("if that is a sandbox's name", f"devbox up {STACKS[0]} -n {word}"),)
    return ()


def parameters() -> dict[str, inspect.Parameter]:
    """The flags of `up`, as parameters of a function; None where not given."""
    return {option.name: _parameter(option) for option in OPTIONS if option.up}


def _parameter(option: Option) -> inspect.Parameter:
    flag = f"{option.flag}/{option.off}" if option.off else option.flag
    boolean = option.kind is bool
    info: Any = typer.Option(
        flag,
        help=option.help,
        metavar=None if boolean else option.metavar,
        hidden=option.hidden,
        show_default=False,
    )
    kind: Any = bool if boolean else list[str] if option.repeat else str
    return inspect.Parameter(
        option.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, info]
    )


def given(flags: Mapping[str, Any], stack: str, cwd: Path) -> dict[str, Any]:
    """The flags that were given, as values (paths from `cwd`); raises option.stack for one of another stack."""
    found: dict[str, Any] = {}
    for name, value in flags.items():
        if value is None:
            continue
        option = BY_NAME[name]
        if option.stack not in ("", stack):
            raise UsageError(
                "option.stack",
                f"{option.flag} is an option of {option.stack}, not of {stack}",
                cures=(Cure("see the options", "devbox up --help"),),
            )
        found[name] = parse(option, placed(option, value, cwd), option.flag)
        if option.check is not None:
            checked(option.check, found[name], option.flag)
    return found
