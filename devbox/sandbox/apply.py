"""Carries a plan out, waits for readiness, and takes back what it made when that fails."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from devbox.engine.api import Mount
from devbox.errors import DevboxError
from devbox.events import Note, Step, Warned
from devbox.jenkins import home as layout
from devbox.jenkins.ready import Ready, Wait, wait_ready
from devbox.sandbox import copy, home, labels, names, ports, war
from devbox.sandbox.choices import PORTS
from devbox.sandbox.desired import Design, container
from devbox.sandbox.failure import keep_log, with_names
from devbox.sandbox.foreign import foreign
from devbox.sandbox.observe import observe
from devbox.sandbox.plan import Action, Change
from devbox.sandbox.request import UpRequest, World
from devbox.sandbox.rollback import GONE, GRACE, Aside, roll_back

MOVES = 200
"""Ports that are tried one after the other before devbox gives up."""


@dataclass
class Outcome:
    """What was done, and the Jenkins that is ready (None under `--no-wait`)."""

    changes: list[Change] = field(default_factory=list)
    ready: Ready | None = None


class Apply:
    """One application of a plan to one sandbox."""

    def __init__(self, world: World, request: UpRequest, design: Design, done: list[Change]) -> None:
        self.world = world
        self.engine = world.engine
        self.request = request
        self.design = replace(design, choices=replace(design.choices, image_id=design.image.id))
        self.outcome = Outcome(list(done))
        self.service = design.stack.services[0]
        self.own = names.container(design.name, self.service.name)
        self.aside: Aside | None = None
        self.home = home.Home()
        self.taken: set[int] = set()
        self.prepared = False
        self.stale: str | None = None
        self.new_home = False
        self.set_one_aside = False

    def carry_out(self, steps: list[Change]) -> Outcome:
        """Do it; on any failure and on Ctrl-C take back what this run made, unless `--keep`.

        Once it is ready it stays: the old container's end can fail, and is then left to the next `up` or `down`.
        """
        old = names.set_aside(self.design.name, self.service.name)
        last = Change(Action.REMOVE, old, "its replacement is ready", self.service.name)
        planned = [step for step in steps if (step.action, step.target) == (last.action, last.target)]
        try:
            for step in steps:
                if step not in planned[-1:]:
                    self.do(step)
            if not self.request.wait:
                return self.outcome
            self.outcome.ready = self.wait()
        except BaseException as error:
            self.failed(error)
            raise
        try:
            if planned or self.set_one_aside:
                self.do(last)
        except DevboxError as error:
            self.world.emit(Warned("rollback.incomplete", f"{old} could not be removed ({error.message})"))
        return self.outcome

    def failed(self, error: BaseException) -> None:
        """Keep the log, name the names, take back: the order in which it can still be done."""
        if isinstance(error, DevboxError) and error.code in GONE:
            left = f"what this run made is left there; devbox down {self.design.name} removes it"
            self.world.emit(Warned("rollback.incomplete", left))
            return
        try:
            if isinstance(error, DevboxError):
                keep_log(self.world, self.own, self.design.name, with_names(error, self.design))
        finally:
            self.take_back()

    def take_back(self) -> None:
        """Undo, unless `--keep`."""
        if self.request.keep:
            self.world.emit(Note("what this run made is kept for a look (--keep)"))
            return
        with self.world.shield():
            self.restore_record()
            roll_back(self.world, self.design, self.aside)

    def restore_record(self) -> None:
        """Give a home that was there before its record back: choices that failed must not stick."""
        if self.prepared and self.home.record is not None:
            with contextlib.suppress(DevboxError):
                home.write_record(self.engine, self.own, self.home, self.home.record, self.record)

    @property
    def record(self) -> dict[str, object]:
        """What a home's record says besides the choices."""
        return {"name": self.design.name, "stack": self.design.stack.name}

    def do(self, step: Change) -> None:
        """One step, with its events; a signal waits for its end unless the step itself may take long."""
        self.world.emit(Step(step.action.value, step.target, step.reason))
        doing: dict[Action, Callable[[Change], None]] = {
            Action.CREATE_NETWORK: self.create_network,
            Action.CREATE_VOLUME: self.create_volume,
            Action.COPY_HOME: self.copy_home,
            Action.STOP: lambda s: self.engine.stop(s.target),
            Action.SET_ASIDE: self.set_aside,
            Action.BRING_BACK: lambda s: self.engine.rename(names.set_aside(self.design.name, s.service), s.target),
            Action.CREATE: lambda s: self.create(s),
            Action.START: self.start,
            Action.RESTART: self.restart,
            Action.REMOVE: lambda s: self.engine.remove_container(s.target),
        }
        if step.action in (Action.STOP, Action.RESTART, Action.COPY_HOME):
            if step.action is Action.STOP:
                self.remember(step.target)
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
        self.new_home = made.labels.get(labels.RUN) == self.design.run

    def remember(self, target: str) -> None:
        """Before the old container is touched: what it takes to bring it back as it was."""
        old = self.engine.find_container(target)
        if old is not None and self.aside is None:
            self.aside = Aside(
                old, old.state in ("running", "restarting", "paused"), home.last_version(self.engine, old.id)
            )

    def set_aside(self, step: Change) -> None:
        """Take the container's name from it; it is kept until the new one is ready."""
        self.remember(step.target)
        self.engine.rename(step.target, names.set_aside(self.design.name, step.service))
        self.set_one_aside = True

    def copy_home(self, step: Change) -> None:
        """Copy the home as the earlier Jenkins left it, from its stopped container or, after `down`, its volume."""
        design = self.design
        base = design.base_labels("copy")
        old = observe(self.engine, design.name).aside.get(step.service)
        if old is not None:
            volume = copy.copy_slim(self.engine, old.id, design.name, base, design.choices.image)
        else:
            mount = Mount(names.volume(design.name, self.service.mounts[0].volume), layout.PATH)
            with home.helper(self.engine, design.name, base, mount, design.choices.image) as helper:
                volume = copy.copy_slim(self.engine, helper, design.name, base, design.choices.image)
        self.world.emit(Note(f"a copy of the home as it was is in the volume {volume}"))

    def create(self, step: Change) -> None:
        """Create the container and put into its home and its image what it needs; it is not started."""
        self.avoid_known_holders()
        spec = container(self.design, self.service)
        created = self.engine.create_container(spec)
        self.home = self.read_home(created)
        home.guard(
            self.home.version,
            self.design.version,
            name=self.design.name,
            stack=self.design.stack.name,
            image=self.design.choices.image,
        )
        password = home.prepare(self.engine, created, self.home, self.design.choices, self.record)
        self.home = replace(self.home, password=password)
        self.prepared = True
        if chosen := self.design.choices["war"]:
            war.put_war(self.engine, created, self.design.war, chosen["sha256"], self.home)

    def read_home(self, created: str) -> home.Home:
        """What the home says; one that this run has made says only whose it is."""
        if self.new_home:
            return home.untouched(self.engine, created)
        return home.read(self.engine, created)

    def avoid_known_holders(self) -> None:
        """Docker knows which ports its containers hold: no need to be refused for those."""
        published = self.design.published_on
        others = [c for c in self.engine.containers({}, all_states=False) if c.name != self.own]
        held = ports.holders(others, published)
        for name in PORTS:
            while (port := self.design.port(name)) in held:
                self.move(name, port, None, ports.owner(port, others, published, here=self.here), set(held))

    def restart(self, step: Change) -> None:
        """Restart; the life before must not pass for the one after."""
        self.stale = self.world.site(self.design.url, None).get("/login").session
        self.engine.restart(step.target)

    @property
    def here(self) -> bool:
        """Whether ports are published on this very machine."""
        return self.engine.endpoint.reach == "127.0.0.1"

    def start(self, step: Change) -> None:
        """Start; a port that Docker refuses moves on, unless somebody asked for that very one."""
        for _ in range(MOVES):
            if self.design.choices["no_auth"] or not self.new_home:
                # The password may prove nothing (any more); another session than now does.
                self.stale = self.world.site(self.design.url, None).get("/login").session
            try:
                self.engine.start(step.target)
                return
            except DevboxError as error:
                if error.code not in ("port.taken", "port.reserved"):
                    raise
                self.moved_by(error)
                self.replace_container()
        raise DevboxError("port.none", f"none of {MOVES} ports in a row was free")

    def moved_by(self, error: DevboxError) -> None:
        """Move the port that Docker refused."""
        policies = {self.design.port(name): name for name in PORTS}
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
            raise ports.taken(port, who, PORTS[name], error, name=self.design.name, stack=self.design.stack.name)
        self.taken.add(port)
        chosen = ports.next_free(port, {*self.taken, *held, *(self.design.port(p) for p in PORTS)})
        self.design = replace(self.design, choices=self.design.choices.with_port(name, chosen))
        self.world.emit(Warned("port.moved", f"port {port} is taken by {who}; the {name} port is {chosen}"))

    def replace_container(self) -> None:
        """The same container with the ports as they are now: Docker cannot change those of an existing one."""
        create = Change(Action.CREATE, self.own, "recreate: its port is taken", self.service.name)
        if self.prepared:
            self.engine.remove_container(self.own)
        else:
            aside = Change(Action.SET_ASIDE, self.own, "kept until the new one is ready", self.service.name)
            self.set_aside(aside)
            self.outcome.changes += [aside, create]
        self.create(create)

    def wait(self) -> Ready | None:
        """Wait until the service is usable; says when the sign-in is no longer devbox's."""
        current = self.engine.find_container(self.own)
        if current is None:
            raise DevboxError("container.gone", f"{self.own} was removed by somebody else meanwhile", retryable=True)
        if not self.prepared:
            self.home = home.sign_in(self.engine, current.id)
        secured = not self.design.choices["no_auth"]
        site = self.world.site(self.design.url, self.home.password if secured else None)
        ready = wait_ready(
            Wait(
                self.engine,
                current.id,
                site,
                secured=secured,
                set_up=self.home.signed_in == ("on" if secured else "off"),
                timeout=self.request.timeout,
                emit=self.world.emit,
                service=self.service.name,
                stale=self.stale,
            )
        )
        self.judge(ready, secured=secured)
        return ready

    def judge(self, ready: Ready, *, secured: bool) -> None:
        """What the answers say of the sign-in. What cannot be secured does not run."""
        if not secured:
            self.world.emit(
                Warned(
                    "signin.off",
                    "security is off (--no-auth): whoever reaches this port may run anything in this Jenkins",
                )
            )
        elif ready.signed_in and ready.anonymous_refused:
            return
        elif self.home.signed_in == "on":
            self.world.emit(
                Warned(
                    "signin.changed",
                    "this Jenkins does not have the sign-in any more that devbox gave it; it is yours to keep",
                )
            )
        else:
            home.unsign(self.engine, self.own, self.home)
            self.engine.stop(self.own, GRACE)
            raise DevboxError("signin.open", "Jenkins came up and lets anybody in, so it was stopped")
