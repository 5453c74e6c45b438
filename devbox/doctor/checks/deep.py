"""What `--deep` found out by doing: a container that ran, what takes the space, how many pulls are left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from devbox.doctor import cures
from devbox.doctor.checks.words import fail, ok, skip, warn
from devbox.doctor.facts import Deep, Facts, Missing, Trial
from devbox.doctor.model import Finding, Remedy

_FEW_PULLS = 10
_LOGIN = Remedy("Sign in to Docker Hub: that gives more.", "docker login")


def _with_trial(facts: Facts, id: str, say: Callable[[Trial], list[Finding]]) -> list[Finding]:
    if isinstance(facts.deep, Missing):
        return skip(id, facts.deep)
    return skip(id, facts.deep.trial) if isinstance(facts.deep.trial, Missing) else say(facts.deep.trial)


def container(facts: Facts) -> list[Finding]:
    """Whether a container runs at all."""
    id = "deep.container"
    if isinstance(facts.deep, Deep) and isinstance(facts.deep.trial, Missing) and not facts.deep.trial.known:
        return fail(id, "a container does not run", facts.deep.trial.reason, cures.RESTART)
    return _with_trial(facts, id, lambda t: fail(id, "a container does not run", t.ran) if t.ran else ok(id, "one ran"))


def port(facts: Facts) -> list[Finding]:
    """Whether a published port answers on this machine."""
    id = "deep.port"

    def say(trial: Trial) -> list[Finding]:
        if trial.port.startswith("not tried"):
            return skip(id, trial.port.removeprefix("not tried: "))
        if trial.port:
            return fail(
                id, "a published port does not answer on this machine", trial.port, cures.FORWARD, cures.RESTART
            )
        return ok(id, "a published port answers")

    return _with_trial(facts, id, say)


def volume(facts: Facts) -> list[Finding]:
    """Whether a volume keeps a file."""
    id = "deep.volume"
    return _with_trial(
        facts,
        id,
        lambda t: fail(id, "a volume does not keep a file", t.volume) if t.volume else ok(id, "a volume keeps"),
    )


def usage(facts: Facts) -> list[Finding]:
    """What takes the engine's space."""
    id = "deep.usage"
    if isinstance(facts.deep, Missing):
        return skip(id, facts.deep)
    if isinstance(facts.deep.usage, Missing):
        return skip(id, facts.deep.usage)
    layers = facts.deep.usage.get("LayersSize")
    volumes = sum(_size_of(row) for row in _rows(facts.deep.usage.get("Volumes")))
    cache = sum(int(row.get("Size") or 0) for row in _rows(facts.deep.usage.get("BuildCache")))
    said = f"images {_shown(layers)}, volumes {_shown(volumes)}, build cache {_shown(cache)}"
    return ok(id, "the engine says what takes its space", said)


def _rows(value: object) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _size_of(row: dict[str, Any]) -> int:
    data = row.get("UsageData")
    size = data.get("Size") if isinstance(data, dict) else 0
    return size if isinstance(size, int) and size > 0 else 0


def _shown(count: object) -> str:
    return f"{count / 1e9:.1f} GB" if isinstance(count, int) else "unknown"


def rate(facts: Facts) -> list[Finding]:
    """How many pulls Docker Hub still gives to this address."""
    id = "deep.rate-limit"
    if isinstance(facts.deep, Missing):
        return skip(id, facts.deep)
    if isinstance(facts.deep.rate, Missing):
        return skip(id, facts.deep.rate)
    left = facts.deep.rate.get("ratelimit-remaining", "").partition(";")[0]
    limit = facts.deep.rate.get("ratelimit-limit", "").partition(";")[0]
    if not left.isdecimal():
        return ok(id, "Docker Hub sets no limit here")
    said = f"{left} of {limit or '?'} pulls are left, without signing in"
    if int(left) == 0:
        return warn(id, "Docker Hub's pull rate limit is reached", said, _LOGIN)
    return warn(id, "Docker Hub's pulls are nearly used up", said, _LOGIN) if int(left) < _FEW_PULLS else ok(id, said)


def backends(facts: Facts) -> list[Finding]:
    """The state of every back end on this machine."""
    id = "deep.backends"
    if isinstance(facts.deep, Missing):
        return skip(id, facts.deep)
    if not facts.deep.backends:
        return ok(id, "no other back end was found")
    return ok(id, f"{len(facts.deep.backends)} back ends are here", "; ".join(facts.deep.backends))
