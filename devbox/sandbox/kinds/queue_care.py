"""What one run of `up` does for a queue: fills the workers, waits for Redis and for them, keeps the choices."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from devbox.engine.api import Container, File
from devbox.errors import Cure, DevboxError
from devbox.events import Warned
from devbox.sandbox import jobs, names
from devbox.sandbox.archive import read_tar
from devbox.sandbox.choices import to_json
from devbox.sandbox.desired import Design
from devbox.sandbox.kinds import Usable
from devbox.sandbox.kinds.queue import DATA, RECORD, REDIS, WORKER
from devbox.sandbox.plan import Action, Change

if TYPE_CHECKING:
    from devbox.sandbox.apply import Apply


TRY = """
import sys
from devbox.errors import DevboxError
from devbox.queue import jobs
try:
    jobs.load(sys.argv[1:])
except DevboxError as error:
    sys.exit(error.cause)
"""
"""Imports job modules; what is wrong with them is the last line on stderr, and no traceback of ours."""


class QueueCare:
    """See `Care`."""

    def __init__(self, apply: Apply) -> None:
        self.run = apply
        self.world = apply.world
        self.engine = apply.engine
        self.put: str | None = None
        """The version of the job classes that this run has put in."""
        self.before: set[str] | None = None
        """The workers that were there before a reload."""
        self.old_jobs: str | None = None
        self.workers: int | None = None
        """How many workers of ours there are to be, as Redis says."""

    @property
    def design(self) -> Design:
        """As it is now: a port may have moved."""
        return self.run.design

    @property
    def own(self) -> bool:
        """Whether the workers are devbox' own."""
        return not self.design.choices["worker_image"]

    def name(self, member: str) -> str:
        """A member's container."""
        return names.container(self.design.name, member)

    def remember(self, container: Container) -> str | None:
        """Redis reads what it has written."""
        return None

    def copy(self, step: Change) -> None:
        """Nothing is copied."""

    def volume_made(self, new: bool) -> None:
        """The record is written at the end."""

    def created(self, step: Change, container: str) -> None:
        """A worker of ours gets the worker itself and the job classes."""
        if names.service_of(step.service) != WORKER or not self.own:
            return
        from devbox.queue.bundle import files

        self.engine.put_archive(container, "/", jobs.library(files()))
        self.put_jobs(container)

    def put_jobs(self, container: str, *, tried: bool = False) -> None:
        """Put the job classes in, under a name of their own."""
        chosen = self.design.choices["jobs"]
        folder = Path(chosen["folder"]) if chosen else jobs.samples()
        version = jobs.describe(folder)["sha256"]
        self.engine.put_archive(container, jobs.FOLDER, jobs.put_in(version, folder))
        if tried:
            self.try_jobs(container, version)
        self.engine.put_archive(container, jobs.FOLDER, jobs.relink(version))
        self.put = version

    def try_jobs(self, container: str, version: str) -> None:
        """Import them in the running container before the pool is told; raises `jobs.invalid`."""
        words = ("python3", "-c", TRY, jobs.place(version))
        tried = self.engine.exec(container, words)
        if tried.exit_code:
            said = tried.stderr.decode("utf-8", "replace").strip().splitlines()
            raise DevboxError(
                "jobs.invalid",
                "the job classes do not import, so the workers keep those that they have",
                cause=jobs.in_folder(said[-1].strip()) if said else f"their import ends Python with {tried.exit_code}",
                cures=(Cure("mend them, then put them in again", "devbox restart -s worker"),),
                tail=tuple(said[:-1][-8:]),
            )

    def starting(self, step: Change) -> None:
        """Nothing has to be known before a start."""

    def act(self, step: Change) -> None:
        """Reload: new workers replace the pool's, each of which finishes its job. Scale: Redis tells it."""
        broker = self.world.broker(self.design.url)
        if step.action is Action.SCALE:
            broker.scale(self.design.scale or 1)
            return
        worker = self.engine.find_container(step.target)
        if worker is None:
            raise DevboxError("container.gone", f"{step.target} was removed by somebody else meanwhile", retryable=True)
        self.old_jobs = self.jobs_in(worker)
        self.put_jobs(worker.id, tried=worker.state == "running")
        if worker.state == "running":
            self.before = set(broker.lives() or {})
            self.hang_up(worker.id)

    def jobs_in(self, worker: Container) -> str | None:
        """Which version of the job classes a container has."""
        try:
            link = next(iter(read_tar(self.engine.get_archive(worker.id, f"{jobs.FOLDER}/jobs"))))[0]
        except (DevboxError, StopIteration):
            return None
        return link.linkname.rpartition("jobs-")[2] or None

    def hang_up(self, worker: str) -> None:
        """SIGHUP to the pool."""
        self.engine.exec(worker, ("sh", "-c", "kill -HUP 1"))

    def came_back(self, old: Container, before: str | None) -> bool:
        """Always."""
        return True

    def undo(self) -> None:
        """The pool takes the job classes again that it had."""
        if self.before is not None and self.old_jobs is not None:
            self.engine.put_archive(self.name(WORKER), jobs.FOLDER, jobs.relink(self.old_jobs))
            self.hang_up(self.name(WORKER))

    def done(self) -> None:
        """Write the choices beside the data, where something was done."""
        if not (self.run.outcome.changes or self.run.later):
            return
        choices = self.design.choices
        values = dict(choices.values)
        if values["jobs"] and self.put:
            values["jobs"] = {**values["jobs"], "sha256": self.put}
        values["workers"] = self.workers or values["workers"]
        choices = replace(choices, values=values)
        record = {"name": self.design.name, "stack": self.design.stack.name, **to_json(choices, with_values=True)}
        content = (json.dumps(record, indent=1, sort_keys=True) + "\n").encode()
        files = (File("devbox", None, 0o700), File(RECORD, content, 0o600))
        try:
            self.engine.put_files(self.name(REDIS), DATA, files)
        except DevboxError as error:
            self.world.emit(Warned("rollback.incomplete", f"the choices could not be kept ({error.message})"))

    # Waiting

    def wait(self) -> Usable | None:
        """Wait until Redis answers and the workers have registered (the user's own: run)."""
        from devbox.sandbox.kinds.queue_wait import wait

        return wait(self)
