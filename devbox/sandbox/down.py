"""`devbox down`: nothing of a sandbox is left, and nothing of the user's is lost."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, TypeVar

from devbox.engine.api import Container, Engine, Network
from devbox.events import Step, Waiting
from devbox.result import Result
from devbox.sandbox import labels, names
from devbox.sandbox.observe import Observed, sort
from devbox.sandbox.request import World
from devbox.sandbox.status import everything
from devbox.sandbox.turns import locks

T = TypeVar("T")
Part = tuple[str, str]
"""A kind (container, network, volume) and a name."""

RUNS = ("running", "restarting", "paused")
AT_ONCE = 16
"""How many containers are stopped side by side."""


def down(world: World, sandboxes: Sequence[str], *, volumes: bool, dry_run: bool) -> Result:
    """Stop and remove; volumes stay unless `volumes` says so. Nothing there is success.

    Whoever is asked about the volumes and says no has nothing removed at all.
    """
    for name in sandboxes:
        names.check(name)
    with nullcontext() if dry_run else locks(world, sandboxes, "devbox down"):
        seen = _observed(world.engine, sandboxes)
        if dry_run:
            return Result({"changes": _plan(seen, volumes)})
        doomed = [v for s in seen for v in s.volumes] if volumes else []
        if doomed and not world.confirm(f"Remove {_list(doomed)} with all that is in {_them(doomed)}?"):
            return _told([], [part for s in seen for part in _parts(s)])
        return _remove(world, seen, doomed)


def _observed(engine: Engine, sandboxes: Sequence[str]) -> list[Observed]:
    """Three list calls, however many sandboxes are meant."""
    found = {s.name: s for s in everything(engine, networks=True)} if sandboxes else {}
    return [found.get(name) or sort(name, [], [], []) for name in dict.fromkeys(sandboxes)]


def _remove(world: World, seen: Sequence[Observed], doomed: Sequence[str]) -> Result:
    engine = world.engine
    containers = [c for s in seen for c in _containers(s)]
    networks = [n for s in seen for n in s.networks]
    if running := [c.name for c in containers if c.state in RUNS]:
        world.emit(Waiting(f"waiting for {_list(running)} to stop"))

    def end(container: Container) -> None:
        world.emit(Step("stop", container.name, "down"))
        if container.state in RUNS:
            engine.stop(container.id)
        engine.remove_container(container.id)
        world.emit(Step("remove", container.name, "down", "done"))

    def cut(network: Network) -> None:
        engine.remove_network(network.name)

    for stage in _stages(containers):
        _side_by_side(end, stage)
    _side_by_side(cut, networks)
    for volume in doomed:
        engine.remove_volume(volume)
    removed = [("container", c.name) for c in containers] + [("network", n.name) for n in networks]
    kept = [("volume", v) for s in seen for v in s.volumes if v not in doomed]
    return _told(removed + [("volume", v) for v in doomed], kept)


def _stages(containers: Sequence[Container]) -> list[list[Container]]:
    """What may end together: the services that others stand on last, so that workers take their leave of Redis."""
    stages: dict[int, list[Container]] = {}
    for container in containers:
        order = container.labels.get(labels.SERVICES, "").split(",")
        service = container.labels.get(labels.COMPOSE_SERVICE, "")
        stages.setdefault(len(order) - order.index(service) if service in order else 0, []).append(container)
    return [stages[rank] for rank in sorted(stages)]


def _side_by_side(work: Callable[[T], None], items: Sequence[T]) -> None:
    """Work on all of them; a failure is raised when the others are done, a signal lets none begin any more.

    After a signal nobody waits for what is under way: a stop goes on in Docker by itself.
    """
    todo: queue.SimpleQueue[T] = queue.SimpleQueue()
    outcomes: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
    stopped = threading.Event()
    for item in items:
        todo.put(item)

    def run() -> None:
        while not stopped.is_set():
            try:
                item = todo.get_nowait()
            except queue.Empty:
                return
            try:
                work(item)
            except BaseException as error:
                outcomes.put(error)
            else:
                outcomes.put(None)

    try:
        for _ in items[:AT_ONCE]:
            threading.Thread(target=run, daemon=True).start()
        errors = [error for error in (_next(outcomes) for _ in items) if error is not None]
    except BaseException:
        stopped.set()
        raise
    if errors:
        raise errors[0]


def _next(outcomes: queue.SimpleQueue[BaseException | None]) -> BaseException | None:
    while True:
        with contextlib.suppress(queue.Empty):
            return outcomes.get(timeout=0.5)  # with a time-out, as Windows lets no signal through to a wait without one


def _containers(seen: Observed) -> list[Container]:
    return [*seen.containers.values(), *seen.aside.values(), *seen.stray]


def _parts(seen: Observed) -> list[Part]:
    found = [("container", c.name) for c in _containers(seen)] + [("network", n.name) for n in seen.networks]
    return found + [("volume", v) for v in seen.volumes]


def _told(removed: Sequence[Part], kept: Sequence[Part]) -> Result:
    data: dict[str, list[dict[str, Any]]] = {
        key: [{"kind": kind, "name": name} for kind, name in parts]
        for key, parts in (("removed", removed), ("kept", kept))
    }
    return Result(data)


def _plan(seen: Sequence[Observed], volumes: bool) -> list[dict[str, str]]:
    return [
        {"action": "remove", "target": name, "reason": f"{kind} of {sandbox.name}"}
        for sandbox in seen
        for kind, name in _parts(sandbox)
        if volumes or kind != "volume"
    ]


def _list(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _them(items: Sequence[str]) -> str:
    return "it" if len(items) == 1 else "them"
