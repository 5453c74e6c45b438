"""`devbox doctor [CHECK...]`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from devbox.cli import repairing, verb
from devbox.cli.environment import is_terminal
from devbox.cli.interrupts import LEAVING
from devbox.cli.run import Run
from devbox.cli.verb import Outcome
from devbox.errors import Cure, DevboxError, UsageError
from devbox.events import Waiting
from devbox.result import Result

if TYPE_CHECKING:
    from typer._click import Command

    from devbox.doctor.diagnose import Diagnosis
    from devbox.doctor.facts import Asked
    from devbox.doctor.host import Machine

ALLOW_HELP = "what a cure may cost: none, settings, restart or destroy"
STDIN = "-"


def command() -> Command:
    """The verb."""
    return verb.command("doctor", doctor, changing=True, interrupted=LEAVING)


def doctor(
    run: Run,
    checks: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CHECK...]", help="only these checks, or areas of checks", show_default=False),
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="repair, mildest cure first")] = False,
    allow: Annotated[
        str | None,
        typer.Option("--allow", metavar="RISK", help=ALLOW_HELP, show_default=False),
    ] = None,
    deep: Annotated[bool, typer.Option("--deep", help="slow looks too: runs a container")] = False,
    listing: Annotated[bool, typer.Option("--list", help="list the checks")] = False,
    explain: Annotated[
        str | None,
        typer.Option("--explain", metavar="TEXT|-", help="what this error means (-: stdin)", show_default=False),
    ] = None,
    bundle: Annotated[
        str | None,
        typer.Option("--bundle", metavar="FILE.zip", help="write a bug report, secrets blanked", show_default=False),
    ] = None,
    backups: Annotated[bool, typer.Option("--backups", help="list the backups that repairs made")] = False,
    confirm: Annotated[
        str | None,
        typer.Option("--confirm", metavar="VM", help="delete this VM, saved or not", show_default=False),
    ] = None,
) -> Outcome:
    """Find what is wrong with this Docker; with --fix, repair it.

    \b
    Examples:
      devbox doctor                    look; nothing is changed
      devbox doctor --fix              repair; asks before what costs something
      devbox doctor versions ports     these areas alone (see --list)
      docker ps 2>&1 | devbox doctor --explain
    """
    _check(listing, explain, bundle, backups, fix)
    if listing:
        return run.operations.doctor_checks()
    if explain is not None:
        return _explain(run, explain)
    if backups:
        return repairing.backups(run)
    if run.flags.host and run.flags.context:
        raise UsageError("endpoint.conflict", "--host and --context are both given: give one")
    _check_repair(fix or run.flags.dry_run, allow, confirm)
    host, asked = _host(run), _asked(run)
    names = tuple(checks or ())
    if fix or run.flags.dry_run:
        return _fix(run, host, asked, names, allow, confirm)
    repairing.warn_of_unfinished(run)
    if deep or is_terminal(run.environment.stderr):
        run.emit(Waiting("looking at the engine and all around it" + (" (a minute or two)" if deep else "")))
    diagnosis = run.operations.diagnose(host, asked, names, deep)
    more = {} if bundle is None else {"bundle": _bundle(run, diagnosis, bundle)}
    return outcome(diagnosis, verbose=run.flags.verbose, offer=True, more=more)


def _fix(
    run: Run, host: Machine, asked: Asked, names: tuple[str, ...], allow: str | None, confirm: str | None
) -> Result:
    """Repair, or show what would be tried."""
    from devbox.doctor.diagnose import choose
    from devbox.doctor.model import Status

    choose(names, deep=False)
    if run.flags.dry_run:
        return repairing.planned(run, host, asked, names)
    diagnosis, fixed = repairing.fix(run, host, asked, names, allow, confirm)
    error = repairing.obstacle(fixed, diagnosis.of(Status.FAIL))
    found = outcome(diagnosis, fixed.repaired, verbose=run.flags.verbose, cures=repairing.hints(fixed))
    return found if error is None else replace(found, status="error", error=error)


def outcome(
    diagnosis: Diagnosis,
    repaired: Sequence[Any] = (),
    *,
    verbose: bool = False,
    offer: bool = False,
    cures: tuple[Cure, ...] = (),
    more: Mapping[str, Any] | None = None,
) -> Result:
    """A diagnosis as a result; what fails is its error, with these cures. `offer`: with the command that repairs."""
    from devbox.doctor import report
    from devbox.doctor.model import Status

    data = {**report.data(diagnosis, repaired), **(more or {})}
    failing = diagnosis.of(Status.FAIL)
    if not failing:
        return Result(data, verbose=verbose)
    many = len(failing) > 1
    if offer:
        cures = (Cure("Let devbox repair it, asking before what costs something.", "devbox doctor --fix"), *cures)
    error = DevboxError(
        "doctor.findings",
        f"{len(failing)} {'checks fail' if many else 'check fails'}: {', '.join(f.id for f in failing)}",
        cures=cures,
    )
    return Result(data, status="error", error=error, verbose=verbose)


def _check(listing: bool, explain: str | None, bundle: str | None, backups: bool, fix: bool) -> None:
    flags = {"--list": listing, "--explain": explain is not None, "--bundle": bundle is not None, "--backups": backups,
             "--fix": fix}  # fmt: skip
    given = [name for name, there in flags.items() if there]
    if len(given) > 1:
        raise UsageError("usage.conflict", f"{given[0]} and {given[1]} are given: give one")


def _check_repair(repairs: bool, allow: str | None, confirm: str | None) -> None:
    """What is wrong is refused also where it would not be looked at."""
    if allow is not None:
        repairing.risk(allow)
    if confirm is not None and not repairs:
        cure = Cure("repair", "devbox doctor --fix --confirm VM")
        raise UsageError("usage.argument", "--confirm belongs to --fix", cures=(cure,))


def _explain(run: Run, text: str) -> Result:
    if text == STDIN:
        text = run.environment.stdin.read()
    if not text.strip():
        raise UsageError("usage.argument", "--explain needs the text of an error", cures=(
            Cure("give it as one word, in quotes", 'devbox doctor --explain "TEXT"'),
            Cure("see what it takes", "devbox doctor --help")))  # fmt: skip
    return run.operations.explain(text)


def _host(run: Run) -> Machine:
    from devbox.doctor.host import Machine

    where = run.environment
    return Machine(where.env, where.home, where.platform)


def _asked(run: Run) -> Asked:
    """The endpoint's flags; the ports that `up` would publish as things are set."""
    from devbox.doctor.facts import Asked
    from devbox.doctor.sources.ports import STACKS

    named = dict(zip(("http_port", "agent_port", "redis_port"), STACKS, strict=True))
    ports = {run.settings[option] or usual: what for option, (usual, what) in named.items()}
    return Asked(run.flags.host, run.flags.context, ports)


def _bundle(run: Run, diagnosis: Diagnosis, name: str) -> str:
    """Write the bug report; gives its path."""
    from devbox.doctor.bundle import write

    where = run.environment
    file = Path(where.cwd, name).expanduser()
    write(file, diagnosis, _host(run), where.state_dir)
    return str(file)
