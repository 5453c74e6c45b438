"""The names of a sandbox and of what belongs to it; which sandbox a command means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field

from devbox.errors import Cure, UsageError
from devbox.frozen import dataclass

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
"""What a sandbox may be called."""


@dataclass(frozen=True)
class Summary:
    """An existing sandbox, running or kept, as far as choosing one needs."""

    name: str
    stack: str
    kept: bool = field(default=False, compare=False)
    """It is down: there are no containers of it."""


def check(name: str) -> str:
    """The name, if it is one; raises `name.invalid`."""
    if not NAME.fullmatch(name):
        raise UsageError(
            "name.invalid",
            f"{name!r} is no name for a sandbox: small letters, digits and '-', beginning with a letter or digit, "
            "at most 31 characters",
        )
    return name


def project(name: str) -> str:
    """Compose's project name of a sandbox."""
    return f"devbox-{name}"


def member(service: str, number: int = 1) -> str:
    """One container among those of a service: "worker" the first one, "worker#2" the second."""
    return service if number == 1 else f"{service}#{number}"


def service_of(member: str) -> str:
    """The service of a member."""
    return member.partition("#")[0]


def number_of(member: str) -> int:
    """Compose's container number of a member."""
    return int(member.partition("#")[2] or 1)


def container(name: str, member: str) -> str:
    """The container of a service, or of one of its members."""
    return f"{project(name)}-{service_of(member)}-{number_of(member)}"


def set_aside(name: str, member: str) -> str:
    """What the old container is called until the new one is ready. Compose never gives a name like it."""
    return f"{container(name, member)}_old"


def helper(name: str) -> str:
    """What the names of containers begin with that are never started, to reach into a volume or an image."""
    return f"{project(name)}-helper-"


def network(name: str) -> str:
    """The sandbox's own network."""
    return f"{project(name)}_default"


def volume(name: str, short: str) -> str:
    """The volume that the stack's file calls `short`."""
    return f"{project(name)}_{short}"


def pick(
    existing: Sequence[Summary],
    *,
    positional: str | None,
    option: str | None,
    configured: str | None,
    stack: str | None = None,
    kept: bool = True,
) -> str:
    """The sandbox that a command means (INTERFACE, Which sandbox).

    The positional name or `-n`, which must agree; else the configured one; else the only existing sandbox of the
    stack that the command needs (any, where it needs none); else the one named as the stack; else `name.ambiguous`.
    Without `kept`, sandboxes that are down count only where all are.
    """
    if positional and option and positional != option:
        raise UsageError("name.conflict", f"two sandboxes are named, {positional!r} and -n {option!r}: give one")
    if given := positional or option or configured:
        return check(given)
    fitting = [s for s in existing if stack is None or s.stack == stack]
    if not kept:
        fitting = [s for s in fitting if not s.kept] or fitting
    if len(fitting) == 1:
        return fitting[0].name
    named = [s for s in fitting if s.name == s.stack]
    if len(named) == 1:
        return named[0].name
    if not fitting:
        of = f" of {stack}" if stack else ""
        raise UsageError(
            "name.ambiguous",
            f"there is no sandbox{of} here",
            cures=(Cure("make one", f"devbox up {stack or 'jenkins'}"),),
        )
    names = ", ".join(s.name for s in fitting)
    raise UsageError(
        "name.ambiguous", f"which sandbox? There are {names}", cures=(Cure(f"name one, with -n {fitting[0].name}"),)
    )
