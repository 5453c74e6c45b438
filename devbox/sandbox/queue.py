"""What `devbox queue` asks of a sandbox."""

from __future__ import annotations

from devbox.engine.api import Engine
from devbox.result import Result
from devbox.sandbox.access import published
from devbox.sandbox.inside import service_container
from devbox.sandbox.kinds.queue import REDIS
from devbox.sandbox.request import UpRequest, World
from devbox.sandbox.up import up


def redis_url(engine: Engine, name: str) -> str:
    """Where a running sandbox's Redis answers; raises `service.unknown` for one that has none."""
    return published(engine, name, service_container(engine, name, REDIS))


def scale(world: World, name: str, workers: int, *, dry_run: bool) -> Result:
    """Have so many workers from now on, as `up --workers` does; a stopped sandbox is not started for it."""
    service_container(world.engine, name, REDIS)
    result = up(world, UpRequest("queue", name, asked={"workers": workers}, dry_run=dry_run))
    data = result.data or {}
    return result if dry_run else Result({"workers": workers, "scaled": data["changes"]}, result.warnings)
