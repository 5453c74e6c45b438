"""What `devbox doctor --fix` and `--backups` do: the flags as a repair, its end as a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.cli.confirm import Confirm
from devbox.cli.environment import is_terminal
from devbox.cli.run import Run
from devbox.errors import Cure, DevboxError, UsageError
from devbox.result import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devbox.doctor.diagnose import Diagnosis
    from devbox.doctor.facts import Asked
    from devbox.doctor.fix import Fixed
    from devbox.doctor.host import HostView
    from devbox.doctor.model import Risk
    from devbox.doctor.repair import Repair


def risk(word: str) -> Risk:
    """What `--allow` names; raises `option.invalid`."""
    from devbox.doctor.model import Risk

    found = next((r for r in Risk if r.word == word), None)
    if found is None:
        raise UsageError("option.invalid", f"--allow {word!r} is none of {', '.join(r.word for r in Risk)}")
    return found


def repair_of(run: Run, host: HostView, allow: str | None, confirm: str | None) -> Repair:
    """The world of a repair."""
    from devbox.doctor.repair import Repair

    allowed = risk(allow or str(run.settings["allow"] or "none"))
    return Repair(
        host=host,
        state=run.environment.state_dir,
        emit=run.emit,
        confirm=Confirm(run.environment, run.flags.yes, run.sink.pause),
        allow=allowed,
        yes=run.flags.yes,
        named=confirm or "",
        shield=run.session.interrupts.shield,
        attended=is_terminal(run.environment.stdin) and is_terminal(run.environment.stderr),
    )


def fix(
    run: Run, host: HostView, asked: Asked, checks: tuple[str, ...], allow: str | None, confirm: str | None
) -> tuple[Diagnosis, Fixed]:
    """Repair; gives the last diagnosis and how it ended."""
    from devbox.doctor import fix as ladder
    from devbox.doctor.backends import owner
    from devbox.doctor.remedies import Patient

    last: list[Diagnosis] = []

    def diagnose() -> ladder.Diagnosis:
        seen = run.operations.diagnose(host, asked, checks, False)
        last.append(seen)
        return ladder.Diagnosis(seen.findings, Patient(seen.facts.where.endpoint, owner(seen.facts, host)))

    fixed = run.operations.fix(repair_of(run, host, allow, confirm), diagnose)
    return last[-1], fixed


def obstacle(fixed: Fixed, failing: Sequence[object]) -> DevboxError | None:
    """Why it did not come to its end, where that is more than a finding that stays."""
    if fixed.stopped is not None:
        return fixed.stopped
    return fixed.needed if failing else None


def hints(fixed: Fixed) -> tuple[Cure, ...]:
    """What would go on."""
    if fixed.refused is None:
        return ()
    word = fixed.refused.word
    return (Cure(f"Allow what costs more ({word}).", f"devbox doctor --fix --allow {word}"),)


def warn_of_unfinished(run: Run) -> None:
    """A recreate that was cut short is worth a line before any finding."""
    from devbox.doctor.backup.manifest import unfinished
    from devbox.events import Warned

    for backup in unfinished(run.environment.state_dir):
        manifest = backup.manifest
        stopped = f"; it stopped containers: docker start {' '.join(c[:12] for c in manifest.stopped)}"
        said = "devbox doctor --fix goes on with it" if manifest.gone else f"nothing was deleted{stopped}"
        run.emit(Warned("backup.unfinished", f"a recreate was cut short ({backup.folder}): {said}"))


def planned(run: Run, host: HostView, asked: Asked, checks: tuple[str, ...]) -> Result:
    """`--fix --dry-run`: the ladder."""
    from devbox.doctor.fix import ladder

    return Result({"changes": ladder(run.operations.diagnose(host, asked, checks, False).findings)})


def backups(run: Run) -> Result:
    """`--backups`: what repairs have saved; nothing but the user removes it."""
    from devbox.doctor.backup.manifest import every

    return Result({"backups": [backup.shown for backup in every(run.environment.state_dir)]})
