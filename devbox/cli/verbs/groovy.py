"""`devbox groovy FILE|-`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from devbox.cli import verb
from devbox.cli.interrupts import LEAVING
from devbox.cli.options import BY_NAME
from devbox.cli.run import Run
from devbox.cli.settings import parse
from devbox.cli.target import TimeoutOption
from devbox.cli.verb import Outcome
from devbox.errors import Cure, Exit, UsageError

if TYPE_CHECKING:
    from typer._click import Command

    from devbox.result import Result

FileArgument = Annotated[str, typer.Argument(metavar="FILE|-", help="the script; '-' reads it from stdin")]
ArgumentOption = Annotated[
    list[str] | None,
    typer.Option("-a", "--argument", metavar="KEY=VALUE", help="a variable of the script; repeatable"),
]
LONGEST = 4 << 20
"""Bytes of a script."""


def command() -> Command:
    """The verb."""
    return verb.command("groovy", groovy, acts=True, interrupted=LEAVING)


def groovy(run: Run, file: FileArgument, argument: ArgumentOption = None, timeout: TimeoutOption = None) -> Outcome:
    """Run a Groovy script in Jenkins, print its output, fail if it threw.

    \b
    Examples:
      devbox groovy jobs.groovy
      devbox groovy - -a days=7 < clean.groovy
      echo 'return Jenkins.VERSION' | devbox groovy - --json

    Each argument is a variable of the script, and all of them are in the map `args`.
    """
    limit = parse(BY_NAME["timeout"], timeout, "--timeout") if timeout is not None else run.settings["timeout"]
    arguments = dict(map(_pair, argument or ()))
    text = _script(run, file)
    which = run.sandbox(None, "jenkins")
    done = run.operations.groovy(run.engine, which, text, "script" if file == "-" else file, arguments, limit)
    return done if run.flags.json else _printed(run, done)


def _printed(run: Run, done: Result) -> int:
    """The output as it is, then what was returned: a text as it is, data as JSON."""
    data = done.data or {}
    result = data["result"]
    run.environment.out(data["output"])
    if result is not None:
        apart = "" if not data["output"] or data["output"].endswith("\n") else "\n"
        shown = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
        run.environment.out(f"{apart}{shown}\n")
    return run.session.fail(done.error) if done.error else Exit.OK


def _pair(word: str) -> tuple[str, str]:
    key, equals, value = word.partition("=")
    if not (equals and key.isidentifier() and key.isascii()) or key in ("out", "args"):
        raise UsageError(
            "groovy.argument",
            f"{word[:60]!r} is no argument of a script",
            cures=(Cure("write it as NAME=VALUE, the name one that a variable can have"),),
        )
    return key, value


def _script(run: Run, file: str) -> str:
    """The script's text; raises `groovy.unreadable`."""
    try:
        if file == "-":
            stream = getattr(run.environment.stdin, "buffer", None)
            data = stream.read(LONGEST + 1) if stream else run.environment.stdin.read().encode()
        else:
            with (run.environment.cwd / Path(file).expanduser()).open("rb") as source:
                data = source.read(LONGEST + 1)
        if len(data) > LONGEST:
            raise ValueError("it is over 4 MiB")
        return str(data.decode("utf-8-sig"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            "groovy.unreadable",
            f"the script {file} cannot be read: {reason}",
            cures=(Cure("give a file in UTF-8, or '-' for stdin"),),
        ) from error
