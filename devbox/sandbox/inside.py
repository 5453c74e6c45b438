"""Finding the container that a command means."""

from __future__ import annotations

from devbox.engine.api import Container, Engine
from devbox.errors import Cure, DevboxError
from devbox.sandbox import labels
from devbox.sandbox.observe import observe
from devbox.sandbox.status import unknown


def service_container(engine: Engine, name: str, service: str | None, *, running: bool = True) -> Container:
    """The container of a service (None: the stack's main one, or the only one).

    Raises `sandbox.unknown`, `sandbox.kept`, `service.unknown`, and `service.stopped` where it has to run.
    """
    seen = observe(engine, name)
    parts = dict(seen.aside) | dict(seen.containers)
    if seen.empty:
        raise unknown(name)
    stack = seen.label(labels.STACK) or "jenkins"
    if not parts:
        raise DevboxError(
            "sandbox.kept",
            f"{name!r} is down, only its volumes are kept",
            cures=(Cure("bring it up", f"devbox up {stack} -n {name}"),),
        )
    wanted = service or (stack if stack in parts else sorted(parts)[0])
    found = parts.get(wanted)
    if found is None:
        raise DevboxError("service.unknown", f"{name!r} has no service {wanted!r}: it has {', '.join(sorted(parts))}")
    if running and found.state != "running":
        raise DevboxError(
            "service.stopped",
            f"{wanted} of {name!r} is not running: it is {found.state}",
            cures=(Cure("start it", f"devbox up {stack} -n {name}"), Cure("see why", f"devbox logs {name}")),
        )
    return found
