"""Jenkins: its home and the record in it, the guard of its version, its sign-in, its WAR, its readiness."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from devbox.engine.api import Container, Image, Mount
from devbox.errors import Cure, DevboxError
from devbox.events import Note, Warned
from devbox.jenkins import home as layout
from devbox.jenkins.ready import Ready, Wait, wait_ready
from devbox.jenkins.version import newer
from devbox.sandbox import agent, copy, home, images, names, survey, war
from devbox.sandbox.choices import Choices
from devbox.sandbox.desired import Design
from devbox.sandbox.kinds import Files, Found, Usable
from devbox.sandbox.observe import Observed, observe
from devbox.sandbox.plan import Action, Change, WantedService
from devbox.sandbox.request import UpRequest
from devbox.sandbox.survey import Kept
from devbox.stacks import Service
from devbox.stacks.values import size

if TYPE_CHECKING:
    from devbox.sandbox.apply import Apply
    from devbox.sandbox.up import Run

NO_WIZARD = "-Djenkins.install.runSetupWizard=false"
"""Set together with the sign-in script, and never without it."""

GRACE = 10
"""Seconds that a Jenkins that did not become ready gets to end in."""


class Jenkins:
    """See `Kind`."""

    stopping = "stop and remove it, keeping its home"

    def resolve(self, request: UpRequest) -> tuple[UpRequest, Files]:
        """A WAR is its content."""
        request, wars = war.resolve(request)
        return request, Files(wars=wars)

    def kept(self, run: Run, seen: Observed, *, peek: bool) -> Kept:
        """From the container; else from the home, which takes a helper container."""
        found = survey.kept(run.world, run.stack, seen)
        if found is not None or not peek:
            return found or Kept()
        volume = next((v for v in survey.volumes(run.stack, run.name) if v in seen.volumes), None)
        if volume is None:
            return Kept()
        content = run.peek(seen.volumes[volume])
        return Kept(content.record, content.version)

    def references(self, run: Run, choices: Choices) -> Mapping[str, str]:
        """One service, one image."""
        return {run.stack.services[0].name: choices.image}

    def reference(self, service: Service, choices: Choices) -> str:
        """The same."""
        return choices.image

    def look(
        self, run: Run, seen: Observed, kept: Kept, choices: Choices, images_: Mapping[str, Image | None]
    ) -> Found:
        """The one service, after the guard of the home has let it pass."""
        main = run.stack.services[0]
        image = images_[main.name]
        current = seen.containers.get(main.name)
        existing = current or seen.aside.get(main.name)
        known = existing is not None and kept.choices is not None
        changes = kept.choices.changes(choices) if known and kept.choices is not None else []
        differences = run.differences(seen, existing, choices.image, image, changes) if known else ()
        version = (choices["war"] or {}).get("version") or images.version(
            run.world, run.request, image, run.base_labels("peek"), look_inside=bool(differences) or current is None
        )
        last = home.last_version(run.engine, current.id) if current is not None and differences else kept.home_version
        home.guard(last, version, name=run.name, stack=run.stack.name, image=choices.image)
        copied = last if newer(version, last) else None
        service = WantedService(main.name, choices.image, differences, version_changes=copied)
        return Found((service,), version)

    def settle(self, run: Run, seen: Observed, kept: Kept, choices: Choices) -> Choices:
        """As they are."""
        return choices

    def steps(self, run: Run, kept: Kept, choices: Choices, steps: list[Change], seen: Observed) -> list[Change]:
        """None of its own."""
        return steps

    def restarts(self, choices: Choices, steps: Sequence[Change]) -> list[Change]:
        """As they are asked for."""
        return list(steps)

    def shape(self, design: Design, service: Service) -> Service:
        """The service with its memory and its variables."""
        chosen = design.choices["memory"]
        memory = size(chosen) if chosen else service.memory
        return replace(service, memory=memory, environment=_environment(design, service, memory))

    def care(self, apply: Apply) -> JenkinsCare:
        """See `JenkinsCare`."""
        return JenkinsCare(apply)

    def next(self, name: str, warnings: set[str], choices: Choices) -> tuple[Cure, ...]:
        """Browser, sign-in, end."""
        which = "" if name == "jenkins" else f" {name}"
        sign_in = () if "signin.off" in warnings else (Cure("see user and password", f"devbox credentials{which}"),)
        return (
            Cure("open it in the browser", f"devbox open{which}"),
            *sign_in,
            Cure(self.stopping, f"devbox down {name}"),
        )


class JenkinsCare:
    """What a run does for its Jenkins: see `Care`."""

    def __init__(self, apply: Apply) -> None:
        self.run = apply
        self.world = apply.world
        self.engine = apply.engine
        self.home = home.Home()
        self.prepared = False
        self.stale: str | None = None
        self.new_home = False
        self.service = apply.design.stack.services[0]
        self.own = names.container(apply.design.name, self.service.name)

    @property
    def design(self) -> Design:
        """As it is now: a port may have moved."""
        return self.run.design

    @property
    def record(self) -> dict[str, object]:
        """What a home's record says besides the choices."""
        return {"name": self.design.name, "stack": self.design.stack.name}

    def remember(self, container: Container) -> str | None:
        """Which Jenkins has written the home by now."""
        return home.last_version(self.engine, container.id)

    def copy(self, step: Change) -> None:
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

    def volume_made(self, new: bool) -> None:
        """A home that this run has made says only whose it is."""
        self.new_home = new

    def created(self, step: Change, container: str) -> None:
        """Sign-in, record and WAR."""
        self.home = home.untouched(self.engine, container) if self.new_home else home.read(self.engine, container)
        home.guard(
            self.home.version,
            self.design.version,
            name=self.design.name,
            stack=self.design.stack.name,
            image=self.design.choices.image,
        )
        password = home.prepare(self.engine, container, self.home, self.design.choices, self.record)
        self.home = replace(self.home, password=password)
        self.prepared = True
        if chosen := self.design.choices["war"]:
            at = war.place(self.design.image)
            war.put_war(self.engine, container, self.design.war, chosen["sha256"], self.home, at=at)

    def starting(self, step: Change) -> None:
        """The life before must not pass for the one after, where the password proves nothing (any more)."""
        if step.action is Action.RESTART or self.design.choices["no_auth"] or not self.new_home:
            self.stale = self.world.site(self.design.url, None).get("/login").session

    def act(self, step: Change) -> None:
        """None of its own."""

    def done(self) -> None:
        """Its record was written before the start."""

    def undo(self) -> None:
        """Give a home that was there before its record back: choices that failed must not stick."""
        if self.prepared and self.home.record is not None:
            with contextlib.suppress(DevboxError):
                home.write_record(self.engine, self.own, self.home, self.home.record, self.record)

    def came_back(self, old: Container, before: str | None) -> bool:
        """Not where a newer Jenkins has written its home meanwhile."""
        now = home.last_version(self.engine, old.id)
        if not newer(now, before):
            return True
        self.world.emit(
            Warned(
                "home.newer",
                f"the old container is back and not started: Jenkins {now} has written its home, and it is "
                f"Jenkins {before}; the copy of the home as it was is kept",
            )
        )
        return False

    def wait(self) -> Usable | None:
        """Wait until Jenkins is usable; says when the sign-in is no longer devbox's."""
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
                timeout=self.run.request.timeout,
                emit=self.world.emit,
                service=self.service.name,
                stale=self.stale,
            )
        )
        self.judge(ready, secured=secured)
        return Usable(ready.version)

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


def _environment(design: Design, service: Service, memory: int) -> dict[str, str]:
    choices = design.choices
    given: Mapping[str, str] = choices["env"]
    image = design.image.environment
    env = {**service.environment, **given}
    for policy in design.stack.ports:
        if policy.service == service.name and policy.inside:
            env[policy.inside] = str(design.port(policy.name))
    # The image's own value would be lost: Docker replaces a variable as a whole.
    java = [image.get("JAVA_OPTS", ""), given.get("JAVA_OPTS", ""), NO_WIZARD, choices["java_opts"]]
    everything = " ".join([*java, given.get("JENKINS_JAVA_OPTS", image.get("JENKINS_JAVA_OPTS", ""))])
    if design.stack.heap and memory and not re.search(r"-Xmx|-XX:MaxRAM|-XX:MaxHeapSize", everything):
        # -Xmx, not a percentage: Java 8 before 8u191 dies of the option.
        java.insert(0, f"-Xmx{memory * design.stack.heap // 100 >> 20}m")
    env["JAVA_OPTS"] = _join([*java, *agent.options(choices, everything, given.get("DEBUG", image.get("DEBUG", "")))])
    if choices["prefix"]:
        env["JENKINS_OPTS"] = _join(
            [image.get("JENKINS_OPTS", ""), given.get("JENKINS_OPTS", ""), f"--prefix={choices['prefix']}"]
        )
        env["DEVBOX_PREFIX"] = choices["prefix"]
    env["PRE_CLEAR_INIT_GROOVY_D"] = ""  # the image's start would delete the sign-in script, and come up open
    env["DEVBOX_URL"] = design.url + "/"
    env["DEVBOX_SIGNIN"] = "off" if choices["no_auth"] else "on"
    return env


def _join(parts: list[str]) -> str:
    return " ".join(part.strip() for part in parts if part.strip())
