"""`devbox restart`: restart the services, or one of them, and wait until the sandbox is usable again."""

from __future__ import annotations

from devbox.engine.api import Container
from devbox.result import Result
from devbox.sandbox import labels
from devbox.sandbox.inside import service_containers
from devbox.sandbox.plan import Action, Change
from devbox.sandbox.request import UpRequest, World
from devbox.sandbox.up import bring


def restart(world: World, name: str, service: str | None, *, timeout: float) -> Result:
    """Restart; the quick way, by the container, with its own grace period. Its restart count begins anew."""
    found = service_containers(world.engine, name, service)
    request = UpRequest(found[0].labels.get(labels.STACK, "jenkins"), name, timeout=timeout)
    return bring(world, request, restart=[_step(container) for container in found])


def _step(container: Container) -> Change:
    return Change(Action.RESTART, container.name, "asked for", labels.member(container.labels))
