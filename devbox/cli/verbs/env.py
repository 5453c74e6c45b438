"""`devbox env [NAME]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from devbox.cli import values, verb
from devbox.cli.environment import is_terminal
from devbox.cli.run import Run
from devbox.cli.settings import checked
from devbox.cli.target import NameArgument
from devbox.cli.verb import Outcome
from devbox.errors import Exit
from devbox.ui.shells import SHELLS

if TYPE_CHECKING:
    from typer._click import Command


def command() -> Command:
    """The verb."""
    return verb.command("env", env)


def env(
    run: Run,
    name: NameArgument = None,
    shell: Annotated[
        str | None, typer.Option("--shell", metavar="|".join(SHELLS), help="the shell that is to read it")
    ] = None,
) -> Outcome:
    """Print variables for a shell: JENKINS_URL=..., of a queue REDIS_URL=...

    \b
    Examples:
      eval "$(devbox env)"                       in this shell
      set -a; eval "$(devbox env)"; set +a       for what it starts, too
      devbox env --shell fish | source
      devbox env --shell powershell | Invoke-Expression
    """
    usual = "powershell" if run.environment.platform == "win32" else "sh"
    kind = checked(values.choice(*SHELLS), shell, "--shell") if shell else usual
    which = run.sandbox(name)
    result = run.operations.environment(run.engine, which)
    if run.flags.json:
        return result
    run.sink.rest(result.warnings)
    for variable, value in (result.data or {}).items():
        run.environment.out(SHELLS[kind](variable, str(value)) + "\n")
    if is_terminal(run.environment.stdout) and kind == "sh" and not run.flags.quiet:
        again = run.session.place.command("devbox env")
        run.environment.err(f'# to set them here: set -a; eval "$({again})"; set +a\n')
    return Exit.OK
