"""The names of a sandbox and of what belongs to it; which sandbox a command means."""

from __future__ import annotations

import re
from collections.abc import Sequence

from devbox.errors import Cure, UsageError
from devbox.frozen import dataclass

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
"""What a sandbox may be called."""


@dataclass(frozen=True)
class Summary:
    """An existing sandbox, running or kept, as far as choosing one needs."""

    name: str
    stack: str


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


def container(name: str, service: str) -> str:
    """The container of a service."""
    return f"{project(name)}-{service}-1"


def set_aside(name: str, service: str) -> str:
    """What the old container is called until the new one is ready. Compose never gives a name like it."""
    return f"{container(name, service)}_old"


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
) -> str:
    """The sandbox that a command means (INTERFACE, Which sandbox).

    The positional name or `-n`, which must agree; else the configured one; else the only existing sandbox of the
    stack that the command needs (any, where it needs none); else the one named as the stack; else `name.ambiguous`.
    """
    if positional and option and positional != option:
        raise UsageError("name.conflict", f"two sandboxes are named, {positional!r} and -n {option!r}: give one")
    if given := positional or option or configured:
        return check(given)
    fitting = [s for s in existing if stack is None or s.stack == stack]
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
