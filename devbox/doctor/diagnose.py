"""Facts, then checks, then the cures completed with what the back end would run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from devbox.doctor import cures
from devbox.doctor.checks import AREAS, CHECKS, Check
from devbox.doctor.facts import Asked, Facts, gather
from devbox.doctor.host import HostView
from devbox.doctor.model import Finding, Remedy, Status
from devbox.engine import hosts
from devbox.errors import Cure, UsageError
from devbox.frozen import dataclass


@dataclass(frozen=True)
class Diagnosis:
    """What was seen, and what it means; findings in the order of the table of checks."""

    facts: Facts
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing fails."""
        return not self.of(Status.FAIL)

    def of(self, status: Status) -> tuple[Finding, ...]:
        """The findings of a status."""
        return tuple(finding for finding in self.findings if finding.status == status)


def diagnose(
    host: HostView, asked: Asked | None = None, *, checks: tuple[str, ...] = (), deep: bool = False
) -> Diagnosis:
    """Look, by all checks or by these. Changes nothing; `deep` runs a container for a moment.

    Raises `doctor.unknown_check`.
    """
    chosen = choose(checks, deep=deep)
    only = frozenset(source for check in chosen for source in check.needs) if checks else None
    facts = gather(host, asked, deep=any(check.deep for check in chosen), only=only)
    return examine(host, facts, chosen)


def examine(host: HostView, facts: Facts, chosen: Iterable[Check] = CHECKS) -> Diagnosis:
    """The findings of these checks over the facts."""
    found = [finding for check in chosen for finding in _run(check, facts)]
    return Diagnosis(facts, tuple(_complete(host, facts, finding) for finding in found))


def _run(check: Check, facts: Facts) -> list[Finding]:
    """A check that stumbles over what it was never shown says so; the others go on."""
    try:
        return check.run(facts)
    except Exception as error:
        return [Finding(check.id, Status.SKIP, "could not look", f"{type(error).__name__}: {error}")]


def choose(names: tuple[str, ...], *, deep: bool) -> tuple[Check, ...]:
    """The checks of these ids or areas; without any: all, the deep ones only where they are asked for."""
    if not names:
        return tuple(check for check in CHECKS if deep or not check.deep)
    known = {check.id for check in CHECKS} | set(AREAS)
    if unknown := next((name for name in names if name not in known), None):
        raise _unknown(unknown, known)
    return tuple(check for check in CHECKS if check.id in names or check.area in names)


def _unknown(name: str, known: set[str]) -> UsageError:
    import difflib

    near = difflib.get_close_matches(name, sorted(known), 1, 0.5)
    meant = f", did you mean {near[0]}?" if near else ""
    return UsageError(
        "doctor.unknown_check",
        f"no such check: {name}{meant}",
        cures=(Cure("see the checks that there are", "devbox doctor --list"),),
    )


def _complete(host: HostView, facts: Facts, finding: Finding) -> Finding:
    """The commands of `engine.*` cures are the back end's; what it cannot do by itself is for a person."""
    if finding.status in (Status.OK, Status.SKIP) or not finding.cures:
        return finding
    done = [cure for named in finding.cures for cure in _with_command(host, facts, named)]
    return replace(finding, cures=tuple(dict.fromkeys(done)))


def _with_command(host: HostView, facts: Facts, cure: Remedy) -> tuple[Remedy, ...]:
    from devbox.doctor.backends import Rung, owner

    if cure.id not in ("ports.forward", *(rung.value for rung in Rung)):
        return (cure,)
    backend = owner(facts, host)
    if cure.id == "ports.forward":
        natpf = backend is not None and backend.kind in _FORWARDED
        return (replace(cure, about=(backend.kind, backend.name, *cure.about)),) if backend and natpf else ()
    if backend is None:
        return _by_hand(facts, cure)
    found = backend.remedies(Rung(cure.id))
    return found or ((cures.update_by_hand(facts),) if cure.id == "engine.update" else ())


_FORWARDED = ("boot2docker", "docker-machine")
"""Back ends whose VMs have a NAT that forwards ports when it is told to."""


def _by_hand(facts: Facts, cure: Remedy) -> tuple[Remedy, ...]:
    """What helps with an engine that nobody here is known to own."""
    from devbox.engine.translate import RESTART, START

    endpoint = facts.where.endpoint
    if endpoint is None or endpoint.publish is None:
        there = replace(cure, text=f"{cure.text.partition(';')[0].rstrip('.')} where it runs.", id="")
        return () if cure.id == "engine.recreate" else (there,)
    known = {"engine.start": START, "engine.restart": RESTART}.get(cure.id)
    if known is None:
        return (cures.update_by_hand(facts),) if cure.id == "engine.update" else ()
    if endpoint.url not in (hosts.DEFAULT_SOCKET, "unix:///run/docker.sock", hosts.DEFAULT_PIPE):
        return (replace(cure, text=f"{cure.text.rstrip('.')} that listens at {endpoint.url}.", id=""),)
    by_platform = known.get(facts.platform, known["linux"])
    return (replace(cure, text=by_platform.text, command=by_platform.command, id=""),)
