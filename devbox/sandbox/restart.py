"""`devbox restart`: restart a service and wait until the sandbox is usable again."""

from __future__ import annotations

from devbox.result import Result
from devbox.sandbox import labels
from devbox.sandbox.inside import service_container
from devbox.sandbox.request import UpRequest, World
from devbox.sandbox.up import bring


def restart(world: World, name: str, service: str | None, *, timeout: float) -> Result:
    """Restart; the quick way, by the container, with its own grace period. Its restart count begins anew."""
    found = service_container(world.engine, name, service, running=False)
    request = UpRequest(found.labels.get(labels.STACK, "jenkins"), name, timeout=timeout)
    return bring(world, request, restart=found)
