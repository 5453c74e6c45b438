"""Takes back what a failed or interrupted run made, and brings the old container back."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping

from devbox.engine.api import Container, Engine
from devbox.errors import DevboxError
from devbox.events import Note, Step, Warned
from devbox.frozen import dataclass
from devbox.sandbox import labels, names
from devbox.sandbox.desired import Design
from devbox.sandbox.observe import Observed, belongs, observe
from devbox.sandbox.request import World

GRACE = 10
"""Seconds that a container that did not become ready gets to end in."""

GONE = ("engine.timeout", "engine.unreachable", "engine.stopped")
"""With these there is nobody to take anything back: trying would only keep the person waiting."""


@dataclass(frozen=True)
class Aside:
    """The container that was there before: whether it ran, and what version had written its data by then."""

    container: Container
    was_running: bool
    version: str | None


def sweep(engine: Engine, run: str) -> None:
    """Remove the helper containers of a run that was cut off; what cannot be removed, the next `up` or `down` does."""
    with contextlib.suppress(DevboxError):
        for container in filter(belongs, engine.containers({labels.RUN: run, labels.ROLE: "peek"})):
            engine.remove_container(container.id)


Check = Callable[[Container, str | None], bool]
"""Whether an old container may be started again, by the version that had written its data."""


def roll_back(world: World, design: Design, aside: Mapping[str, Aside], may_start: Check) -> None:
    """Remove what carries this run's label (Docker knows it even where we were cut off), restore what was there.

    What cannot be taken back is a warning: the error that led here is the one to show.
    """
    made = {labels.RUN: design.run, labels.STACK: None}
    engine = world.engine
    world.emit(Note("taking back what this run made"))
    try:
        mine = {v.name for v in engine.volumes(made)}
        for container in filter(belongs, engine.containers(made)):
            if container.state == "running" and not mine & {m.volume for m in container.mounts}:
                engine.stop(container.id, GRACE)  # it writes to a home that was there before
            engine.remove_container(container.id)
            world.emit(Step("remove", container.name, "taken back", "done"))
        changed, old = _bring_all_back(world, design, aside, may_start)
        # Another devbox, which shares no lock with us, may have put a container onto our network and volume.
        others = [
            c
            for c in engine.containers({labels.STACK: None, labels.NAME: design.name})
            if belongs(c) and c.id not in old
        ]
        used = {m.volume for c in others for m in c.mounts}
        for network in engine.networks(made) if not others else []:
            engine.remove_network(network.name)
        for volume in engine.volumes(made):
            if volume.name not in used and not (changed and volume.labels.get(labels.ROLE) == "copy"):
                engine.remove_volume(volume.name)
    except DevboxError as error:
        world.emit(
            Warned(
                "rollback.incomplete",
                f"not everything could be taken back ({error.message}); devbox down {design.name} removes it",
            )
        )


def _bring_all_back(
    world: World, design: Design, aside: Mapping[str, Aside], may_start: Check
) -> tuple[bool, set[str]]:
    """Every old container, the stack's first services first.

    Gives whether one of them may not be started on its data any more, and their ids.
    """
    seen = observe(world.engine, design.name)
    order = {service.name: place for place, service in enumerate(design.stack.services)}
    members = sorted({*seen.aside, *aside}, key=lambda m: (order.get(names.service_of(m), 99), names.number_of(m)))
    found = [_bring_back(world, design.name, member, seen, aside.get(member), may_start) for member in members]
    return any(changed for changed, _ in found), {old for _, old in found if old is not None}


def _bring_back(
    world: World, name: str, member: str, seen: Observed, aside: Aside | None, may_start: Check
) -> tuple[bool, str | None]:
    """Give the old container its name and its life back."""
    engine = world.engine
    own = names.container(name, member)
    old = seen.aside.get(member)
    if old is not None:
        if member in seen.containers:
            engine.remove_container(seen.containers[member].id)  # never proved ready
        engine.rename(old.id, own)
    elif aside is not None:
        old = seen.containers.get(member)
    if old is None:
        return False, None
    before = aside.version if aside is not None else old.labels.get(labels.VERSION)
    if not may_start(old, before):
        return True, old.id
    if aside is None or aside.was_running:
        engine.stop(old.id)  # a stop that we were interrupted in goes on in Docker
        engine.start(old.id)
        world.emit(Note(f"{own} is back as it was"))
    return False, old.id
