"""`devbox plugin watch`: link a project, then send each edit at once and say what became of it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Literal

from devbox.engine.api import Engine
from devbox.errors import DevboxError
from devbox.events import Edited, Event, Warned, silent
from devbox.frozen import dataclass
from devbox.jenkins import hpl, kinds, project, script
from devbox.jenkins.mirror import Difference, Mirror, Stamp
from devbox.jenkins.watcher import Watcher
from devbox.sandbox import agent
from devbox.sandbox.inside import service_container
from devbox.sandbox.plugins.entry import enter
from devbox.sandbox.plugins.link import SERVICE, Linked, LinkRequest, ask, builds, establish, restart_of
from devbox.sandbox.plugins.swap import Connecting, Swapped, swap
from devbox.sandbox.request import UpRequest, World
from devbox.sandbox.up import bring

Restart = Literal["auto", "never", "always"]

MANY = 6
"""Edits of one kind that are told one by one; more of them at once are counted."""
RETRY = 2.0
"""Seconds until what could not be sent is tried again."""
PATIENT = 3.0
"""Seconds after which it is said that a build is waited for."""


@dataclass(frozen=True)
class WatchRequest:
    """One `plugin watch`. `restart`: when classes cannot be swapped, always, or never; `poll`: look, do not listen."""

    link: LinkRequest
    restart: Restart = "auto"
    poll: bool = False


def watch(world: World, request: WatchRequest, ready: Callable[[Linked], None]) -> None:
    """Link, say so through `ready`, and go on until interrupted."""
    watcher = Watcher(request.link.project, poll=request.poll)
    try:
        linked = establish(world, request.link)
        ready(linked)
        Watching(world, request, linked, watcher).go_on()
    finally:
        watcher.close()


class Watching:
    """What goes on between two looks."""

    def __init__(self, world: World, request: WatchRequest, linked: Linked, watcher: Watcher) -> None:
        self.world = world
        self.request = request
        self.mirror: Mirror = linked.mirror
        self.folder = linked.folder
        self.watcher = watcher
        self.waits = ("", 0.0)
        self.trouble = ""
        self.pending = ""
        """Why a restart is due that a build keeps from happening."""
        self.described = self.describing()
        self._port: int | None = None

    @property
    def engine(self) -> Engine:
        """The engine."""
        return self.world.engine

    def go_on(self) -> None:
        """Look, send, wait, for ever."""
        began, again = time.monotonic(), False
        while True:
            self.watcher.refresh()
            again = self.step(began)
            began = self.watcher.wait(again)

    def step(self, began: float) -> bool:
        """One look and what follows from it; whether to look again soon. What fails is tried again."""
        described = self.describe_anew()
        difference = self.mirror.look()
        self.say_waits(difference.waits)
        try:
            if described:
                self.folder.send(self.mirror, difference, whole=True)
                self.restart_for(["the plugin's manifest changed"], began)
            elif difference.empty:
                self.mirror.arrived(difference)
                self.restart_when_idle()
            else:
                self.send(difference, began)
            self.trouble = ""
        except DevboxError as error:
            if error.message != self.trouble:
                self.emit(Edited("jenkins", "", "failed", detail=_words(error)))
            self.trouble = error.message
            time.sleep(RETRY)
            return True
        return difference.again

    def say_waits(self, reason: str) -> None:
        """Say once that a build is waited for, when it takes its time."""
        if not reason:
            self.waits = ("", 0.0)
        elif not self.waits[0]:
            self.waits = (reason, time.monotonic())
        elif self.waits[1] and time.monotonic() - self.waits[1] > PATIENT:
            self.emit(Edited("build", "", "waiting", detail=reason))
            self.waits = (reason, 0.0)

    def emit(self, event: Event) -> None:
        """Show an event."""
        self.world.emit(event)

    def send(self, difference: Difference, began: float) -> None:
        """Everything in one archive; classes are swapped right behind it."""
        copies = {path for path in difference.changed if self.is_copy(path)}
        classes = {path: c for path, c in difference.changed.items() if kinds.kind(path) == "class"}
        known = [path for path in classes if path in self.mirror.has]
        connecting = self.connect() if known and self.request.restart != "always" else None
        try:
            self.folder.send(self.mirror, difference)
        except BaseException:
            if connecting is not None:
                connecting.drop()
            raise
        shown = [path for path in (*difference.changed, *difference.removed) if path not in copies]
        self.tell_files(shown, difference, began)
        reasons = self.swapped(connecting, classes, began) if classes else []
        reasons += [_why(path) for path in shown if kinds.kind(path) in ("index", "jar")]
        # An inner class goes with an outer one that changes.
        gone = [path for path in difference.removed if kinds.kind(path) == "class" and "$" not in path]
        reasons += [f"{_name(path)} is gone" for path in gone]
        self.restart_for(reasons, began)
        self.check(path for path in difference.changed if kinds.kind(path) == "view" and path not in copies)

    def is_copy(self, path: str) -> bool:
        """Whether it is a resource as a build copies it to the classes: the resources' own comes first."""
        first, _, rest = path.rpartition("classes/")
        return bool(rest) and f"{first}resources/{rest}" in self.mirror.has and kinds.kind(path) != "class"

    def connect(self) -> Connecting | None:
        """A connection to the debug agent, begun; None in a container that has none."""
        return Connecting(self.engine, self.folder.container, self.port) if self.port else None

    @property
    def port(self) -> int | None:
        """The debug agent's, asked again after trouble: somebody may have made the container anew."""
        if self._port is None or self.trouble:
            self._port = agent.port(self.engine.inspect(self.folder.container).environment)
        return self._port

    def tell_files(self, paths: list[str], difference: Difference, began: float) -> None:
        """A line for each view, static file, bundle; one line for many."""
        took = time.monotonic() - began
        by_kind: dict[str, list[str]] = {}
        for path in paths:
            if kinds.kind(path) not in ("class", "index", "jar"):
                by_kind.setdefault(kinds.kind(path), []).append(path)
        for kind, found in by_kind.items():
            if len(found) > MANY:
                self.emit(Edited(kind, f"{len(found)} files", "restart" if kind == "bundle" else "live", took))
                continue
            for path in found:
                self.emit(self.told(kind, path, path in difference.removed, took))

    def told(self, kind: str, path: str, removed: bool, took: float) -> Edited:
        """The line of one file."""
        if kind == "bundle":
            return Edited(kind, _shown(path), "restart", took, "Jenkins reads message bundles once: devbox restart")
        return Edited(kind, _shown(path), "deleted" if removed else "live", took)

    def swapped(self, connecting: Connecting | None, classes: dict[str, bytes], began: float) -> list[str]:
        """Swap what is loaded; gives what a restart is needed for, class by class."""
        if self.request.restart == "always":
            return [f"{_name(path)} changed" for path in classes]
        if connecting is None:
            return self.unswapped(classes, began)
        try:
            done = swap(connecting, classes)
        except DevboxError as error:
            self._port = None
            self.emit(Edited("class", _names(classes), "failed", time.monotonic() - began, _words(error)))
            return []
        took = time.monotonic() - began
        self.tell_classes(done, took)
        return [f"{name}: {why}" for name, why in done.of("structure").items()]

    def unswapped(self, classes: dict[str, bytes], began: float) -> list[str]:
        """Classes for which nobody was asked: new ones are in place; without an agent all others take a restart."""
        took = time.monotonic() - began
        if self.port is None:
            return [f"{_name(path)} changed, and this Jenkins has no debug agent" for path in classes]
        self.tell_many("copied", [_name(path) for path in classes], took)
        return []

    def tell_classes(self, done: Swapped, took: float) -> None:
        """A line for each class, by what became of it."""
        self.tell_many("swapped", list(done.of("swapped")), took)
        self.tell_many("copied", list(done.of("not loaded", "gone")), took)
        for name, why in done.of("invalid", "java", "unable", "dead", "unknown").items():
            self.emit(Edited("class", name, "failed", took, why))

    def tell_many(self, result: str, names: list[str], took: float) -> None:
        """One line each, or one for many."""
        if len(names) > MANY:
            self.emit(Edited("class", f"{len(names)} classes", result, took))
            return
        for name in names:
            self.emit(Edited("class", name, result, took))

    def restart_for(self, reasons: list[str], began: float) -> None:
        """Restart, or say what it would take."""
        if not reasons:
            return
        why = "; ".join(reasons[:3]) + (f"; and {len(reasons) - 3} more" if len(reasons) > 3 else "")
        if self.request.restart == "never":
            self.emit(Edited("class", "", "restart", time.monotonic() - began, f"{why} (devbox restart)"))
            return
        if not self.pending and (running := builds(self.world, self.request.link.name)):
            self.emit(Edited("jenkins", "", "waiting", detail=f"{why}: once {running[0]} has ended"))
        self.pending = self.pending or why
        self.restart_when_idle()

    def restart_when_idle(self) -> None:
        """Restart for what waits for it, once nothing is built any more: a restart would lose that."""
        if not self.pending or builds(self.world, self.request.link.name):
            return
        why, self.pending = self.pending, ""
        self.emit(Edited("jenkins", "", "restarting", detail=why))
        at = time.monotonic()
        self.restart()
        self.emit(Edited("jenkins", "", "restarted", time.monotonic() - at))
        answer = ask(self.world, self.request.link.name, self.folder.plugin, load=True)
        if answer["error"] or not answer["active"]:
            self.emit(Edited("jenkins", self.folder.plugin, "failed", detail=f"not loaded: {answer['error']}"))

    def restart(self) -> None:
        """The quick way, by the container."""
        name = self.request.link.name
        container = service_container(self.engine, name, SERVICE, running=False)
        quiet = replace(self.world, emit=self._only_warnings)
        bring(quiet, UpRequest(SERVICE, name, timeout=self.request.link.timeout), restart=(restart_of(container),))

    def _only_warnings(self, event: Event) -> None:
        (self.emit if isinstance(event, Warned) else silent)(event)

    def describing(self) -> Stamp | None:
        """The file that the manifest is read from, as it is now."""
        try:
            return Stamp.of(self.mirror.project.described_by.stat())
        except OSError:
            return None

    def describe_anew(self) -> bool:
        """Read the project again where a build has described it anew; whether Jenkins would load it otherwise."""
        now = self.describing()
        if now is None or now == self.described:
            return False
        try:
            found = project.find(self.mirror.project.folder)
        except DevboxError:
            return False  # a build is under way: what was linked stays
        self.described = now
        if found.name != self.folder.plugin:
            return False
        before, self.mirror.project = hpl.render(self.mirror.project), found
        return hpl.differs(before, hpl.render(found))

    def check(self, paths: Iterable[str]) -> None:
        """Ask Jenkins' own compiler what it thinks of views that were sent; the next edit does not wait for that."""
        asked = "\n".join(f"{self.folder.path}/{path}" for path in paths)
        if asked:
            threading.Thread(target=self.ask_compiler, args=(asked,), name="devbox-views", daemon=True).start()

    def ask_compiler(self, asked: str) -> None:
        """A line for each view that it refuses. That it cannot be asked just now is no news: the page will tell."""
        arguments = {"id": self.folder.plugin, "paths": asked}
        with contextlib.suppress(Exception):  # in a thread: also while the watch ends
            for problem in script.call(enter(self.engine, self.request.link.name).client, "views", arguments):
                path = _shown(str(problem["path"]).removeprefix(f"{self.folder.path}/"))
                where = f":{problem['line']}:{problem['column']}" if problem["line"] > 0 else ""
                self.emit(Edited("view", f"{path}{where}", "failed", detail=str(problem["message"])))


def _why(path: str) -> str:
    return f"{_shown(path)} changed" if kinds.kind(path) == "jar" else "the index of extensions changed"


def _shown(path: str) -> str:
    """A path as the developer knows it: without the link's own folder."""
    rest = path.split("/")
    while rest and rest[0] in ("modules",):
        rest = rest[2:]
    return "/".join(rest[1:]) if len(rest) > 1 else path


def _name(path: str) -> str:
    """A class by its path, as Java people write it."""
    return _shown(path).removesuffix(".class").replace("/", ".")


def _names(paths: Iterable[str]) -> str:
    found = [_name(path) for path in paths]
    return found[0] if len(found) == 1 else f"{len(found)} classes"


def _words(error: DevboxError) -> str:
    """An error on a line or two: what, why, what helps."""
    return "; ".join(_parts(error))


def _parts(error: DevboxError) -> Iterator[str]:
    yield error.message
    if error.cause:
        yield error.cause
    for cure in error.cures[:1]:
        yield cure.text + (f": {cure.command}" if cure.command else "")
