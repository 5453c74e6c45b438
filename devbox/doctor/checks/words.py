"""How checks say what they found."""

from __future__ import annotations

from collections.abc import Callable

from devbox.doctor.facts import Facts, Missing
from devbox.doctor.model import Finding, Remedy, Status
from devbox.frozen import dataclass

Function = Callable[[Facts], list[Finding]]


@dataclass(frozen=True)
class Check:
    """A row of `devbox doctor --list`: id, area, what it looks at, its function, and the sources that it needs."""

    id: str
    area: str
    line: str
    run: Function
    needs: tuple[str, ...] = ()
    deep: bool = False


def ok(id: str, title: str, evidence: str = "") -> list[Finding]:
    """All is well."""
    return [Finding(id, Status.OK, title, evidence)]


def warn(id: str, title: str, evidence: str = "", *cures: Remedy) -> list[Finding]:
    """It will bite."""
    return [Finding(id, Status.WARN, title, evidence, cures)]


def fail(id: str, title: str, evidence: str = "", *cures: Remedy) -> list[Finding]:
    """It cannot work now."""
    return [Finding(id, Status.FAIL, title, evidence, cures)]


def skip(id: str, why: Missing | str) -> list[Finding]:
    """Could not look."""
    return [Finding(id, Status.SKIP, "could not look", why.reason if isinstance(why, Missing) else why)]


SILENT = Missing("the engine does not answer", known=True)
