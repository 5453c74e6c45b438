"""What carries a sandbox's name and is not devbox's: never touched, always named."""

from __future__ import annotations

from devbox.errors import Cure, DevboxError

QUEUES = ("-redis-1", "-worker-1", "_data")
"""What the names of a queue's parts end with."""


def foreign(kind: str, name: str) -> DevboxError:
    """Something of our name that devbox did not make, so that devbox does not touch it."""
    return DevboxError(
        f"{kind}.foreign",
        f"there is a {kind} {name!r} that devbox did not make, so devbox leaves it alone",
        cures=(
            Cure("use another name", f"devbox up {'queue' if name.endswith(QUEUES) else 'jenkins'} -n OTHER"),
            Cure("or look at it, and remove it yourself if you do not need it", f"docker {kind} inspect {name}"),
        ),
    )
