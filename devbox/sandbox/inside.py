"""Finding the container that a command means."""

from __future__ import annotations

from devbox.engine.api import Container, Engine
from devbox.errors import Cure, DevboxError
from devbox.sandbox import labels, names
from devbox.sandbox.observe import observe
from devbox.sandbox.status import unknown


def service_container(engine: Engine, name: str, service: str | None, *, running: bool = True) -> Container:
    """The container of a service (None: the stack's main one, or the only one).

    Raises `sandbox.unknown`, `sandbox.kept`, `service.unknown`, and `service.stopped` where it has to run.
    """
    stack, parts = _parts(engine, name, service)
    wanted = service or next((m for m, c in parts.items() if labels.HTTP in c.labels), None)
    wanted = wanted or (stack if stack in parts else sorted(parts)[0])
    found = parts.get(wanted)
    if found is None:
        raise _unknown(name, wanted, parts)
    if running and found.state != "running":
        raise DevboxError(
            "service.stopped",
            f"{wanted} of {name!r} is not running: it is {found.state}",
            cures=(Cure("start it", f"devbox up {stack} -n {name}"), Cure("see why", f"devbox logs {name}")),
        )
    return found


def service_containers(engine: Engine, name: str, service: str | None) -> list[Container]:
    """The containers of a service (None: of all, in start order), running or not; raises as `service_container`."""
    _, parts = _parts(engine, name, service)
    order = (next(iter(parts.values())).labels.get(labels.SERVICES) or "").split(",")
    members = sorted(parts, key=lambda m: (order.index(s) if (s := names.service_of(m)) in order else 99, m))
    found = [parts[member] for member in members if service in (None, names.service_of(member))]
    if not found:
        raise _unknown(name, str(service), parts)
    return found


OF_QUEUE = ("redis", "worker")
"""The services that only a queue has."""


def _parts(engine: Engine, name: str, service: str | None) -> tuple[str, dict[str, Container]]:
    """Stack and containers by service; raises `sandbox.unknown` and `sandbox.kept`."""
    seen = observe(engine, name)
    parts = dict(seen.aside) | dict(seen.containers)
    if seen.empty:
        raise unknown(name, "queue" if service in OF_QUEUE else "jenkins")
    stack = seen.label(labels.STACK) or "jenkins"
    if not parts:
        raise DevboxError(
            "sandbox.kept",
            f"{name!r} is down, only its volumes are kept",
            cures=(Cure("bring it up", f"devbox up {stack} -n {name}"),),
        )
    return stack, parts


def _unknown(name: str, service: str, parts: dict[str, Container]) -> DevboxError:
    known = ", ".join(sorted({names.service_of(member) for member in parts}))
    cures = (Cure(f"name one that it has: {known}"),)
    return DevboxError("service.unknown", f"{name!r} has no service {service!r}", cures=cures)
