"""The ladder: the mildest cure that is there, then a new diagnosis, then the next one, while the finding stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from devbox.doctor import remedies
from devbox.doctor.model import Finding, Remedy, Risk, Status
from devbox.doctor.remedies import Patient
from devbox.doctor.repair import FIX, Repair
from devbox.errors import ConfirmationNeeded, Cure, DevboxError
from devbox.events import Note, Waiting, Warned

WARN_RISK = Risk.SETTINGS
"""What only will bite some day is not worth a restart."""


@dataclass(frozen=True)
class Diagnosis:
    """What one look found, and what cures would be done to."""

    findings: tuple[Finding, ...]
    patient: Patient


@dataclass(frozen=True)
class Fixed:
    """How it ended: the last diagnosis, what was taken (`repaired[]` of the JSON), what is in the way of the rest.

    `needed` is raised by the command when something still fails: there was nobody to ask.
    """

    diagnosis: Diagnosis
    repaired: tuple[dict[str, Any], ...] = ()
    needed: ConfirmationNeeded | None = None
    refused: Risk | None = None
    """The mildest risk that would have gone on and was not allowed."""
    stopped: DevboxError | None = None
    """Why a recreate did not come to its end."""


@dataclass
class _Run:
    repair: Repair
    tried: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    """Findings whose next cure was not allowed: no costlier one of theirs is offered either."""
    taken: list[tuple[Finding, Remedy]] = field(default_factory=list)
    needed: ConfirmationNeeded | None = None
    refused: Risk | None = None
    stopped: DevboxError | None = None


def fix(repair: Repair, diagnose: Callable[[], Diagnosis]) -> Fixed:
    """Cure what can be cured within `repair.allow`; finishes a recreate that was cut short, before anything else."""
    from devbox.lock import exclusive

    lock = repair.state / "locks" / "doctor.lock"
    with exclusive(lock, FIX, lambda holder: repair.emit(Waiting(f"waiting for {holder}"))):
        return _fix(repair, diagnose)


def _fix(repair: Repair, diagnose: Callable[[], Diagnosis]) -> Fixed:
    from devbox.doctor.backup.recreate import resume

    run = _Run(repair)
    resumed: tuple[str, ...] = ()
    try:
        resumed = resume(repair)
    except DevboxError as error:
        run.stopped = error
    diagnosis = diagnose()
    while run.stopped is None and (step := _next(run, diagnosis)) is not None:
        finding, remedy = step
        run.tried.add(_key(remedy))
        if not _permitted(run, finding, remedy):
            run.left.add(finding.id)
            continue
        went_well, before = _taken(run, remedy, diagnosis.patient), diagnosis
        diagnosis = diagnose()
        if went_well:
            run.taken += [(f, remedy) for f in before.findings if _sick(f) and not _stays(f, diagnosis)]
    repaired = tuple(_json(f, r) for f, r in run.taken if not _stays(f, diagnosis))
    finished = tuple(_json(*_unfinished(title)) for title in resumed)
    return Fixed(diagnosis, (*finished, *repaired), run.needed, run.refused, run.stopped)


def ladder(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """What `--fix` would try, in order, as `changes[]` of a dry run; cures that only a person can take are among it."""
    rungs = [(finding, cure) for finding in findings if _sick(finding) for cure in finding.cures]
    rungs.sort(key=lambda rung: (rung[0].status is not Status.FAIL, *remedies.order(rung[1])))
    seen: dict[tuple[str, tuple[str, ...], str | None], dict[str, Any]] = {}
    for finding, cure in rungs:
        seen.setdefault(
            (cure.id, cure.about, cure.command),
            {
                "action": cure.id or "by hand",
                "target": cure.command or cure.text,
                "reason": finding.title,
                "risk": cure.risk.word,
                "automatic": cure.automatic,
                "finding": finding.id,
            },
        )
    return list(seen.values())


def _sick(finding: Finding) -> bool:
    return finding.status in (Status.FAIL, Status.WARN)


def _key(remedy: Remedy) -> tuple[str, tuple[str, ...]]:
    return remedy.id, remedy.about


def _stays(finding: Finding, diagnosis: Diagnosis) -> bool:
    return any(f.id == finding.id and f.status is finding.status for f in diagnosis.findings)


def _next(run: _Run, diagnosis: Diagnosis) -> tuple[Finding, Remedy] | None:
    """The mildest cure not tried yet, of what fails before of what only warns."""
    rungs = [
        (finding, cure)
        for finding in diagnosis.findings
        if _sick(finding) and finding.id not in run.left
        for cure in finding.cures
        if remedies.known(cure) and _key(cure) not in run.tried
        if finding.status is Status.FAIL or cure.risk <= WARN_RISK
    ]
    return min(rungs, key=lambda r: (r[0].status is not Status.FAIL, *remedies.order(r[1])), default=None)


def _permitted(run: _Run, finding: Finding, remedy: Remedy) -> bool:
    """What costs nothing is done; what is allowed, too, unless it destroys; the rest is asked for."""
    repair = run.repair
    if remedy.risk is Risk.NONE or (remedy.risk <= repair.allow and remedy.risk < Risk.DESTROY):
        return True
    if remedy.risk <= repair.allow or (remedy.risk is Risk.DESTROY and not repair.yes):
        return True  # the recreate itself asks, once it knows what would be lost
    if repair.yes:
        run.refused = run.refused or remedy.risk
        return False
    command = f" ({remedy.command})" if remedy.command else ""
    question = f"{finding.title}. {remedy.text}{command} This {_COSTS[remedy.risk]}. Do it?"
    try:
        return repair.confirm(question) or _no(repair, remedy)
    except ConfirmationNeeded as needed:
        run.needed = run.needed or _allow(needed, remedy)
        return False


def _allow(needed: ConfirmationNeeded, remedy: Remedy) -> ConfirmationNeeded:
    cures = (Cure("allow it beforehand", f"{FIX} --allow {remedy.risk.word} --yes"),)
    return ConfirmationNeeded(needed.code, needed.message, cures=cures)


_COSTS = {
    Risk.NONE: "costs nothing",
    Risk.SETTINGS: "changes your settings",
    Risk.RESTART: "stops what runs in it",
    Risk.DESTROY: "deletes the VM",
}


def _no(repair: Repair, remedy: Remedy) -> bool:
    repair.emit(Note(f"left out: {remedy.text}"))
    return False


def _taken(run: _Run, remedy: Remedy, patient: Patient) -> bool:
    """Whether it went well; a failure is a warning, and the next rung's turn. Only what endangers data ends the run."""
    try:
        remedies.take(run.repair, remedy, patient)
    except ConfirmationNeeded as needed:
        run.needed = run.needed or _allow(needed, remedy)
        return False
    except DevboxError as error:
        if error.code.startswith("backup."):
            run.stopped = error
            return False
        run.repair.emit(Warned(error.code, f"{error.message}{f': {error.cause}' if error.cause else ''}"))
        return False
    return True


def _unfinished(title: str) -> tuple[Finding, Remedy]:
    """A recreate that was cut short, as what was found and cured."""
    finding = Finding("backup.unfinished", Status.FAIL, f"a recreate of {title} was cut short")
    return finding, Remedy("Finish it.", FIX, Risk.DESTROY, "engine.recreate")


def _json(finding: Finding, remedy: Remedy) -> dict[str, Any]:
    return {
        "id": finding.id,
        "title": finding.title,
        "remedy": remedy.id,
        "text": remedy.text,
        "command": remedy.command,
        "risk": remedy.risk.word,
    }
