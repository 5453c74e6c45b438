"""`devbox lock [-nNxX] FILE COMMAND...` behind flags of devbox; without any, `__main__` has come here directly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
import typer.main

from devbox.cli.session import CLOSED, Session
from devbox.cli.setlock import HELP, main

if TYPE_CHECKING:
    from typer._click import Command


def command() -> Command:
    """The verb; it parses nothing itself."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    raw = {"ignore_unknown_options": True, "allow_extra_args": True, "allow_interspersed_args": False}
    app.command("lock", add_help_option=False, context_settings=raw)(_lock)
    return typer.main.get_command(app)


def _lock(ctx: typer.Context) -> int:
    session = ctx.find_object(Session)
    assert session is not None
    closed = [] if session.rest is None else [CLOSED, *session.rest]
    words = [*session.words[session.words.index("lock") + 1 :], *closed]
    if words in (["--help"], ["-h"]):
        session.environment.out(HELP)
        return 0
    return main(words)
