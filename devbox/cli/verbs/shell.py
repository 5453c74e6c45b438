"""`devbox shell [NAME]`."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from devbox.cli import verb
from devbox.cli.environment import is_terminal
from devbox.cli.run import Run
from devbox.cli.target import NameArgument, ServiceOption, stack_of
from devbox.cli.verb import Outcome
from devbox.errors import Cure, DevboxError, UsageError

if TYPE_CHECKING:
    from typer._click import Command

    from devbox.engine.api import Container, Endpoint

BEST_SHELL = ("sh", "-c", "if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi")


def command() -> Command:
    """The verb."""
    return verb.command("shell", shell, acts=True, passes_exit=True)


def shell(run: Run, name: NameArgument = None, service: ServiceOption = None) -> Outcome:
    """Open a shell inside (bash where there is one); its exit status is ours (125: devbox failed).

    \b
    Examples:
      devbox shell
      devbox shell second -s jenkins
    """
    if run.flags.json:
        raise UsageError("usage.conflict", "shell is for people, --json for programs", cures=(_RATHER_EXEC,))
    if not (is_terminal(run.environment.stdin) and is_terminal(run.environment.stdout)):
        raise UsageError("shell.no_terminal", "shell needs a terminal for its input and output", cures=(_RATHER_EXEC,))
    which = run.sandbox(name, stack_of(service))
    container = run.operations.service_container(run.engine, which, service)
    if run.environment.platform == "win32":
        return through_docker(run.engine.endpoint, container)
    from devbox.cli.terminal import attach

    environment = {"TERM": run.environment.env.get("TERM", "xterm")}
    stream = run.engine.exec_stream(container.id, BEST_SHELL, tty=True, stdin=True, environment=environment)
    return attach(stream, run.environment)


_RATHER_EXEC = Cure("run a single command", "devbox exec -- CMD")


def through_docker(endpoint: Endpoint, container: Container) -> int:
    """Windows' consoles are no terminals as we know them; the docker CLI can."""
    docker = shutil.which("docker")
    if docker is None:
        raise DevboxError(
            "shell.no_docker_cli",
            "on Windows, shell goes through the docker command, and there is none on PATH",
            cures=(Cure("install the docker CLI"), _RATHER_EXEC),
        )
    where = ["--context", endpoint.context] if endpoint.context else ["--host", endpoint.url]
    return subprocess.call([docker, *where, "exec", "-it", container.name, *BEST_SHELL])
