"""The queue: Redis with its data, and workers; devbox' own in one container, or the user's own in several."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devbox import __version__
from devbox.engine.api import Container, Image
from devbox.errors import Cure, DevboxError, UsageError
from devbox.sandbox import address, jobs, labels, names
from devbox.sandbox.choices import Choices, of_container, of_record
from devbox.sandbox.desired import Design
from devbox.sandbox.kinds import Files, Found
from devbox.sandbox.observe import Observed
from devbox.sandbox.plan import Action, Change, WantedService
from devbox.sandbox.request import UpRequest
from devbox.sandbox.survey import Kept
from devbox.stacks import Service
from devbox.stacks.values import size

if TYPE_CHECKING:
    from devbox.sandbox.apply import Apply
    from devbox.sandbox.kinds.queue_care import QueueCare
    from devbox.sandbox.up import Run

REDIS, WORKER = "redis", "worker"
DATA = "/data"
RECORD = "devbox/sandbox.json"
"""Where the choices are kept in Redis' volume, for when there are no containers."""

OPTIONS: Mapping[str, tuple[str, ...]] = {
    REDIS: ("version", "redis_port", "durable", "publish_address"),
    WORKER: ("queues", "worker_image", "worker_command", "env", "memory"),
}
"""What each service is made from; `jobs` and `workers` change while it runs."""


class Queue:
    """See `Kind`."""

    stopping = "stop and remove it, keeping its data"

    def resolve(self, request: UpRequest) -> tuple[UpRequest, Files]:
        """Job classes are their content."""
        request, folder = jobs.resolve(request)
        return request, Files(jobs=folder)

    def kept(self, run: Run, seen: Observed, *, peek: bool) -> Kept:
        """From the record beside the data, which every finished run writes; else from the newest container."""
        holder = seen.containers.get(REDIS) or seen.aside.get(REDIS)
        if holder is not None:
            found = of_record(run.engine.get_file(holder.id, f"{DATA}/{RECORD}"))
        else:
            volume = next(iter(seen.volumes.values()), None)
            found = run.peek(volume).record if peek and volume is not None else None
        if found is not None:
            return Kept(found)
        parts = [c for c in [*seen.aside.values(), *seen.containers.values()] if c.state != "created"]
        newest = max(parts, key=lambda c: c.created, default=None)
        return Kept(_choices(run, newest)) if newest is not None else Kept()

    def references(self, run: Run, choices: Choices) -> Mapping[str, str]:
        """Redis' and the workers'."""
        return {service.name: self.reference(service, choices) for service in run.stack.services}

    def reference(self, service: Service, choices: Choices) -> str:
        """As the stack's file has it, unless another is chosen."""
        if service.name == REDIS:
            return f"{service.image.partition(':')[0]}:{choices['version']}"
        return str(choices["worker_image"] or service.image)

    def settle(self, run: Run, seen: Observed, kept: Kept, choices: Choices) -> Choices:
        """What excludes each other; the jobs as they are now where they are put in anew; whether to scale."""
        asked = run.request.asked
        if choices["worker_image"] and asked.get("jobs"):
            if asked.get("worker_image"):
                raise UsageError("option.conflict", "--jobs are for devbox' own workers: leave --worker-image away")
            choices = _with(choices, worker_image=None, worker_command=None)
        if choices["worker_command"] and not choices["worker_image"]:
            raise UsageError("option.conflict", "--worker-command needs the image that it runs in: --worker-image REF")
        changed = kept.choices is not None and kept.choices["workers"] != choices["workers"]
        if asked.get("workers") is not None or changed or run.request.reset:
            run.scale = choices["workers"]
        if choices["jobs"] and run.files.jobs is None and (run.restarting or WORKER not in seen.containers):
            choices = _with(choices, jobs=_read_again(choices["jobs"]["folder"], run.name))
        return choices

    def look(self, run: Run, seen: Observed, kept: Kept, choices: Choices, images: Mapping[str, Image | None]) -> Found:
        """Redis, and as many worker containers as there are to be."""
        found = []
        for service in run.stack.services:
            for number in range(1, _members(service.name, choices) + 1):
                found.append(self._member(run, seen, service, number, choices, images[service.name]))
        return Found(tuple(found))

    def _member(
        self, run: Run, seen: Observed, service: Service, number: int, choices: Choices, image: Image | None
    ) -> WantedService:
        member, ref = names.member(service.name, number), self.reference(service, choices)
        existing = seen.containers.get(member)
        if existing is None or existing.state == "created":
            existing = seen.aside.get(member) or existing
        changes: list[str] = []
        if existing is not None:
            changes = _choices(run, existing).changes(choices, OPTIONS[service.name])
            made_by = existing.labels.get(labels.TOOL)
            if service.name == WORKER and not choices["worker_image"] and made_by != __version__:
                changes.append(f"the worker is of devbox {made_by}, and this is {__version__}")
        return WantedService(member, ref, run.differences(seen, existing, ref, image, changes))

    def steps(self, run: Run, kept: Kept, choices: Choices, steps: list[Change], seen: Observed) -> list[Change]:
        """What changes in a running pool: its job classes and its size."""
        worker = seen.containers.get(WORKER)
        if worker is None or choices["worker_image"] or any(s.service == WORKER for s in steps):
            return steps
        before = kept.choices["jobs"] if kept.choices is not None else choices["jobs"]
        if before != choices["jobs"]:
            steps = [*steps, Change(Action.RELOAD, worker.name, "the jobs have changed", WORKER)]
        redis = seen.containers.get(REDIS)
        url = address.of_container(redis, run.engine.endpoint) if redis is not None else None
        wanted = run.world.broker(url).wanted() if url and run.scale is not None else None
        if wanted is not None and wanted != run.scale:
            steps = [*steps, Change(Action.SCALE, worker.name, f"workers {wanted} -> {run.scale}", WORKER)]
        return steps

    def restarts(self, choices: Choices, steps: Sequence[Change]) -> list[Change]:
        """The pool alone takes its jobs anew and lets the old ones finish; a container of ours need not end for it."""
        own = not choices["worker_image"] and {step.service for step in steps} == {WORKER}
        return [replace(step, action=Action.RELOAD) for step in steps] if own else list(steps)

    def shape(self, design: Design, service: Service) -> Service:
        """The service with what the choices make of it."""
        choices = design.choices
        if service.name == REDIS:
            durable = {"everysec": "always"} if choices["durable"] else {}
            return replace(service, command=tuple(durable.get(word, word) for word in service.command or ()))
        queues = ",".join(choices["queues"])
        memory = size(choices["memory"]) if choices["memory"] else service.memory
        own = {k: v for k, v in service.environment.items() if k == "REDIS_URL"}
        if choices["worker_image"]:
            command = tuple(shlex.split(choices["worker_command"])) if choices["worker_command"] else None
            environment = {**own, "QUEUE": queues, "QUEUES": queues, **choices["env"]}
            return replace(service, command=command, environment=environment, healthcheck=None, memory=memory)
        words = ("--queues", queues, "--count", str(choices["workers"]), "--redis", own["REDIS_URL"])
        command = (*(service.command or ()), *words, "--jobs", f"{jobs.FOLDER}/jobs")
        return replace(service, command=command, environment={**service.environment, **choices["env"]}, memory=memory)

    def care(self, apply: Apply) -> QueueCare:
        """See `QueueCare`."""
        from devbox.sandbox.kinds.queue_care import QueueCare

        return QueueCare(apply)

    def next(self, name: str, warnings: set[str], choices: Choices) -> tuple[Cure, ...]:
        """A job that the workers there are can do, a look, the end."""
        which = "" if name == "queue" else f" -n {name}"
        return (
            Cure("put a job in", f"devbox queue enqueue {_job(choices)}{which}"),
            Cure("watch it", f"devbox queue stats --watch{which}"),
            Cure(self.stopping, f"devbox down {name}"),
        )


def _job(choices: Choices) -> str:
    """A queue that is served and a job: one of the samples, where they are what the workers have."""
    queues = [queue for queue in choices["queues"] if not set(queue) & set("*?![]{}")]
    own = choices["jobs"] or choices["worker_image"]
    return f"{shlex.quote(queues[0]) if queues else 'default'} {'CLASS [ARGS_JSON]' if own else _SAMPLE}"


_SAMPLE = """Echo '["hello"]'"""


def _members(service: str, choices: Choices) -> int:
    return int(choices["workers"]) if service == WORKER and choices["worker_image"] else 1


def _with(choices: Choices, **values: Any) -> Choices:
    return replace(choices, values={**choices.values, **values})


def _choices(run: Run, container: Container) -> Choices:
    """A container's choices; only values of variables take an inspect."""
    choices = of_container(container.labels, {})
    if choices["env"]:
        choices = of_container(container.labels, run.engine.inspect(container.id).environment)
    return choices


def _read_again(folder: str, name: str) -> dict[str, Any]:
    try:
        return jobs.describe(Path(folder))
    except UsageError as error:
        raise DevboxError(
            "jobs.gone",
            f"the job classes of {name!r} are not in {folder!r} any more",
            cause=error.message,
            cures=(
                Cure("say where they are", f"devbox up queue -n {name} --jobs DIR"),
                Cure("or go back to the sample jobs", f"devbox up queue -n {name} --reset"),
            ),
        ) from error
