"""A diagnosis as the JSON data of `devbox doctor`; what could be a secret is blanked on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from devbox.doctor.blank import Blanker, secrets_of
from devbox.doctor.checks import CHECKS
from devbox.doctor.diagnose import Diagnosis
from devbox.doctor.facts import Facts
from devbox.doctor.model import Finding, Remedy
from devbox.errors import Cure, DevboxError
from devbox.result import Result

if TYPE_CHECKING:
    from devbox.engine.faults import Match

_AREA = {check.id: check.area for check in CHECKS}


def data(diagnosis: Diagnosis, repaired: Sequence[Any] = ()) -> dict[str, Any]:
    """INTERFACE, `doctor`: ok, findings, repaired, engine."""
    blank = Blanker(secrets_of(diagnosis.facts))
    return {
        "ok": diagnosis.ok,
        "findings": [finding(one, blank) for one in diagnosis.findings],
        "repaired": list(repaired),
        "engine": engine(diagnosis.facts, blank),
    }


def finding(found: Finding, blank: Blanker) -> dict[str, Any]:
    """One finding; `area` and `case` are beyond what INTERFACE names."""
    return {
        "id": found.id,
        "status": found.status.value,
        "title": blank(found.title),
        "evidence": blank(found.evidence),
        "cures": [cure(one, blank) for one in found.cures],
        "area": _AREA.get(found.id, ""),
        "case": found.case,
    }


def cure(one: Remedy, blank: Blanker) -> dict[str, Any]:
    """One cure."""
    return {
        "text": blank(one.text),
        "command": blank(one.command) if one.command else None,
        "risk": one.risk.word,
        "automatic": one.automatic,
    }


def engine(facts: Facts, blank: Blanker) -> dict[str, Any] | None:
    """Who answers and who chose it; None when nothing does."""
    if not facts.engine.reach.ok or facts.where.endpoint is None:
        return None
    window = facts.engine.window
    return {
        "version": facts.engine.release,
        "api": facts.engine.api,
        "min_api": facts.engine.min_api or (str(window.low) if window else ""),
        "provider": facts.engine.provider,
        "endpoint": blank(facts.where.url),
        "context": facts.where.endpoint.context,
        "chosen_by": facts.where.endpoint.rule,
    }


def checks() -> list[dict[str, Any]]:
    """`devbox doctor --list`."""
    return [{"id": check.id, "area": check.area, "line": check.line, "deep": check.deep} for check in CHECKS]


def explanation(text: str) -> Result:
    """`devbox doctor --explain`: what a text that some tool printed says is wrong; none known is a failure."""
    matches = explained(text)
    if matches:
        return Result({"matches": matches})
    error = DevboxError(
        "doctor.not_known",
        "this text is none of the errors that devbox knows",
        cures=(Cure("look at this Docker itself", "devbox doctor"),),
    )
    return Result({"matches": []}, status="error", error=error)


def explained(text: str) -> list[dict[str, Any]]:
    """`devbox doctor --explain`: what a text that some tool printed says is wrong."""
    return [
        {
            "id": match.fault.id,
            "title": match.title,
            "cause": match.cause,
            "cures": [{"text": one.text, "command": one.command} for one in match.cures],
            "links": list(match.links),
        }
        for match in _fitting(text)
    ]


_CLIENT = ("env.stale-host", "context.missing", "sock.permission", "win.pipe", "sock.missing", "creds.helper", "tls")
"""A client that does not get through: then what else its text reminds of is not meant."""
_VAGUE = ("file.not-found", "container.not-running", "registry.unreachable", "exec", "sock.missing", "port.host")


def _fitting(text: str) -> list[Match]:
    """The faults that a text tells of. What only a pull or a vague word reminds of counts where nothing better does."""
    from devbox.engine.faults import explain_all

    found = explain_all(text)
    plain = [match for match in found if not match.fault.scope] or found
    ids = {match.fault.id for match in plain}
    if ids.intersection(_CLIENT) or len(ids) > 1:
        exact = [match for match in plain if match.fault.id not in _VAGUE]
        plain = exact or [match for match in plain if match.fault.id in _CLIENT] or plain
    return plain
