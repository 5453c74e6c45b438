"""What Typer finds wrong with a command line, as devbox' own usage errors."""

from __future__ import annotations

import difflib
import re

from typer._click import exceptions as typer_errors

from devbox.cli.group import Group
from devbox.cli.session import Session
from devbox.errors import Cure, DevboxError, UsageError

CODES: tuple[tuple[type[typer_errors.ClickException], str], ...] = (
    (typer_errors.NoSuchOption, "usage.option"),
    (typer_errors.BadOptionUsage, "usage.option"),
    (typer_errors.MissingParameter, "usage.argument"),
    (typer_errors.BadParameter, "usage.argument"),
)


def as_error(error: typer_errors.ClickException, session: Session) -> DevboxError:
    """The usage error in our words, with the help that fits as its cure."""
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx else " ".join(dict.fromkeys(("devbox", *session.command.split())))
    session.command = path.removeprefix("devbox").strip() or session.command
    code = next((code for kind, code in CODES if isinstance(error, kind)), None)
    if code is None:
        code = "usage.command" if "command" in error.message.lower() else "usage.argument"
    return UsageError(code, _message(error), cures=(Cure("see what it takes", f"{path} --help"),))


def _message(error: typer_errors.ClickException) -> str:
    if isinstance(error, typer_errors.NoSuchOption):
        known = [name for parameter in error.ctx.command.params for name in parameter.opts] if error.ctx else []
        return f"no such option: {error.option_name}" + _meant(error.option_name, known)
    if unknown := re.fullmatch(r"No such command '(.*)'\.", error.message, re.DOTALL):
        return f"no such command: {unknown[1]}" + _meant(unknown[1], _commands(error))
    text = " ".join(error.format_message().split()).rstrip(".")
    return text[:1].lower() + text[1:]


def _commands(error: typer_errors.ClickException) -> list[str]:
    group = error.ctx.command if isinstance(error, typer_errors.UsageError) and error.ctx else None
    return [*group.table, *group.also] if isinstance(group, Group) else []


def _meant(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    return f", did you mean {near[0]}?" if near else ""
