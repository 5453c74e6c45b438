"""What is there before anything is done: the sandbox's parts, what it had chosen, which Jenkins wrote its home."""

from __future__ import annotations

import time

from devbox.engine.api import Container
from devbox.errors import Cure, DevboxError
from devbox.events import Waiting
from devbox.frozen import dataclass
from devbox.sandbox import home, labels, names
from devbox.sandbox.choices import Choices, of_container
from devbox.sandbox.foreign import foreign
from devbox.sandbox.observe import Observed, observe
from devbox.sandbox.request import World
from devbox.stacks import Stack

YOUNG = 60.0
"""Seconds for which a container that was created and not started may still be somebody's work in hand."""


@dataclass(frozen=True)
class Kept:
    """What the sandbox had before this run (None: nothing is known), and which Jenkins wrote its home last."""

    choices: Choices | None = None
    home_version: str | None = None


def volumes(stack: Stack, name: str) -> tuple[str, ...]:
    """Docker's names of the stack's volumes."""
    return tuple(names.volume(name, v) for v in stack.volumes)


def look(world: World, stack: Stack, name: str) -> Observed:
    """What is there; raises `container.foreign` and its like for things of our names that are not ours."""
    seen = observe(world.engine, name)
    other = seen.label(labels.STACK)
    if other not in (None, stack.name):
        raise DevboxError(
            "name.taken",
            f"{name!r} is a sandbox of {other}",
            cures=(Cure("use another name", f"devbox up {stack.name} -n OTHER"),),
        )
    for service in stack.services:
        own = names.container(name, service.name)
        if service.name not in seen.containers and world.engine.find_container(own):
            raise foreign("container", own)
    for volume in volumes(stack, name):
        if volume not in seen.volumes and world.engine.find_volume(volume):
            raise foreign("volume", volume)
    network = names.network(name)
    if not seen.networks and world.engine.find_network(network):
        raise foreign("network", network)
    return seen


def settled(world: World, seen: Observed, stack: Stack, run: str) -> Observed:
    """The same once nobody else is in the middle of making it.

    A container that was created and not started is half-made when its maker is dead. The lock that we hold proves that
    of every devbox that shares it (its part of the run's name is ours); one that does not (another user, WSL beside
    Windows, another machine) is given a minute.
    """
    said = False
    while busy := [c for c in seen.containers.values() if _in_hand(c, run)]:
        if not said:
            world.emit(Waiting(f"waiting for another devbox, which is making {busy[0].name}"))
            said = True
        time.sleep(0.1)
        seen = look(world, stack, seen.name)
    return seen


def _in_hand(container: Container, run: str) -> bool:
    maker = container.labels.get(labels.RUN, "").partition(".")[0]
    return container.state == "created" and maker != run.partition(".")[0] and time.time() - container.created < YOUNG


def kept(world: World, stack: Stack, seen: Observed) -> Kept | None:
    """What the sandbox has, from its container; None where only its home can tell, or nothing."""
    existing = seen.containers.get(stack.name)
    if existing is None or existing.state == "created":
        existing = seen.aside.get(stack.name) or existing
    if existing is None:
        return None
    running = existing.state == "running"
    return Kept(_choices(world, existing), None if running else home.last_version(world.engine, existing.id))


def _choices(world: World, container: Container) -> Choices:
    """A container's choices; only values of variables take an inspect."""
    choices = of_container(container.labels, {})
    if choices["env"]:
        choices = of_container(container.labels, world.engine.inspect(container.id).environment)
    return choices
