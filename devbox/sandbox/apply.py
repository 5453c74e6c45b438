"""Carries a plan out, waits for readiness, and takes back what it made when that fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from devbox.errors import DevboxError
from devbox.events import Note, Step, Warned
from devbox.sandbox import kinds, labels, names, ports
from devbox.sandbox.desired import Design, container
from devbox.sandbox.failure import keep_log, with_names
from devbox.sandbox.foreign import foreign
from devbox.sandbox.plan import LAST, REPLACED, RUNS, Action, Change
from devbox.sandbox.request import UpRequest, World
from devbox.sandbox.rollback import GONE, Aside, roll_back
from devbox.stacks import PortPolicy

MOVES = 200
"""Ports that are tried one after the other before devbox gives up."""


@dataclass
class Outcome:
    """What was done, and what was seen to be usable (None under `--no-wait`)."""

    changes: list[Change] = field(default_factory=list)
    ready: kinds.Usable | None = None


class Apply:
    """One application of a plan to one sandbox."""

    def __init__(self, world: World, request: UpRequest, design: Design, done: list[Change]) -> None:
        self.world = world
        self.engine = world.engine
        self.request = request
        ids = {service: image.id for service, image in design.images.items()}
        self.design = replace(design, choices=replace(design.choices, image_id=design.image.id, image_ids=ids))
        self.outcome = Outcome(list(done))
        self.aside: dict[str, Aside] = {}
        self.taken: set[int] = set()
        self.made: set[str] = set()
        self.later: list[Change] = []
        self.care = kinds.of(design.stack.name).care(self)

    def carry_out(self, steps: list[Change]) -> Outcome:
        """Do it; on any failure and on Ctrl-C take back what this run made, unless `--keep`.

        Once it is ready it stays: the old container's end can fail, and is then left to the next `up` or `down`.
        """
        self.later = [step for step in steps if step.reason in LAST]
        try:
            for step in steps:
                if step.reason not in LAST:
                    self.do(step)
            self.outcome.ready = self.care.wait() if self.request.wait else None
        except BaseException as error:
            self.failed(error)
            raise
        self.care.done()
        if not self.request.wait:
            return self.outcome
        for step in self.later:
            try:
                self.do(step)
            except DevboxError as error:
                self.world.emit(Warned("rollback.incomplete", f"{step.target} could not be removed ({error.message})"))
        return self.outcome

    def failed(self, error: BaseException) -> None:
        """Keep the log, name the names, take back: the order in which it can still be done."""
        if isinstance(error, DevboxError) and error.code in GONE:
            left = f"what this run made is left there; devbox down {self.design.name} removes it"
            self.world.emit(Warned("rollback.incomplete", left))
            return
        try:
            if isinstance(error, DevboxError):
                blamed = error.service or self.design.stack.services[0].name
                own = names.container(self.design.name, blamed)
                keep_log(self.world, own, self.design.name, with_names(error, self.design))
        finally:
            self.take_back()

    def take_back(self) -> None:
        """Undo, unless `--keep`."""
        if self.request.keep:
            self.world.emit(Note("what this run made is kept for a look (--keep)"))
            return
        with self.world.shield():
            self.care.undo()
            roll_back(self.world, self.design, self.aside, self.care.came_back)

    def do(self, step: Change) -> None:
        """One step, with its events; a signal waits for its end unless the step itself may take long."""
        self.world.emit(Step(step.action.value, step.target, step.reason))
        doing: dict[Action, Callable[[Change], None]] = {
            Action.CREATE_NETWORK: self.create_network,
            Action.CREATE_VOLUME: self.create_volume,
            Action.COPY_HOME: self.care.copy,
            Action.STOP: lambda s: self.engine.stop(s.target),
            Action.SET_ASIDE: self.set_aside,
            Action.BRING_BACK: lambda s: self.engine.rename(names.set_aside(self.design.name, s.service), s.target),
            Action.CREATE: lambda s: self.create(s),
            Action.START: self.start,
            Action.RESTART: self.restart,
            Action.RELOAD: self.care.act,
            Action.SCALE: self.care.act,
            Action.REMOVE: lambda s: self.engine.remove_container(s.target),
        }
        if step.action in (Action.STOP, Action.RESTART, Action.COPY_HOME):
            if step.action is Action.STOP:
                self.remember(step)
            doing[step.action](step)
        else:
            with self.world.shield():
                doing[step.action](step)
        self.outcome.changes.append(step)
        self.world.emit(Step(step.action.value, step.target, step.reason, "done"))

    def create_network(self, step: Change) -> None:
        """The sandbox's own network."""
        self.engine.create_network(step.target, labels.of_network(self.design.base_labels("network")))

    def create_volume(self, step: Change) -> None:
        """A volume; raises `volume.foreign` where Docker gave somebody else's."""
        short = step.target.removeprefix(names.volume(self.design.name, ""))
        own = {**labels.of_volume(self.design.base_labels("home"), short), labels.IMAGE: self.design.choices.image}
        made = self.engine.create_volume(step.target, own)
        if not labels.is_ours(made.labels):
            raise foreign("volume", step.target)  # made by somebody since we looked: Docker gives what is there
        self.care.volume_made(made.labels.get(labels.RUN) == self.design.run)

    def remember(self, step: Change) -> None:
        """Before the old container is touched: what it takes to bring it back as it was."""
        old = self.engine.find_container(step.target)
        if old is not None and step.service not in self.aside:
            self.aside[step.service] = Aside(old, old.state in RUNS, self.care.remember(old))

    def set_aside(self, step: Change) -> None:
        """Take the container's name from it; it is kept until the new one is ready."""
        self.remember(step)
        old = names.set_aside(self.design.name, step.service)
        self.engine.rename(step.target, old)
        last = Change(Action.REMOVE, old, REPLACED, step.service)
        if last not in self.later:
            self.later.append(last)

    def create(self, step: Change) -> None:
        """Create the container and put into it what it needs; it is not started."""
        service = self.design.stack.service(names.service_of(step.service))
        self.avoid_known_holders(step.service)
        created = self.engine.create_container(container(self.design, service, names.number_of(step.service)))
        self.care.created(step, created)
        self.made.add(step.service)

    def policies(self, member: str) -> list[PortPolicy]:
        """The ports of a service that may have to move."""
        return [p for p in self.design.stack.ports if p.service == names.service_of(member)]

    def avoid_known_holders(self, member: str) -> None:
        """Docker knows which ports its containers hold: no need to be refused for those."""
        policies = self.policies(member)
        if not policies:
            return
        published, own = self.design.published_on, names.container(self.design.name, member)
        others = [c for c in self.engine.containers({}, all_states=False) if c.name != own]
        held = ports.holders(others, published)
        for policy in policies:
            while (port := self.design.port(policy.name)) in held:
                self.move(policy.name, port, None, ports.owner(port, others, published, here=self.here), set(held))

    def restart(self, step: Change) -> None:
        """Restart in the container's own grace period."""
        self.care.starting(step)
        self.engine.restart(step.target)

    @property
    def here(self) -> bool:
        """Whether ports are published on this very machine."""
        return self.engine.endpoint.reach == "127.0.0.1"

    def start(self, step: Change) -> None:
        """Start; a port that Docker refuses moves on, unless somebody asked for that very one."""
        for _ in range(MOVES):
            self.care.starting(step)
            try:
                self.engine.start(step.target)
                return
            except DevboxError as error:
                if error.code not in ("port.taken", "port.reserved"):
                    raise
                self.moved_by(error, step.service)
                self.replace_container(step.service)
        raise DevboxError("port.none", f"none of {MOVES} ports in a row was free")

    def moved_by(self, error: DevboxError, member: str) -> None:
        """Move the port that Docker refused."""
        policies = {self.design.port(p.name): p.name for p in self.policies(member)}
        port = ports.refused(error, policies)
        if port is None:
            raise error
        who = ports.owner(port, self.engine.containers({}, all_states=False), self.design.published_on, here=self.here)
        self.move(policies[port], port, error, who, set())

    def move(self, name: str, port: int, error: DevboxError | None, who: str, held: set[int]) -> None:
        """Choose the next port for `name`; raises `port.taken` where it may not move."""
        if self.request.strict_ports or name in self.design.choices.asked_ports:
            if error is not None and error.code != "port.taken":
                raise error
            raise ports.taken(
                port, who, self.design.choices.ports[name], error, name=self.design.name, stack=self.design.stack.name
            )
        self.taken.add(port)
        chosen = ports.next_free(port, {*self.taken, *held, *(self.design.port(p) for p in self.design.choices.ports)})
        self.design = replace(self.design, choices=self.design.choices.with_port(name, chosen))
        self.world.emit(Warned("port.moved", f"port {port} is taken by {who}; the {name} port is {chosen}"))

    def replace_container(self, member: str) -> None:
        """The same container with the ports as they are now: Docker cannot change those of an existing one."""
        own = names.container(self.design.name, member)
        create = Change(Action.CREATE, own, "recreate: its port is taken", member)
        if member in self.made:
            self.engine.remove_container(own)
        else:
            aside = Change(Action.SET_ASIDE, own, "kept until the new one is ready", member)
            self.set_aside(aside)
            self.outcome.changes += [aside, create]
        self.create(create)
