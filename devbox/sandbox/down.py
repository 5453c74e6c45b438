"""`devbox down`: nothing of a sandbox is left, and nothing of the user's is lost."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from devbox.engine.api import Container
from devbox.events import Step, Waiting
from devbox.result import Result
from devbox.sandbox import names
from devbox.sandbox.observe import Observed, observe
from devbox.sandbox.request import World
from devbox.sandbox.up import lock

RUNS = ("running", "restarting", "paused")


def down(world: World, sandboxes: Sequence[str], *, volumes: bool, dry_run: bool) -> Result:
    """Stop and remove; volumes stay unless `volumes` says so and the user agrees. Nothing there is success."""
    for name in sandboxes:
        names.check(name)
    with ExitStack() as stack:
        if not dry_run:
            for name in sorted(set(sandboxes)):
                stack.enter_context(lock(world, name, "devbox down"))
        seen = [observe(world.engine, name) for name in dict.fromkeys(sandboxes)]
        if dry_run:
            return Result({"changes": _plan(seen, volumes)})
        doomed = [v for s in seen for v in s.volumes] if volumes else []
        if doomed and not world.confirm(f"Remove {_list(doomed)} with all that is in {_them(doomed)}?"):
            doomed = []
        return _remove(world, seen, doomed)


def _remove(world: World, seen: Sequence[Observed], doomed: Sequence[str]) -> Result:
    engine = world.engine
    containers = [c for s in seen for c in _containers(s)]
    removed: list[dict[str, Any]] = []
    running = [c for c in containers if c.state in RUNS]
    if running:
        world.emit(Waiting(f"waiting for {_list([c.name for c in running])} to stop"))

    def end(container: Container) -> None:
        world.emit(Step("stop", container.name, "down"))
        if container.state in RUNS:
            engine.stop(container.id)
        engine.remove_container(container.id)
        world.emit(Step("remove", container.name, "down", "done"))

    if containers:
        with ThreadPoolExecutor(min(16, len(containers))) as pool:
            for work in [pool.submit(end, c) for c in containers]:
                work.result()
    removed += [{"kind": "container", "name": c.name} for c in containers]
    for sandbox in seen:
        for network in sandbox.networks:
            engine.remove_network(network.name)
            removed.append({"kind": "network", "name": network.name})
    kept = []
    for volume in [v for s in seen for v in s.volumes]:
        if volume in doomed:
            engine.remove_volume(volume)
            removed.append({"kind": "volume", "name": volume})
        else:
            kept.append({"kind": "volume", "name": volume})
    return Result({"removed": removed, "kept": kept})


def _containers(seen: Observed) -> list[Container]:
    return [*seen.containers.values(), *seen.aside.values(), *seen.stray]


def _plan(seen: Sequence[Observed], volumes: bool) -> list[dict[str, str]]:
    changes = []
    for sandbox in seen:
        parts = [(c.name, "container") for c in _containers(sandbox)] + [(n.name, "network") for n in sandbox.networks]
        parts += [(v, "volume") for v in sandbox.volumes] if volumes else []
        changes += [{"action": "remove", "target": name, "reason": f"{kind} of {sandbox.name}"} for name, kind in parts]
    return changes


def _list(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _them(items: Sequence[str]) -> str:
    return "it" if len(items) == 1 else "them"
