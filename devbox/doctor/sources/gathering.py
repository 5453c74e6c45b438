"""All sources side by side: what needs the engine's answer starts when it is there, nothing else waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import Any

from devbox.doctor.facts import Asked, EngineFacts, Facts, Missing, Reach, Where
from devbox.doctor.host import HostView
from devbox.doctor.sources import access, firewall, others, ports, registries, settings, things, tools
from devbox.doctor.sources import engine as engines
from devbox.doctor.sources.together import start, taken
from devbox.errors import DevboxError

SECONDS = 4.3
"""All of it, when the engine hangs; with what a start and the printing take, below 5 s."""
SSH_SECONDS = 20.0
DEEP_SECONDS = 20.0

SOURCES = ("settings", "tools", "access", "ports", "python", "libraries", "disks", "network", "things")
"""What `only` may name. Endpoint, environment and engine are always looked at: all others hang on them."""


def gathered(host: HostView, asked: Asked, *, deep: bool, only: frozenset[str] | None) -> Facts:
    """The facts; see `facts.gather`."""
    where = _where(host, asked)
    seconds = SSH_SECONDS if where.url.startswith("ssh://") else DEEP_SECONDS if deep else SECONDS
    run = _Run(host, asked, where, deep, only, time.monotonic() + seconds)
    facts = run.facts()
    facts = replace(facts, backend=_backend(host, facts))
    if not deep:
        return facts
    from devbox.doctor.sources.deep import looked

    return replace(facts, deep=looked(host, facts))


def _backend(host: HostView, facts: Facts) -> str:
    from devbox.doctor.backends import owner

    found = owner(facts, host)
    return found.title if found else ""


def _where(host: HostView, asked: Asked) -> Where:
    from devbox.engine.endpoint import resolve

    flag = "--host" if asked.host else "--context" if asked.context else ""
    try:
        endpoint = resolve(host=asked.host, context=asked.context, env=host.env, platform=host.platform, home=host.home)
    except DevboxError as error:
        return Where(None, error, flag)
    except (OSError, ValueError) as error:
        return Where(None, DevboxError("endpoint.invalid", f"The engine's address cannot be told: {error}"), flag)
    return Where(endpoint, None, flag)


class _Run:
    """One gathering under way."""

    def __init__(
        self, host: HostView, asked: Asked, where: Where, deep: bool, only: frozenset[str] | None, until: float
    ) -> None:
        self.host, self.asked, self.where, self.deep, self.until = host, asked, where, deep, until
        self._only = only
        self._engine = start(partial(engines.engine, host, where), "engine")
        self._settings = self._start("settings", partial(settings.settings, host), always=True)

    def facts(self) -> Facts:
        """Start all, then wait for all."""
        host, seconds = self.host, registries.DEEP_SECONDS if self.deep else registries.SECONDS
        wanted = dict(self.asked.ports) or dict(ports.STACKS)
        begun = {
            "tools": self._start("tools", partial(tools.tools, host)),
            "programs": self._start("access", partial(tools.programs, host), always=True),
            "service": self._start("access", partial(access.service, host), always=True),
            "groups": self._start("access", partial(access.groups, host, self.where)),
            "helpers": self._start("settings", lambda: tools.helpers(host, self._known_settings())),
            "python": self._start("python", partial(tools.python, host)),
            "libraries": self._start("libraries", partial(tools.libraries, host)),
            "ports": self._start("ports", partial(ports.ports, host, wanted)),
            "things": self._start("things", lambda: things.things(host, self.where, self._answered())),
            "registries": self._start("network", lambda: registries.registries(host, self._answered(), seconds)),
            "disks": self._start("disks", lambda: _disks(host, self.where, self._answered())),
            "firewall": self._start(
                "network",
                lambda: firewall.firewall(host, self.where, self._known_settings(), self._answered()),
            ),
            "others": self._start("access", self._others),
        }
        return self._taken(begun)

    def _taken(self, begun: dict[str, Future[Any]]) -> Facts:
        found = {name: self._take(future) for name, future in begun.items()}
        listed, answers = found["ports"], self._start("ports", partial(self._answers, found["things"]))
        reached = self._take(answers)
        if not isinstance(listed, Missing) and isinstance(reached, dict):
            found["ports"] = replace(listed, answers=reached)
        for name, nothing in (("programs", ()), ("service", ""), ("others", ())):
            if isinstance(found[name], Missing):
                found[name] = nothing
        return Facts(
            platform=self.host.platform,
            machine=self.host.machine,
            env=tools.environment(self.host.env),
            where=self.where,
            settings=self._known_settings(),
            engine=self._answered(),
            now=self.host.now(),
            **found,
        )

    def _start(self, source: str, call: Callable[[], Any], *, always: bool = False) -> Future[Any]:
        if always or self._only is None or source in self._only:
            return start(call, source)
        left: Future[Any] = Future()
        left.set_result(Missing("not asked for"))
        return left

    def _take(self, future: Future[Any]) -> Any:
        result = taken(future, self.until)
        if isinstance(result, TimeoutError):
            return Missing("it took too long")
        return Missing(f"{type(result).__name__}: {result}") if isinstance(result, Exception) else result

    def _known_settings(self) -> Any:
        return self._take(self._settings)

    def _answered(self) -> EngineFacts:
        """The engine's answer; in its place what kept it from coming."""
        result = taken(self._engine, self.until)
        if isinstance(result, EngineFacts):
            return result
        return EngineFacts(Reach("hang" if isinstance(result, TimeoutError) else "unknown", str(result)))

    def _others(self) -> Any:
        return () if self._answered().reach.ok else others.others(self.host, self.where, self._known_settings())

    def _answers(self, listed: Any) -> Any:
        again = partial(things.things, self.host, self.where, self._answered())
        return ports.answers(self.host, self.where, listed, again)


def _disks(host: HostView, where: Where, engine: EngineFacts) -> Any:
    from pathlib import Path

    from devbox.doctor.facts import Disks

    root = engine.known_info.get("DockerRootDir")
    here = where.url.startswith("unix://") and engine.provider in ("engine", "rootless") and host.platform == "linux"
    there = host.space(Path(root)) if here and isinstance(root, str) and root.startswith("/") else None
    return Disks(host.space(host.home), there)
