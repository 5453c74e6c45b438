"""`devbox up`: observe, plan, apply, wait. Told in order; every part of it is in a file of its own."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from devbox.engine.api import Container, Image, Volume
from devbox.errors import DevboxError
from devbox.events import Waiting, Warned
from devbox.result import Result
from devbox.sandbox import address, agent, home, images, kinds, labels, names, report, survey
from devbox.sandbox.apply import Apply, Outcome
from devbox.sandbox.choices import Choices, defaults, merge
from devbox.sandbox.desired import Design
from devbox.sandbox.foreign import foreign
from devbox.sandbox.observe import Observed, observe
from devbox.sandbox.plan import Action, Change, Wanted, plan
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


def bring(world: World, request: UpRequest, *, restart: Sequence[Change] = ()) -> Result:
    """The way of `up`; with `restart` those are the steps, where there is nothing else to do."""
    began = world.clock()
    stack = load(request.stack)
    names.check(request.name)
    world, warnings = world.collecting()
    kind = kinds.of(stack.name)
    request, files = kind.resolve(request)
    run = Run(world, request, stack, files, lock_id(world))
    if request.dry_run:
        return Result({"changes": [change_json(s) for s in run.planned()]}, tuple(warnings))
    with lock(world, request.name, "devbox restart" if restart else "devbox up"):
        outcome = run.run(restart)
    seen = observe(world.engine, request.name)
    data: dict[str, Any] = {
        "sandboxes": [report.sandbox(seen, world.engine.endpoint, _answering(seen, outcome))],
        "changes": [change_json(s) for s in outcome.changes],
        "seconds": round(world.clock() - began, 3),
    }
    if outcome.ready and outcome.ready.version:
        data["sandboxes"][0]["version"] = outcome.ready.version
    return Result(data, tuple(warnings), next=kind.next(request.name, {w.code for w in warnings}, run.settled))


def _answering(seen: Observed, outcome: Outcome) -> list[str]:
    """The containers that were seen to answer: all of them, unless the stack knows which."""
    if outcome.ready is None:
        return []
    return list(outcome.ready.answers) or [c.id for c in seen.containers.values()]


def change_json(change: Change) -> dict[str, str]:
    """A step as `changes[]` shows it."""
    return {"action": change.action.value, "target": change.target, "reason": change.reason}


TRIES = 3
"""Runs of one `up` before a name that somebody else takes each time is an error."""


class Run:
    """One run."""

    def __init__(self, world: World, request: UpRequest, stack: Stack, files: kinds.Files, lock_id: str) -> None:
        self.world = world
        self.engine = world.engine
        self.request = request
        self.stack = stack
        self.kind = kinds.of(stack.name)
        self.name = request.name
        self.lock_id = lock_id
        self.run_id = ""
        self.idle = False
        """Nothing is to do but to wait until it is usable."""
        self.files = files
        self.restarting: set[str] = set()
        """The services that a `devbox restart` means."""
        self.scale: int | None = None
        """How many workers somebody asks for now."""
        self.settled = Choices()
        """The choices that hold, once they are known."""

    def run(self, restart: Sequence[Change] = ()) -> Outcome:
        """Everything under the lock; no helper container outlives it.

        Where somebody who shares no lock was faster with a name, Docker says so: then we look again.
        """
        for left in reversed(range(TRIES)):
            self.run_id = f"{self.lock_id}.{secrets.token_hex(8)}"
            self.idle = False
            try:
                return self.once(restart)
            except DevboxError as error:
                if error.code not in GONE:
                    self.sweep()
                why = self.changed_meanwhile(error)
                if not why or not left:
                    raise
                self.world.emit(Waiting(f"{why}; looking again"))
            except BaseException:
                self.sweep()
                raise
        raise AssertionError("the last try raises or returns")

    def changed_meanwhile(self, error: DevboxError) -> str:
        """What somebody did to the sandbox since we looked, for which looking again is the answer; "" for nothing."""
        if error.code in ("container.exists", "network.exists"):
            return f"another devbox works on {self.name!r}"
        if self.idle and error.code not in GONE:
            # All ran when we looked: a devbox that was killed had asked Docker for a stop that was still under way.
            parts = observe(self.engine, self.name).containers.values()
            if any(container.state == "exited" for container in parts):
                return f"{self.name!r} was being stopped"
        return ""

    def sweep(self) -> None:
        """Remove the helpers of this run."""
        with self.world.shield():
            sweep(self.engine, self.run_id)

    def once(self, restart: Sequence[Change]) -> Outcome:
        """Observe, plan, apply, wait."""
        seen = survey.settled(self.world, survey.look(self.world, self.stack, self.name), self.stack, self.run_id)
        kept = self.kind.kept(self, seen, peek=True)
        self.restarting = {step.service for step in restart}
        choices = self.settled = self.kind.settle(self, seen, kept, self.choices(kept))
        found, pulled = self.images(choices, kept)
        steps, design = self.plan(seen, kept, choices, found)
        if not steps:
            steps = self.kind.restarts(choices, restart)
        self.check_aside(steps, seen)
        self.idle = not steps
        return Apply(self.world, self.request, design, pulled).carry_out(steps)

    def planned(self) -> list[Change]:
        """The plan alone: nothing is pulled, created or changed."""
        seen = survey.look(self.world, self.stack, self.name)
        kept = self.kind.kept(self, seen, peek=False)
        choices = self.kind.settle(self, seen, kept, self.choices(kept))
        found, pulled = self.images(choices, kept)
        return [*pulled, *self.plan(seen, kept, choices, found)[0]]

    def images(self, choices: Choices, kept: survey.Kept) -> tuple[dict[str, Image | None], list[Change]]:
        """The services' images, and the pulls that brought them."""
        before = self.kind.references(self, kept.choices) if kept.choices is not None else {}
        found: dict[str, Image | None] = {}
        pulled: list[Change] = []
        main = self.stack.services[0].name
        for service, ref in self.kind.references(self, choices).items():
            held = choices.image_id if service == main else choices.image_ids.get(service)
            held = held if before.get(service) == ref else None
            found[service], changes = images.choose(self.world, self.request, ref, held, service)
            pulled += changes
        return found, pulled

    def peek(self, volume: Volume) -> home.Home:
        """What a volume says that `down` has left, read in a helper container."""
        usual, last = defaults(self.stack.name), volume.labels.get(labels.IMAGE)
        asked = merge(self.request.asked, self.request.settings, None, stack=self.stack.name).image
        image = images.any_here(self.world, self.request, (last, usual.image, asked))
        with self.world.shield():
            return home.peek(self.engine, self.name, self.base_labels("peek"), volume.name, image)

    def base_labels(self, role: str) -> dict[str, str]:
        """The labels of what this run makes."""
        return labels.ours(self.stack.name, self.name, self.run_id, role)

    def choices(self, kept: survey.Kept) -> Choices:
        """What the sandbox is to have; refuses a remote engine, and says when others can reach the ports."""
        request, stack = self.request, self.stack.name
        found = merge(request.asked, request.settings, kept.choices, reset=request.reset, stack=stack)
        endpoint = self.engine.endpoint
        ports = tuple(found[option] for option in found.ports.values())
        published = address.publish_on(endpoint, found["publish_address"], ports, stack)
        if address.is_public(published, endpoint):
            what = {"queue": "queue, which asks nobody for a password"}.get(stack, stack.capitalize())
            self.world.emit(
                Warned("port.public", f"the ports are published on {published}: other machines may reach this {what}")
            )
        return found

    def plan(
        self, seen: Observed, kept: survey.Kept, choices: Choices, found: Mapping[str, Image | None]
    ) -> tuple[list[Change], Design]:
        """The steps, after the guard of the data has let them pass."""
        look = self.kind.look(self, seen, kept, choices, found)
        main, *others = found
        design = Design(
            stack=agent.stack_of(self.stack, choices),
            name=self.name,
            run=self.run_id,
            choices=choices,
            image=found[main] or images.UNKNOWN,
            endpoint=self.engine.endpoint,
            version=look.version,
            config_file=str(folder() / f"{self.stack.name}.yaml"),
            war=self.files.wars.get((choices.values.get("war") or {}).get("sha256", "")),
            images={service: found[service] or images.UNKNOWN for service in others},
            scale=self.scale,
        )
        wanted = Wanted(self.name, survey.volumes(self.stack, self.name), look.services)
        return self.kind.steps(self, kept, choices, plan(wanted, seen), seen), design

    def differences(
        self, seen: Observed, container: Container | None, ref: str, image: Image | None, changes: Sequence[str]
    ) -> tuple[str, ...]:
        """What about a service is to be different, in words: `changes` of its options, else of what is around it."""
        found = list(changes)
        if container is None:
            return ()
        if not found and image is not None and container.image_id != image.id:
            found.append(f"{ref} has moved")
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
