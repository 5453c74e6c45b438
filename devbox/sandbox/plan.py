"""From what is wanted and what is there to a list of small steps, each with its reason. No Docker here."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from devbox.engine.api import Container
from devbox.frozen import dataclass
from devbox.sandbox import names
from devbox.sandbox.observe import Observed

RUNS = ("running", "restarting", "paused")
"""The states of a container that has to be stopped before it goes."""

LEFT = "left by a devbox that was killed"
REPLACED = "its replacement is ready"
SURPLUS = "it is wanted no more"
LAST = (REPLACED, SURPLUS)
"""The reasons of steps that wait until the sandbox is ready: before that they could not be taken back."""


class Action(StrEnum):
    """What a step does; `target` names the resource."""

    PULL = "pull"
    CREATE_NETWORK = "create network"
    CREATE_VOLUME = "create volume"
    COPY_HOME = "copy home"
    STOP = "stop"
    SET_ASIDE = "set aside"
    BRING_BACK = "bring back"
    CREATE = "create"
    START = "start"
    RESTART = "restart"
    RELOAD = "reload"
    SCALE = "scale"
    REMOVE = "remove"


@dataclass(frozen=True)
class Change:
    """One step: `service` is the service it belongs to, "" for the sandbox's own parts."""

    action: Action
    target: str
    reason: str
    service: str = ""


@dataclass(frozen=True)
class WantedService:
    """What is wanted of a service. `differences`: what is different from the container that is there, in words.

    `image_present`: whether the engine has the image; `pull` asks for it all the same. `version_changes`: "2.541.3"
    when another Jenkins than the one that last ran will run, so that the home is copied first.
    """

    service: str
    image: str
    differences: tuple[str, ...] = ()
    pull: str | None = None
    version_changes: str | None = None


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a sandbox: its network, its volumes (Docker's names), its services."""

    name: str
    volumes: tuple[str, ...]
    services: tuple[WantedService, ...]


def plan(wanted: Wanted, seen: Observed) -> list[Change]:
    """The steps that lead from what is there to what is wanted; [] when it is there already.

    A pure function: applying the steps and planning again gives []. Only parts that `seen` holds (devbox's own) are
    stopped, renamed or removed.
    """
    steps = [Change(Action.PULL, s.image, s.pull, s.service) for s in wanted.services if s.pull]
    steps += [Change(Action.REMOVE, c.name, LEFT) for c in seen.stray]
    network = names.network(wanted.name)
    if network not in {n.name for n in seen.networks}:
        steps.append(Change(Action.CREATE_NETWORK, network, "the sandbox's own network is not there"))
    steps += [
        Change(Action.CREATE_VOLUME, volume, "what it writes has to outlive its containers")
        for volume in wanted.volumes
        if volume not in seen.volumes
    ]
    for service in wanted.services:
        steps += _service(wanted.name, service, seen.containers.get(service.service), seen.aside.get(service.service))
    return steps + _surplus(wanted, seen)


def _surplus(wanted: Wanted, seen: Observed) -> list[Change]:
    """Away with what is no service of the sandbox any more, at the end: until then it does its work."""
    known = {service.service for service in wanted.services}
    steps = []
    for found in (seen.containers, seen.aside):
        for member, container in sorted(found.items()):
            if member not in known:
                if container.state in RUNS:
                    steps.append(Change(Action.STOP, container.name, SURPLUS, member))
                steps.append(Change(Action.REMOVE, container.name, SURPLUS, member))
    return steps


def _service(name: str, wanted: WantedService, current: Container | None, aside: Container | None) -> list[Change]:
    def step(action: Action, target: str, reason: str) -> Change:
        return Change(action, target, reason, wanted.service)

    own, old = names.container(name, wanted.service), names.set_aside(name, wanted.service)
    differs = "; ".join(wanted.differences)
    copy = (
        [step(Action.COPY_HOME, own, f"Jenkins {wanted.version_changes} wrote the home and another version follows")]
        if wanted.version_changes
        else []
    )
    steps: list[Change] = []
    if current is not None and aside is not None and differs and current.health == "healthy":
        # `--no-wait` left the old one there: by now nobody needs it.
        steps.append(step(Action.REMOVE, old, "its replacement is healthy"))
        aside = None
    elif current is not None and (current.state == "created" or (aside is not None and differs)):
        # Never started, or never proved ready: nothing of it is worth keeping.
        if current.state in RUNS:
            steps.append(step(Action.STOP, own, differs))
        steps.append(step(Action.REMOVE, own, "left half-made by a devbox that was killed"))
        current = None
    if current is None and aside is not None and not differs:
        return [*steps, step(Action.BRING_BACK, own, "its replacement was never finished"), *_start(step, own, aside)]
    if current is not None and not differs:
        steps += _start(step, own, current)
        done = [step(Action.REMOVE, old, REPLACED)] if aside is not None else []
        return steps + done
    if current is not None:
        if current.state in RUNS:
            steps.append(step(Action.STOP, own, differs))
        steps.append(step(Action.SET_ASIDE, own, "kept until the new one is ready"))
        aside = current
    elif aside is not None and aside.state in RUNS:
        steps.append(step(Action.STOP, old, differs))
    reason = f"recreate {wanted.service}: {differs}" if aside is not None else f"{wanted.service} is not there"
    steps += [*copy, step(Action.CREATE, own, reason), step(Action.START, own, "it is new")]
    if aside is not None:
        steps.append(step(Action.REMOVE, old, REPLACED))
    return steps


def _start(step: Callable[[Action, str, str], Change], own: str, container: Container) -> list[Change]:
    if container.state in ("running", "restarting"):
        return []
    reason = {"paused": "it is paused", "exited": "it is stopped"}.get(container.state, f"it is {container.state}")
    return [step(Action.START, own, reason)]
