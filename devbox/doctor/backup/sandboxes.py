"""The sandboxes that ran before a recreate come up again: on their homes, with what they had."""

from __future__ import annotations

from devbox.doctor.backup.manifest import Backup
from devbox.doctor.repair import Repair
from devbox.engine.sdk import DockerEngine
from devbox.errors import DevboxError
from devbox.events import Step
from devbox.sandbox.request import UpRequest, World
from devbox.sandbox.up import up


def bring_up(repair: Repair, backup: Backup, engine: DockerEngine) -> None:
    """Bring each of them up; raises `backup.failed` naming those that did not come, after all were tried."""
    world = World(engine=engine, state=repair.state, emit=repair.emit, shield=repair.shield, confirm=repair.confirm)
    failed: list[str] = []
    first: DevboxError | None = None
    for sandbox in backup.manifest.sandboxes:
        repair.emit(Step("up", sandbox.name, "it ran before"))
        try:
            up(world, UpRequest(stack=sandbox.stack, name=sandbox.name))
        except DevboxError as error:
            failed.append(sandbox.name)
            first = first or error
    if first is not None:
        raise DevboxError(
            "backup.failed",
            f"the volumes are back, but {', '.join(failed)} did not come up",
            cause=first.message,
            cures=first.cures,
            log=first.log,
        )
