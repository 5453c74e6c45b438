"""What Docker has of a sandbox, in one list call each for containers, networks and volumes."""

from __future__ import annotations

from collections.abc import Mapping

from devbox.engine.api import Container, Engine, Network, Volume
from devbox.frozen import dataclass
from devbox.sandbox import labels, names


@dataclass(frozen=True)
class Observed:
    """The parts of one sandbox that carry devbox's labels.

    `containers` by service ("worker", a second one of it "worker#2"): the one under its own name; `aside` likewise: the
    old one kept until the new is ready;
    `stray`: other containers of the sandbox (helpers that a killed devbox left).
    """

    name: str
    containers: Mapping[str, Container]
    aside: Mapping[str, Container]
    stray: tuple[Container, ...]
    networks: tuple[Network, ...]
    volumes: Mapping[str, Volume]

    def label(self, key: str) -> str | None:
        """The value of a label on the first part that has it."""
        carriers = [*self.containers.values(), *self.aside.values(), *self.stray]
        everything = [c.labels for c in carriers] + [v.labels for v in self.volumes.values()]
        return next((found[key] for found in everything if key in found), None)

    @property
    def empty(self) -> bool:
        """Whether there is nothing of it."""
        return not (self.containers or self.aside or self.stray or self.networks or self.volumes)


def observe(engine: Engine, name: str) -> Observed:
    """The sandbox of this name, also one that an older or a killed devbox left."""
    wanted = {labels.STACK: None, labels.NAME: name}
    return sort(name, engine.containers(wanted), engine.networks(wanted), engine.volumes(wanted))


def belongs(container: Container) -> bool:
    """Whether a container is devbox's by its name as well: `docker commit` hands our labels on to other people's."""
    name, member = container.labels.get(labels.NAME, ""), labels.member(container.labels)
    own = {names.container(name, member), names.set_aside(name, member)} if member else set()
    return container.name in own or container.name.startswith(names.helper(name))


def sort(name: str, containers: list[Container], networks: list[Network], volumes: list[Volume]) -> Observed:
    """The parts in their places."""
    current, aside, stray = {}, {}, []
    for c in containers:
        if not belongs(c):
            continue
        member = labels.member(c.labels)
        if member and c.name == names.container(name, member):
            current[member] = c
        elif member and c.name == names.set_aside(name, member):
            aside[member] = c
        else:
            stray.append(c)
    return Observed(name, current, aside, tuple(stray), tuple(networks), {v.name: v for v in volumes})
