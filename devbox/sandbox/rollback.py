"""Takes back what a failed or interrupted run made, and brings the old container back."""

from __future__ import annotations

import contextlib

from devbox.engine.api import Container, Engine
from devbox.errors import DevboxError
from devbox.events import Note, Step, Warned
from devbox.frozen import dataclass
from devbox.jenkins.version import newer
from devbox.sandbox import home, labels, names
from devbox.sandbox.desired import Design
from devbox.sandbox.observe import belongs, observe
from devbox.sandbox.request import World

GRACE = 10
"""Seconds that a Jenkins that did not become ready gets to end in."""

GONE = ("engine.timeout", "engine.unreachable", "engine.stopped")
"""With these there is nobody to take anything back: trying would only keep the person waiting."""


@dataclass(frozen=True)
class Aside:
    """The container that was there before: whether it ran, and which Jenkins had written the home by then."""

    container: Container
    was_running: bool
    version: str | None


def sweep(engine: Engine, run: str) -> None:
    """Remove the helper containers of a run that was cut off; what cannot be removed, the next `up` or `down` does."""
    with contextlib.suppress(DevboxError):
        for container in filter(belongs, engine.containers({labels.RUN: run, labels.ROLE: "peek"})):
            engine.remove_container(container.id)


def roll_back(world: World, design: Design, aside: Aside | None) -> None:
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
        changed, old = _bring_back(world, design, aside)
        # Another devbox, which shares no lock with us, may have put a container onto our network and volume.
        others = [
            c for c in engine.containers({labels.STACK: None, labels.NAME: design.name}) if belongs(c) and c.id != old
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


def _bring_back(world: World, design: Design, aside: Aside | None) -> tuple[bool, str | None]:
    """Give the old container its name and its life back.

    Gives whether a newer Jenkins has written its home meanwhile (then it is not started), and the container's id.
    """
    engine = world.engine
    service = design.stack.services[0].name
    own = names.container(design.name, service)
    seen = observe(engine, design.name)
    old = seen.aside.get(service)
    if old is not None:
        if service in seen.containers:
            engine.remove_container(seen.containers[service].id)  # never proved ready
        engine.rename(old.id, own)
    elif aside is not None:
        old = seen.containers.get(service)
    if old is None:
        return False, None
    before = aside.version if aside is not None else old.labels.get(labels.VERSION)
    now = home.last_version(engine, old.id)
    if newer(now, before):
        world.emit(
            Warned(
                "home.newer",
                f"the old container is back and not started: Jenkins {now} has written its home, and it is "
                f"Jenkins {before}; the copy of the home as it was is kept",
            )
        )
        return True, old.id
    if aside is None or aside.was_running:
        engine.stop(old.id)  # a stop that we were interrupted in goes on in Docker
        engine.start(old.id)
        world.emit(Note(f"{own} is back as it was"))
    return False, old.id
