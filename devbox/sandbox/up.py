"""`devbox up`: observe, plan, apply, wait. Told in order; every part of it is in a file of its own."""

from __future__ import annotations

import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devbox.engine.api import Container, Image
from devbox.engine.pull import ensure_images
from devbox.errors import Cure, DevboxError
from devbox.events import Waiting, Warned
from devbox.jenkins.version import newer, of_image
from devbox.lock import exclusive
from devbox.result import Result
from devbox.sandbox import address, home, labels, names, report, war
from devbox.sandbox.apply import Apply, Outcome
from devbox.sandbox.choices import Choices, merge, of_container
from devbox.sandbox.desired import Design
from devbox.sandbox.foreign import foreign
from devbox.sandbox.observe import Observed, observe
from devbox.sandbox.plan import Action, Change, Wanted, WantedService, plan
from devbox.sandbox.request import UpRequest, World
from devbox.sandbox.rollback import sweep
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
    request, path = war.resolve(request)
    if request.dry_run:
        steps = _Up(world, request, stack, path).planned()
        return Result({"changes": [change_json(s) for s in steps]}, tuple(warnings))
    with lock(world, request.name, "devbox restart" if restart else "devbox up"):
        outcome = _Up(world, request, stack, path).run(restart)
    seen = observe(world.engine, request.name)
    answers = [c.id for c in seen.containers.values()] if outcome.ready else []
    data: dict[str, Any] = {
        "sandboxes": [report.sandbox(seen, world.engine.endpoint, answers)],
        "changes": [change_json(s) for s in outcome.changes],
        "seconds": round(world.clock() - began, 3),
    }
    if outcome.ready and outcome.ready.version:
        data["sandboxes"][0]["version"] = outcome.ready.version
    return Result(data, tuple(warnings), next=_next(request.name))


def lock(world: World, name: str, who: str) -> AbstractContextManager[None]:
    """The sandbox's lock on this machine: one per engine and name."""
    key = "".join(ch for ch in world.engine.info().id if ch.isalnum()) or "engine"
    path = world.state / "locks" / f"{key[:40]}-{name}.lock"
    return exclusive(path, who, lambda holder: world.emit(Waiting(f"waiting for {holder}, which works on {name!r}")))


def change_json(change: Change) -> dict[str, str]:
    """A step as `changes[]` shows it."""
    return {"action": change.action.value, "target": change.target, "reason": change.reason}


def _next(name: str) -> tuple[Cure, ...]:
    which = "" if name == "jenkins" else f" {name}"
    return (
        Cure("open it in the browser", f"devbox open{which}"),
        Cure("see user and password", f"devbox credentials{which}"),
        Cure("stop and remove it, keeping its home", f"devbox down{which}"),
    )


@dataclass(frozen=True)
class _Kept:
    """What the sandbox had before this run, and what its home says."""

    choices: Choices | None = None
    home_version: str | None = None


class _Up:
    """One run: what it found out on the way."""

    def __init__(self, world: World, request: UpRequest, stack: Stack, war_path: Path | None) -> None:
        self.world = world
        self.engine = world.engine
        self.request = request
        self.stack = stack
        self.name = request.name
        self.run_id = secrets.token_hex(8)
        self.war_path = war_path
        self.pulled: list[Change] = []

    def run(self, restart: Container | None = None) -> Outcome:
        """Everything under the lock; no helper container outlives it."""
        try:
            return self._run(restart)
        except BaseException:
            with self.world.shield():
                sweep(self.engine, self.run_id)
            raise

    def _run(self, restart: Container | None) -> Outcome:
        seen = self.observed()
        kept = self.kept(seen)
        choices = self.choices(kept.choices)
        self.check_address(choices)
        image = self.image(choices, may_pull=True)
        steps, design = self.plan(seen, kept, choices, image)
        if restart is not None and not steps:
            steps = [Change(Action.RESTART, restart.name, "asked for", restart.labels.get(labels.COMPOSE_SERVICE, ""))]
        return Apply(self.world, self.request, design, seen, self.pulled).carry_out(steps)

    def planned(self) -> list[Change]:
        """The plan alone: nothing is pulled, created or changed."""
        seen = self.observed()
        kept = self.kept(seen, touch=False)
        choices = self.choices(kept.choices)
        self.check_address(choices)
        image = self.image(choices, may_pull=False)
        return [*self.pulled, *self.plan(seen, kept, choices, image)[0]]

    def observed(self) -> Observed:
        """What is there; raises `container.foreign` and its like for things of our names that are not ours."""
        seen = observe(self.engine, self.name)
        other = seen.label(labels.STACK)
        if other not in (None, self.stack.name):
            raise DevboxError(
                "name.taken",
                f"{self.name!r} is a sandbox of {other}",
                cures=(Cure("use another name", f"devbox up {self.stack.name} -n OTHER"),),
            )
        for service in self.stack.services:
            own = names.container(self.name, service.name)
            if service.name not in seen.containers and self.engine.find_container(own):
                raise foreign("container", own)
        for volume in self.volumes():
            if volume not in seen.volumes and self.engine.find_volume(volume):
                raise foreign("volume", volume)
        network = names.network(self.name)
        if not seen.networks and self.engine.find_network(network):
            raise foreign("network", network)
        return seen

    def volumes(self) -> tuple[str, ...]:
        """Docker's names of the stack's volumes."""
        return tuple(names.volume(self.name, v) for v in self.stack.volumes)

    def kept(self, seen: Observed, *, touch: bool = True) -> _Kept:
        """What the sandbox has: from its container, else from its home (which takes a helper container to read)."""
        main = self.stack.name
        existing = seen.containers.get(main)
        if existing is None or existing.state == "created":
            existing = seen.aside.get(main) or existing
        if existing is not None:
            choices = self.of_container(existing)
            running = existing.state == "running"
            return _Kept(choices, None if running else home.last_version(self.engine, existing.id))
        volume = next((v for v in self.volumes() if v in seen.volumes), None)
        if volume is None or not touch:
            return _Kept()
        image = self.image_to_peek(seen.volumes[volume].labels.get(labels.IMAGE))
        with self.world.shield():
            found = home.peek(self.engine, self.name, self.base_labels("peek"), volume, image)
        return _Kept(found.record, found.version)

    def of_container(self, container: Container) -> Choices:
        """A container's choices; only values of variables take an inspect."""
        choices = of_container(container.labels, {})
        if choices["env"]:
            choices = of_container(container.labels, self.engine.inspect(container.id).environment)
        return choices

    def base_labels(self, role: str) -> dict[str, str]:
        """The labels of what this run makes."""
        return labels.ours(self.stack.name, self.name, self.run_id, role)

    def image_to_peek(self, last: str | None) -> str:
        """An image that is here already, to make a helper from; else the one that will be needed anyway."""
        asked = merge(self.request.asked, self.request.settings, None).image
        for ref in (asked, last, Choices().image):
            if ref and self.engine.image(ref):
                return ref
        self.ensure(asked)
        return asked

    def choices(self, kept: Choices | None) -> Choices:
        """What the sandbox is to have."""
        return merge(self.request.asked, self.request.settings, kept, reset=self.request.reset)

    def check_address(self, choices: Choices) -> None:
        """Refuse a remote engine before anything is done; say it when others can reach the ports."""
        endpoint = self.engine.endpoint
        published = address.publish_on(
            endpoint, choices["publish_address"], (choices["http_port"], choices["agent_port"])
        )
        if address.is_public(published, endpoint):
            self.world.emit(
                Warned("port.public", f"the ports are published on {published}: other machines may reach this Jenkins")
            )

    def ensure(self, ref: str) -> str:
        """Have an image here, by the pull policy; gives the status (pulled, present, moved)."""
        return ensure_images(self.engine, [ref], self.request.pull, self.world.emit)[0].status

    def image(self, choices: Choices, *, may_pull: bool) -> Image | None:
        """The image that is wanted, pulled where the policy says so."""
        ref = choices.image
        present = self.engine.image(ref)
        reason = "it is not here yet" if present is None else "--pull always"
        if present is None and self.request.pull == "never":
            ensure_images(self.engine, [ref], "never", self.world.emit)
        if not may_pull:
            if present is None or self.request.pull == "always":
                self.pulled.append(Change(Action.PULL, ref, reason, self.stack.name))
            return present
        if (present is None or self.request.pull == "always") and self.ensure(ref) != "present":
            self.pulled.append(
                Change(Action.PULL, ref, reason if present is None else "its tag has moved", self.stack.name)
            )
            return self.engine.image(ref)
        return present

    def plan(self, seen: Observed, kept: _Kept, choices: Choices, image: Image | None) -> tuple[list[Change], Design]:
        """The steps, after the guard of the home has let them pass."""
        main = self.stack.services[0]
        current = seen.containers.get(main.name)
        differences = self.differences(current or seen.aside.get(main.name), kept.choices, choices, image)
        made_anew = bool(differences) or current is None
        version = (choices["war"] or {}).get("version") or self.version_of(image, look_inside=made_anew)
        last = kept.home_version
        if current is not None and differences:
            last = home.last_version(self.engine, current.id)
        if last is not None and (current is None or current.state != "running" or differences):
            home.guard(last, version, name=self.name, stack=self.stack.name, image=choices.image)
        wanted = Wanted(
            self.name,
            self.volumes(),
            (
                WantedService(
                    main.name, choices.image, differences, version_changes=last if newer(version, last) else None
                ),
            ),
        )
        steps = plan(wanted, seen)
        design = Design(
            self.stack,
            self.name,
            self.run_id,
            choices,
            image or _unknown_image(),
            self.engine.endpoint,
            version,
            str(folder() / f"{self.stack.name}.yaml"),
            self.war_path,
        )
        return steps, design

    def version_of(self, image: Image | None, *, look_inside: bool) -> str | None:
        """The version of the Jenkins in an image; a look into its WAR is for those that do not say it."""
        if image is None:
            return None
        said = of_image(image.labels, image.environment)
        if said is not None or self.request.dry_run or not look_inside:
            return said
        return war.version_in_image(self.engine, self.name, self.base_labels("peek"), image)

    def differences(
        self, container: Container | None, kept: Choices | None, choices: Choices, image: Image | None
    ) -> tuple[str, ...]:
        """What about the service is to be different, in words."""
        if container is None or kept is None:
            return ()
        found = kept.changes(choices)
        if not found and image is not None and container.image_id != image.id:
            if self.request.pull == "always":
                found.append(f"{choices.image} has moved")
            else:
                self.world.emit(
                    Warned(
                        "image.moved",
                        f"the tag {choices.image} means another image here by now; the running one is kept "
                        f"(devbox up {self.stack.name} -n {self.name} --pull always changes to it)",
                    )
                )
        return tuple(found)


def _unknown_image() -> Image:
    return Image(id="", tags=(), digests=(), labels={}, environment={}, arch="", os="", user="", size=0)
