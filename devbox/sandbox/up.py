"""`devbox up`: observe, plan, apply, wait. Told in order; every part of it is in a file of its own."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from devbox.engine.api import Container, Image
from devbox.errors import Cure, DevboxError
from devbox.events import Waiting, Warned
from devbox.jenkins.version import newer
from devbox.result import Result
from devbox.sandbox import address, home, images, labels, names, report, survey, war
from devbox.sandbox.apply import Apply, Outcome
from devbox.sandbox.choices import Choices, merge
from devbox.sandbox.desired import Design
from devbox.sandbox.foreign import foreign
from devbox.sandbox.observe import Observed, observe
from devbox.sandbox.plan import Action, Change, Wanted, WantedService, plan
from devbox.sandbox.request import UpRequest, World
from devbox.sandbox.rollback import GONE, sweep
from devbox.sandbox.turns import lock, lock_id
from devbox.stacks import Stack, load
from devbox.stacks.reader import folder


def up(world: World, request: UpRequest) -> Result:
    """Bring a sandbox up and wait until it is usable; with nothing to do, nothing is done.

    Two at once on one sandbox take turns under a lock; where they share none, Docker's name conflict decides.
    """
    return bring(world, request)


def bring(world: World, request: UpRequest, *, restart: Container | None = None) -> Result:
    """The way of `up`; with `restart` the one step is to restart that container."""
    began = world.clock()
    stack = load(request.stack)
    names.check(request.name)
    world, warnings = world.collecting()
    request, wars = war.resolve(request)
    run = _Up(world, request, stack, wars, lock_id(world))
    if request.dry_run:
        return Result({"changes": [change_json(s) for s in run.planned()]}, tuple(warnings))
    with lock(world, request.name, "devbox restart" if restart else "devbox up"):
        outcome = run.run(restart)
    seen = observe(world.engine, request.name)
    answers = [c.id for c in seen.containers.values()] if outcome.ready else []
    data: dict[str, Any] = {
        "sandboxes": [report.sandbox(seen, world.engine.endpoint, answers)],
        "changes": [change_json(s) for s in outcome.changes],
        "seconds": round(world.clock() - began, 3),
    }
    if outcome.ready and outcome.ready.version:
        data["sandboxes"][0]["version"] = outcome.ready.version
    open_to_all = any(w.code == "signin.off" for w in warnings)
    return Result(data, tuple(warnings), next=_next(request.name, signed_in=not open_to_all))


def change_json(change: Change) -> dict[str, str]:
    """A step as `changes[]` shows it."""
    return {"action": change.action.value, "target": change.target, "reason": change.reason}


def _next(name: str, *, signed_in: bool) -> tuple[Cure, ...]:
    which = "" if name == "jenkins" else f" {name}"
    sign_in = (Cure("see user and password", f"devbox credentials{which}"),) if signed_in else ()
    return (
        Cure("open it in the browser", f"devbox open{which}"),
        *sign_in,
        Cure("stop and remove it, keeping its home", f"devbox down{which}"),
    )


TRIES = 3
"""Runs of one `up` before a name that somebody else takes each time is an error."""


class _Up:
    """One run."""

    def __init__(self, world: World, request: UpRequest, stack: Stack, wars: dict[str, Path], lock_id: str) -> None:
        self.world = world
        self.engine = world.engine
        self.request = request
        self.stack = stack
        self.name = request.name
        self.lock_id = lock_id
        self.run_id = ""
        self.wars = wars

    def run(self, restart: Container | None = None) -> Outcome:
        """Everything under the lock; no helper container outlives it.

        Where somebody who shares no lock was faster with a name, Docker says so: then we look again.
        """
        for left in reversed(range(TRIES)):
            self.run_id = f"{self.lock_id}.{secrets.token_hex(8)}"
            try:
                return self.once(restart)
            except DevboxError as error:
                if error.code not in GONE:
                    self.sweep()
                if error.code not in ("container.exists", "network.exists") or not left:
                    raise
                self.world.emit(Waiting(f"another devbox works on {self.name!r}; looking again"))
            except BaseException:
                self.sweep()
                raise
        raise AssertionError("the last try raises or returns")

    def sweep(self) -> None:
        """Remove the helpers of this run."""
        with self.world.shield():
            sweep(self.engine, self.run_id)

    def once(self, restart: Container | None) -> Outcome:
        """Observe, plan, apply, wait."""
        seen = survey.settled(self.world, survey.look(self.world, self.stack, self.name), self.stack, self.run_id)
        kept = survey.kept(self.world, self.stack, seen) or self.peek(seen)
        choices = self.choices(kept)
        image, pulled = images.choose(self.world, self.request, choices, self.stack.name)
        steps, design = self.plan(seen, kept, choices, image)
        if restart is not None and not steps:
            steps = [Change(Action.RESTART, restart.name, "asked for", restart.labels.get(labels.COMPOSE_SERVICE, ""))]
        self.check_aside(steps, seen)
        return Apply(self.world, self.request, design, pulled).carry_out(steps)

    def planned(self) -> list[Change]:
        """The plan alone: nothing is pulled, created or changed."""
        seen = survey.look(self.world, self.stack, self.name)
        kept = survey.kept(self.world, self.stack, seen) or survey.Kept()
        choices = self.choices(kept)
        image, pulled = images.choose(self.world, self.request, choices, self.stack.name)
        return [*pulled, *self.plan(seen, kept, choices, image)[0]]

    def peek(self, seen: Observed) -> survey.Kept:
        """What a home says that `down` has left, read in a helper container."""
        volume = next((v for v in survey.volumes(self.stack, self.name) if v in seen.volumes), None)
        if volume is None:
            return survey.Kept()
        asked = merge(self.request.asked, self.request.settings, None).image
        last = seen.volumes[volume].labels.get(labels.IMAGE)
        image = images.any_here(self.world, self.request, (last, Choices().image, asked))
        with self.world.shield():
            found = home.peek(self.engine, self.name, self.base_labels("peek"), volume, image)
        return survey.Kept(found.record, found.version)

    def base_labels(self, role: str) -> dict[str, str]:
        """The labels of what this run makes."""
        return labels.ours(self.stack.name, self.name, self.run_id, role)

    def choices(self, kept: survey.Kept) -> Choices:
        """What the sandbox is to have; refuses a remote engine, and says when others can reach the ports."""
        found = merge(self.request.asked, self.request.settings, kept.choices, reset=self.request.reset)
        endpoint = self.engine.endpoint
        published = address.publish_on(endpoint, found["publish_address"], (found["http_port"], found["agent_port"]))
        if address.is_public(published, endpoint):
            self.world.emit(
                Warned("port.public", f"the ports are published on {published}: other machines may reach this Jenkins")
            )
        return found

    def plan(
        self, seen: Observed, kept: survey.Kept, choices: Choices, image: Image | None
    ) -> tuple[list[Change], Design]:
        """The steps, after the guard of the home has let them pass."""
        main = self.stack.services[0]
        current = seen.containers.get(main.name)
        existing = current or seen.aside.get(main.name)
        differences = self.differences(seen, existing, kept.choices, choices, image)
        version = (choices["war"] or {}).get("version") or images.version(
            self.world, self.request, image, self.base_labels("peek"), look_inside=bool(differences) or current is None
        )
        last = home.last_version(self.engine, current.id) if current is not None and differences else kept.home_version
        home.guard(last, version, name=self.name, stack=self.stack.name, image=choices.image)
        copied = last if newer(version, last) else None
        service = WantedService(main.name, choices.image, differences, version_changes=copied)
        design = Design(
            stack=self.stack,
            name=self.name,
            run=self.run_id,
            choices=choices,
            image=image or images.UNKNOWN,
            endpoint=self.engine.endpoint,
            version=version,
            config_file=str(folder() / f"{self.stack.name}.yaml"),
            war=self.wars.get((choices["war"] or {}).get("sha256", "")),
        )
        return plan(Wanted(self.name, survey.volumes(self.stack, self.name), (service,)), seen), design

    def differences(
        self,
        seen: Observed,
        container: Container | None,
        kept: Choices | None,
        choices: Choices,
        image: Image | None,
    ) -> tuple[str, ...]:
        """What about the service is to be different, in words."""
        if container is None or kept is None:
            return ()
        found = kept.changes(choices)
        if not found and image is not None and container.image_id != image.id:
            found.append(f"{choices.image} has moved")
        if not found and not seen.networks and container.state != "running":
            found.append("its network is gone")  # Docker knows it by an id that a new one of that name does not have
        return tuple(found)

    def check_aside(self, steps: list[Change], seen: Observed) -> None:
        """Before anything is stopped: the name for the old container must not be a stranger's."""
        for step in steps:
            if step.action is Action.SET_ASIDE and step.service not in seen.aside:
                old = names.set_aside(self.name, step.service)
                if self.engine.find_container(old) is not None:
                    raise foreign("container", old)
