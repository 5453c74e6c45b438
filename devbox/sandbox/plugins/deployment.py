"""One deployment of some files into one running Jenkins, told in order. `deploy.py` is its front."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from devbox.engine.api import File
from devbox.errors import Cure, DevboxError
from devbox.events import Step, Warned
from devbox.frozen import dataclass
from devbox.jenkins import check, jobs, state
from devbox.jenkins import home as layout
from devbox.jenkins.jobs import End, Upload
from devbox.jenkins.pluginfile import PluginFile
from devbox.jenkins.ready import Wait, wait_ready
from devbox.jenkins.state import State
from devbox.sandbox.plugins import before, causes
from devbox.sandbox.plugins.before import Before
from devbox.sandbox.plugins.entry import Entry, enter
from devbox.sandbox.plugins.files import record, unfit
from devbox.sandbox.request import World

if TYPE_CHECKING:
    from devbox.sandbox.plugins.deploy import Request

JOB_TIMEOUT = 300.0
"""Seconds for an installation: with its dependencies, an update center may take long."""


@dataclass(frozen=True)
class Target:
    """One plugin's way. `version` is what its file says."""

    file: PluginFile
    name: str
    version: str
    previous: str | None
    loaded: bool
    """Whether Jenkins had it already, so that only a restart brings the new one."""

    @property
    def waits(self) -> bool:
        """Whether only a restart loads it."""
        return self.loaded or not self.file.dynamic


class Deployment:
    """One deployment of some files into one sandbox."""

    def __init__(self, world: World, request: Request, files: Sequence[PluginFile]) -> None:
        self.world, self.engine, self.request = world, world.engine, request
        self.began = world.clock()
        self.entry: Entry = enter(world.engine, request.name)
        self.state: State = state.ask(self.entry.client)
        self.before = Before()
        self.touched: list[str] = []
        self.loaded_now = False
        self.restarted = False
        self.uploaded_at = 0.0
        self.steps = [self._step(file) for file in files if not (request.changed_only and self._is_there(file))]
        self._check([step.file for step in self.steps])

    def _step(self, file: PluginFile) -> Target:
        name = str(file.name)
        known = self.state.plugins.get(name)
        return Target(file, name, file.version or "???", known.version if known else None, known is not None)

    def _is_there(self, file: PluginFile) -> bool:
        known = self.state.plugins.get(str(file.name))
        return known is not None and known.active and self.state.deployed.get(str(file.name)) == record(file)

    def _check(self, files: list[PluginFile]) -> None:
        """Against this Jenkins; what only warns is said."""
        found = {file: check.against(file, self.state, files) for file in files}
        for file, problems in found.items():
            for problem in problems:
                if problem.severity == "warn" or self.request.force:
                    self.world.emit(Warned(problem.code, f"{file.path.name}: {problem.message}"))
        if self.request.force:
            found = {f: tuple(p for p in problems if p.code == "plugin.linked") for f, problems in found.items()}
        words = " ".join(str(path) for path in self.request.files)
        unfit(found, (Cure("put it in all the same", f"devbox plugin deploy --force {words}"),))

    @property
    def will_restart(self) -> bool:
        """Whether a restart is foreseen: a loaded plugin is never loaded anew, and some ask for one."""
        return any(step.waits for step in self.steps)

    def planned(self) -> list[dict[str, str]]:
        """The steps, for `--dry-run`."""
        found = [
            {
                "action": "deploy",
                "target": step.name,
                "reason": f"{step.previous or 'not there'} -> {step.version}",
            }
            for step in self.steps
        ]
        if self.will_restart:
            found.append({"action": "restart", "target": self.entry.container.name, "reason": "to load what is new"})
        return found

    def run(self) -> list[dict[str, Any]]:
        """Everything; on any failure and on Ctrl-C the home is given back what it had."""
        if not self.steps:
            return []
        if self.will_restart:
            self._ask_for_builds()
        if any(self.state.files_of(step.name) for step in self.steps):
            self.before = before.keep(self.entry.client, [step.name for step in self.steps])
        try:
            ends = [self._put_in(step) for step in self.steps]
            if End.NEEDS_RESTART in ends:
                if not self.will_restart:
                    self._ask_for_builds()
                self._restart("to load what is new")
            after = self._started(self._verify())
        except BaseException as error:
            with self.world.shield():
                self._take_back(error)
            raise
        self._record()
        return [self._shown(step, after) for step in self.steps]

    def _ask_for_builds(self) -> None:
        """A restart loses what is being built, and its record: that is asked."""
        builds = self.state.builds
        if not builds:
            return
        running = ", ".join(builds[:3]) + (f" and {len(builds) - 3} more" if len(builds) > 3 else "")
        if not self.world.confirm(f"This needs a restart, which kills {running}. Go on?"):
            raise DevboxError("plugin.declined", "nothing was deployed: a build is running")

    def _put_in(self, step: Target) -> End:
        self.world.emit(Step("upload", step.name, f"{step.previous or 'new'} -> {step.version}"))
        self.touched.append(step.name)
        if step.name in self.placed:
            self._place(step)
            return End.NEEDS_RESTART
        self.uploaded_at = time.time()
        found = jobs.upload(self.entry.client, step.file, self.state.last, timeout=JOB_TIMEOUT)
        if found.name != step.name:
            self.touched.append(found.name)
        if found.end is End.REJECTED:
            raise DevboxError(
                "plugin.rejected",
                f"Jenkins does not take {step.file.path.name}",
                cause=found.cause,
                cures=(Cure("see what is wrong with it", f"devbox plugin check {step.file.path}"),),
            )
        if found.end is End.FAILED:
            raise self._failed(step, found)
        self.loaded_now = self.loaded_now or found.end is End.LOADED
        return found.end

    @cached_property
    def placed(self) -> set[str]:
        """New plugins that need one which waits for the restart: loaded now, they would fail, so they wait, too."""
        waiting = {step.name for step in self.steps if step.waits}
        found: set[str] = set()
        for step in self.steps:
            if not step.waits and any(need.name in waiting | found for need in step.file.dependencies):
                found.add(step.name)
        return found

    def _place(self, step: Target) -> None:
        """Put a file where Jenkins finds it when it starts, with the time of now: the same time is the same plugin."""
        uid, gid = self._owner()
        content = step.file.path.read_bytes()
        file = File(f"plugins/{step.name}.jpi", content, 0o644, uid, gid)
        self.engine.put_files(self.entry.container.id, layout.PATH, (file,))

    def _owner(self) -> tuple[int, int]:
        owner = self.engine.stat(self.entry.container.id, layout.PATH)
        return (owner.uid, owner.gid) if owner and owner.uid else (1000, 1000)

    def _failed(self, step: Target, found: Upload) -> DevboxError:
        """Why: from the list of the failed, else from the log's last `Caused by:`, else what the job says."""
        failed = self._new_failures(state.ask(self.entry.client), {step.name, found.name})
        logged = causes.logged(self.engine, self.entry.container.id, found.name, self.uploaded_at - 1)
        return self._error(step, failed[0] if failed else logged or found.cause, "was not loaded")

    def _error(self, step: Target, cause: str | None, what: str) -> DevboxError:
        return DevboxError(
            "plugin.failed",
            f"{step.name} {step.version} {what}",
            cause=cause,
            cures=(Cure("see the whole story", f"devbox logs {self.request.name} --tail 200"),),
        )

    def _new_failures(self, now: State, names: set[str]) -> list[str]:
        return causes.new_failures(() if self.restarted else self.state.failed, now, names)

    def _restart(self, reason: str) -> None:
        """The quick way: `safeRestart` waits ten seconds first, and in some images ends the container."""
        container = self.entry.container
        self.world.emit(Step("restart", container.name, reason))
        self.restarted = True
        self.engine.restart(container.id)
        self._wait()

    def _wait(self) -> None:
        site = self.world.site(self.entry.url, self.entry.password)
        wait_ready(
            Wait(
                self.engine,
                self.entry.container.id,
                site,
                secured=self.entry.password is not None,
                set_up=True,
                timeout=self.request.timeout,
                emit=self.world.emit,
                stale=self.state.session,
            )
        )

    def _verify(self) -> State:
        """Each is active, with the version deployed, and nothing of it has failed."""
        self.world.emit(Step("verify", ", ".join(step.name for step in self.steps), "is it what was deployed?"))
        now = state.ask(self.entry.client)
        for step in self.steps:
            failed = self._new_failures(now, {step.name})
            there = now.plugins.get(step.name)
            if failed or there is None:
                raise self._error(step, failed[0] if failed else None, "could not be loaded")
            if there.version != step.version:
                said = "; ".join(f"plugins/{file}" for file in now.files_of(step.name)) or None
                raise self._error(step, said, f"is not what runs: Jenkins has {there.version}")
            if not there.active:
                why = None if there.enabled else f"plugins/{step.name}.jpi.disabled switches it off"
                raise self._error(step, why, "is not active")
        return now

    def _started(self, now: State) -> State:
        """Restart for what Jenkins took out of its own WAR just now, unless that kills a build: then it is said."""
        fresh = sorted(set(now.unstarted) - set(self.state.unstarted))
        if not fresh or self.restarted:
            return now
        if now.builds:
            text = f"{', '.join(fresh)} came out of Jenkins' own WAR and runs after a restart: devbox restart"
            self.world.emit(Warned("plugin.unstarted", f"{text} {self.request.name}"))
            return now
        self._restart(f"to start {', '.join(fresh)}")
        return self._verify()

    def _take_back(self, error: BaseException) -> None:
        """Give the home what it had, and Jenkins a start from it where it has loaded any of the new.

        What cannot be taken back is a warning: the failure itself is what is told.
        """
        if isinstance(error, DevboxError) and error.code in ("engine.unreachable", "engine.timeout"):
            self.world.emit(Warned("rollback.incomplete", "the engine is gone: what was uploaded is still there"))
            return
        if not self.touched:
            return
        self.world.emit(Step("restore", ", ".join(self.touched), "it failed"))
        container = self.entry.container
        try:
            again = self.restarted or self.loaded_now
            if again:
                self.engine.stop(container.id)
            before.restore(self.engine, self.request.name, container, self.touched, self.before)
            if again:
                self.engine.start(container.id)
                self._wait()
                self._check_restored()
        except DevboxError as problem:
            self.world.emit(Warned("rollback.incomplete", f"Jenkins is not as it was: {problem.message}"))

    def _check_restored(self) -> None:
        now = state.ask(self.entry.client)
        for step in self.steps:
            there = now.plugins.get(step.name)
            if (there.version if there else None) != step.previous:
                text = f"{step.name} is {there.version if there else 'gone'} now, it was {step.previous}"
                self.world.emit(Warned("rollback.incomplete", text))

    def _record(self) -> None:
        """What devbox put in, for `plugin list` and the next `up`; its failure is no reason to take anything back."""
        try:
            uid, gid = self._owner()
            files = [File(layout.PLUGINS, None, 0o755, uid, gid)]
            for step in self.steps:
                text = (record(step.file) + "\n").encode()
                files.append(File(f"{layout.PLUGINS}/{step.name}", text, 0o644, uid, gid))
            self.engine.put_files(self.entry.container.id, layout.PATH, tuple(files))
            before.forget(self.engine, self.entry.container, self.before)
        except DevboxError as problem:
            self.world.emit(Warned("plugin.unrecorded", f"it could not be noted what was deployed: {problem.message}"))

    def _shown(self, step: Target, now: State) -> dict[str, Any]:
        return {
            "name": step.name,
            "version": now.plugins[step.name].version,
            "previous": step.previous,
            "active": now.plugins[step.name].active,
            "restarted": self.restarted,
            "seconds": round(self.world.clock() - self.began, 3),
        }
