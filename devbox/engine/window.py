"""API version windows: which versions devbox and an engine both speak, and which engine came with which version.

An engine answers requests for versions from its `MinAPIVersion` to its `ApiVersion` (`GET /version`); engines before
1.13 do not say the lower one. Versions compare by their two numbers: 1.9 is below 1.44.
"""

from __future__ import annotations

import re

from devbox.errors import Cure, DevboxError
from devbox.frozen import dataclass

_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})\Z")

OUR_MIN = "1.24"
OUR_MAX = "1.45"
"""The versions that devbox's requests are written for: the Docker SDK's floor, and the last one that it knows."""

ENGINES: tuple[tuple[str, str, str | None], ...] = (
    ("0.9", "1.10", None),
    ("0.11", "1.11", None),
    ("0.12", "1.12", None),
    ("1.0", "1.12", None),
    ("1.1", "1.13", None),
    ("1.2", "1.14", None),
    ("1.3", "1.15", None),
    ("1.4", "1.16", None),
    ("1.5", "1.17", None),
    ("1.6", "1.18", None),
    ("1.7", "1.19", None),
    ("1.8", "1.20", "1.12"),
    ("1.9", "1.21", "1.12"),
    ("1.10", "1.22", "1.12"),
    ("1.11", "1.23", "1.12"),
    ("1.12", "1.24", "1.12"),
    ("1.13", "1.25", "1.12"),
    ("17.03", "1.26", "1.12"),
    ("17.04", "1.28", "1.12"),
    ("17.05", "1.29", "1.12"),
    ("17.06", "1.30", "1.12"),
    ("17.07", "1.31", "1.12"),
    ("17.09", "1.32", "1.12"),
    ("17.10", "1.33", "1.12"),
    ("17.11", "1.34", "1.12"),
    ("17.12", "1.35", "1.12"),
    ("18.02", "1.36", "1.12"),
    ("18.03", "1.37", "1.12"),
    ("18.06", "1.38", "1.12"),
    ("18.09", "1.39", "1.12"),
    ("19.03", "1.40", "1.12"),
    ("20.10", "1.41", "1.12"),
    ("23.0", "1.42", "1.12"),
    ("24.0", "1.43", "1.12"),
    ("25.0", "1.44", "1.24"),
    ("26.0", "1.45", "1.24"),
    ("27.0", "1.46", "1.24"),
    ("27.2", "1.47", "1.24"),
    ("28.0", "1.48", "1.24"),
    ("28.1", "1.49", "1.24"),
    ("28.2", "1.50", "1.24"),
    ("28.3", "1.51", "1.24"),
    ("29.0", "1.52", "1.44"),
    ("29.2", "1.53", "1.44"),
    ("29.3", "1.54", "1.40"),
    ("29.6", "1.55", "1.40"),
)
"""Engine (from this release on), its maximum and its default minimum API version (None: it has no check)."""


@dataclass(frozen=True, order=True)
class Api:
    """An API version, comparable."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


@dataclass(frozen=True)
class Window:
    """The versions from `low` to `high`, both included."""

    low: Api
    high: Api

    def __str__(self) -> str:
        return f"{self.low} to {self.high}"


def parse_api(text: str) -> Api | None:
    """ "1.44" as a value; None for anything else."""
    match = _VERSION.match(text.strip()) if text.isascii() else None
    return Api(int(match[1]), int(match[2])) if match else None


def ours() -> Window:
    """The window that devbox speaks."""
    return Window(*(api for api in (parse_api(OUR_MIN), parse_api(OUR_MAX)) if api))


def daemon_window(api_version: str, min_api_version: str | None) -> Window | None:
    """An engine's window from what `/version` says; None when it says nothing that is a version.

    Without a minimum it is 1.12, the default floor of every engine that had one before 25.0, or what it speaks itself.
    """
    high = parse_api(api_version)
    if high is None:
        return None
    low = parse_api(min_api_version or "") or min(Api(1, 12), high)
    return Window(min(low, high), high)


def overlap(one: Window, other: Window) -> Window | None:
    """The versions in both windows, None where there are none."""
    low, high = max(one.low, other.low), min(one.high, other.high)
    return Window(low, high) if low <= high else None


def choose(engine_version: str, daemon: Window, mine: Window | None = None) -> Api:
    """The highest version both sides speak; raises `engine.api_mismatch` when there is none."""
    mine = mine or ours()
    both = overlap(mine, daemon)
    if both:
        return both.high
    older = daemon.high < mine.low
    upgrade = (
        Cure("Upgrade the Docker Engine (a VM's: its own upgrade command).")
        if older
        else Cure("Upgrade devbox.", "python -m pip install --upgrade devbox")
    )
    raise DevboxError(
        "engine.api_mismatch",
        f"Docker Engine {engine_version or '(unknown version)'} speaks API {daemon}, devbox speaks API {mine}: "
        f"the {'engine' if older else 'client'} is too old.",
        cures=(upgrade,),
    )


def engine_for(api: Api) -> str | None:
    """The first engine release whose maximum is `api` or above ("20.10"); None when it is too new for the table."""
    for engine, high, _low in ENGINES:
        parsed = parse_api(high)
        if parsed and parsed >= api:
            return engine
    return None
