"""What the doctor says: findings with their cures, each with what it risks."""

from __future__ import annotations

from enum import IntEnum, StrEnum

from devbox.frozen import dataclass


class Status(StrEnum):
    """What a check found. `fail`: something cannot work now; `warn`: it will bite; `skip`: could not look."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


class Risk(IntEnum):
    """What a cure can cost, mildest first; `--allow` is compared with it."""

    NONE = 0
    SETTINGS = 1
    RESTART = 2
    DESTROY = 3

    @property
    def word(self) -> str:
        """As `--allow` and JSON name it."""
        return self.name.lower()


@dataclass(frozen=True)
class Remedy:
    """One cure: a sentence, and its command as a person would type it.

    `id` names the automatic action of `doctor.remedies` that does it ("" where only a person can), `about` what that
    action needs to know (a context's name, a file), as strings.
    """

    text: str
    command: str | None = None
    risk: Risk = Risk.NONE
    id: str = ""
    about: tuple[str, ...] = ()

    @property
    def automatic(self) -> bool:
        """Whether `--fix` can do it."""
        return bool(self.id)


@dataclass(frozen=True)
class Finding:
    """What one check found: `id` as in `doctor --list`, `title` a sentence, `evidence` the facts behind it.

    `case` names one of several ways to fail, where a check knows them apart ("socket.stale" of engine.reachable).
    """

    id: str
    status: Status
    title: str
    evidence: str = ""
    cures: tuple[Remedy, ...] = ()
    case: str = ""
