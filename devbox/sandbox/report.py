"""Sandboxes as the JSON of `up`, `status` and `restart` shows them (INTERFACE, `sandboxes[]`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from devbox.engine.api import Container, Endpoint
from devbox.sandbox import address, labels, names
from devbox.sandbox.observe import Observed

BY_HAND = (130, 137, 143)
"""Exit statuses that a stop or a kill by hand leaves, too; whether Docker gave up, the count of restarts tells then."""


def sandbox(seen: Observed, endpoint: Endpoint, answers: Sequence[str] = ()) -> dict[str, Any]:
    """One sandbox. `answers` are the ids of containers that were seen to answer, whatever Docker's check says yet."""
    parts = dict(seen.aside) | dict(seen.containers)
    order = (seen.label(labels.SERVICES) or "").split(",")
    members = sorted(parts, key=lambda m: (_place(order, names.service_of(m)), names.service_of(m), names.number_of(m)))
    services = [_service(names.service_of(m), parts[m], parts[m].id in answers) for m in members]
    stack = seen.label(labels.STACK) or "jenkins"
    main = next((c for c in parts.values() if labels.HTTP in c.labels), parts.get(stack))
    return {
        "name": seen.name,
        "stack": stack,
        "state": _state(services, expected=(seen.label(labels.SERVICES) or stack).split(",")),
        "services": services,
        "url": address.of_container(main, endpoint) if main else None,
        "version": main.labels.get(labels.VERSION) if main else None,
        "volumes": sorted(seen.volumes),
    }


def rfc3339(unix: float) -> str:
    """A Unix time as "2026-11-22T04:07:08Z"."""
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def spent(container: Container, restarts: Callable[[], int]) -> bool:
    """Whether a container stays down since Docker has restarted it as often as its policy allows.

    With any other status than 0 Docker would have restarted it. `restarts` (an inspect) is asked only where a hand
    may have ended it: an end for want of memory is 137, and so is `docker kill`.
    """
    if container.state != "exited" or not container.exit_code:
        return False
    if container.exit_code not in BY_HAND:
        return True
    allowed = container.labels.get(labels.RESTARTS, "")
    return allowed.isdigit() and restarts() >= int(allowed)


def _service(name: str, container: Container, answers: bool) -> dict[str, Any]:
    return {
        "name": name,
        "container": container.name,
        "image": container.labels.get(labels.IMAGE, container.image),
        "state": container.state,
        "health": "healthy" if answers and container.health in ("starting", "unhealthy") else container.health,
        "ports": {f"{p.container}/tcp": f"{_host(p.host_ip)}:{p.host}" for p in container.ports},
        "created_at": rfc3339(container.created),
    }


def _host(ip: str) -> str:
    return f"[{ip}]" if ":" in ip else ip


def _place(order: Sequence[str], service: str) -> int:
    return order.index(service) if service in order else len(order)


def _state(services: list[dict[str, Any]], expected: Sequence[str]) -> str:
    if not services:
        return "kept"
    states = [s["state"] for s in services]
    up = [s for s in services if s["state"] in ("running", "restarting")]
    if not up:
        return "stopped"
    if len(up) < len(states) or not {*expected} <= {s["name"] for s in services}:
        return "partial"
    if "restarting" in states or any(s["health"] == "starting" for s in services):
        return "starting"
    if any(s["health"] == "unhealthy" for s in services):
        return "unhealthy"
    return "running"
