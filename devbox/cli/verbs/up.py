"""`devbox up [STACK[:VERSION]]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devbox.cli import linked, verb
from devbox.cli.interrupts import ROLLING_BACK
from devbox.cli.options import BY_NAME
from devbox.cli.run import Run
from devbox.cli.settings import kept
from devbox.cli.stack import StackArgument, check_shipped, given, parameters, split
from devbox.cli.verb import Outcome
from devbox.errors import Cure, UsageError
from devbox.events import Warned

if TYPE_CHECKING:
    from typer._click import Command


def command() -> Command:
    """The verb."""
    return verb.command("up", up, changing=True, interrupted=ROLLING_BACK, options=parameters())


def up(run: Run, stack: StackArgument = None, **values: Any) -> Outcome:
    """Bring a sandbox up and wait until it is usable.

    \b
    Examples:
      devbox up jenkins                  the current LTS (or what the sandbox has)
      devbox up jenkins:latest           the newest weekly, on the same home
      devbox up jenkins:2.555.1 -n old   this version, with a home of its own
      devbox up jenkins -n second        another one beside it
      devbox up jenkins --http-port 9090 --java-opts "-Xmx1g"
      devbox up jenkins --plugin .       with the plugin of this folder, live
      devbox up jenkins --dry-run        what would change
      devbox up queue --workers 4        Redis, and four workers for its jobs
      devbox up queue --jobs ./jobs      with your own job classes

    An option that is not given keeps what the sandbox has, also across `down`; --reset returns to the defaults.
    """
    from devbox.sandbox.request import UpRequest

    kind, version = _stack(run, stack)
    options = given(values, kind, run.environment.cwd)
    asked = {name: value for name, value in options.items() if kept(BY_NAME[name], kind)}
    if version is not None:
        asked["version"] = version
    check_shipped(kind)
    run.session.sandbox = name = run.flags.name or run.settings["name"] or kind
    files = linked.files(run, options, asked) if kind == "jenkins" else ()
    projects = linked.projects(run, options, asked) if kind == "jenkins" else ()
    settings = run.settings.explicit(kind)
    run.settings.check(settings.keys() - asked.keys())
    for idle in run.settings.ineffective(kind):
        run.emit(Warned("settings.unsupported", f"{idle.where} has no effect in this version of devbox"))
    request = UpRequest(
        stack=kind,
        name=name,
        asked=asked,
        settings=settings,
        pull=run.chosen(options, "pull"),
        strict_ports=run.chosen(options, "strict_ports"),
        wait=not run.chosen(options, "no_wait"),
        timeout=run.chosen(options, "timeout"),
        keep=run.chosen(options, "keep"),
        reset=run.chosen(options, "reset"),
        dry_run=run.flags.dry_run,
        projects=projects,
        files=files,
    )
    run.operations.ahead("devbox.sandbox.up", "yaml")
    return run.operations.up(run.world(), request)


def _stack(run: Run, word: str | None) -> tuple[str, str | None]:
    if word is not None:
        return split(word)
    if run.settings["stack"] is None:
        raise UsageError(
            "stack.missing",
            "which stack? No devbox.toml names one",
            cures=(Cure("name it", "devbox up jenkins"),),
        )
    return run.settings["stack"], None
