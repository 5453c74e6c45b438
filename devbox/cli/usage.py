"""What Typer finds wrong with a command line, as devbox' own usage errors."""

from __future__ import annotations

import difflib

from typer._click import exceptions as typer_errors

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
    path = ctx.command_path if ctx else "devbox"
    session.command = path.removeprefix("devbox").strip() or session.command
    code = next((code for kind, code in CODES if isinstance(error, kind)), None)
    if code is None:
        code = "usage.command" if "command" in error.message.lower() else "usage.argument"
    return UsageError(code, _message(error), cures=(Cure("see what it takes", f"{path} --help"),))


def _message(error: typer_errors.ClickException) -> str:
    if isinstance(error, typer_errors.NoSuchOption):
        return _no_such_option(error)
    text = " ".join(error.format_message().split()).rstrip(".")
    return text[:1].lower() + text[1:]


def _no_such_option(error: typer_errors.NoSuchOption) -> str:
    known = [name for parameter in error.ctx.command.params for name in parameter.opts] if error.ctx else []
    near = difflib.get_close_matches(error.option_name, known, 1)
    return f"no such option: {error.option_name}" + (f", did you mean {near[0]}?" if near else "")
