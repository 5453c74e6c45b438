"""`devbox exec [NAME] -- CMD...`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.cli import verb
from devbox.cli.attach import collected, passed
from devbox.cli.environment import is_terminal
from devbox.cli.run import Run
from devbox.cli.target import NameArgument, ServiceOption, stack_of
from devbox.cli.verb import Outcome
from devbox.errors import Cure, UsageError
from devbox.result import Result

if TYPE_CHECKING:
    from typer._click import Command


def command() -> Command:
    """The verb."""
    return verb.command("exec", execute, acts=True, takes_rest=True, passes_exit=True)


def execute(run: Run, name: NameArgument = None, service: ServiceOption = None) -> Outcome:
    """Run a command inside: devbox exec [NAME] -- CMD...; its exit status is ours (125: devbox failed).

    \b
    Examples:
      devbox exec -- ls /var/jenkins_home
      devbox exec second -- java -version
      devbox exec -- sh -c 'cat > /tmp/file' < file
    """
    command = tuple(run.session.rest or ())
    if not command:
        raise UsageError(
            "usage.argument",
            "the command to run is missing; it stands after '--'",
            cures=(Cure("write it as", "devbox exec -- ls /"),),
        )
    which = run.sandbox(name, stack_of(service))
    container = run.operations.service_container(run.engine, which, service)
    stdin = not is_terminal(run.environment.stdin)
    stream = run.engine.exec_stream(container.id, command, stdin=stdin)
    if not run.flags.json:
        return passed(stream, run.environment, stdin)
    code, out, err = collected(stream, run.environment, stdin)
    data = {"exit_code": code, "stdout": out.decode(errors="replace"), "stderr": err.decode(errors="replace")}
    run.session.succeed(Result(data))
    return code
