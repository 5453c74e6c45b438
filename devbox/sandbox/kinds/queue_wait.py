"""Waits until a queue is usable: Redis answers, and its workers have registered there (the user's own: run)."""

from __future__ import annotations

import itertools
import time
from datetime import datetime
from typing import TYPE_CHECKING

from devbox.engine.api import Container, ContainerState
from devbox.errors import Cure, DevboxError
from devbox.events import Milestone, Waiting, Warned
from devbox.sandbox import jobs, names
from devbox.sandbox.kinds import Usable
from devbox.sandbox.kinds.queue import REDIS, WORKER
from devbox.sandbox.observe import observe

if TYPE_CHECKING:
    from devbox.sandbox.kinds.queue_care import QueueCare

LOOK = 0.05
"""Seconds between two looks at Redis."""

INSPECT = 0.5
"""Seconds between two looks at the containers."""

SETTLED = 2.0
"""Seconds that a user's own worker has to run for, to count as running."""

REGISTER = 10.0
"""Seconds after which a user's own worker that has not registered is warned of."""

RESTARTS = 3
"""Restarts of a container after which it is said to fail."""

CODES = {REDIS: "redis.failed", WORKER: "worker.failed", "": "queue.timeout"}
"""The errors: of a service that does not stay up, and of time that is over."""

TAIL = 15
"""Lines of a log shown under an error."""


class Watch:
    """One wait."""

    def __init__(self, care: QueueCare) -> None:
        self.care = care
        self.world = care.world
        self.engine = care.engine
        self.clock = care.world.clock
        self.began = self.clock()
        self.inspected = float("-inf")
        self.broker = self.world.broker(care.design.url)
        self.said = ""
        seen = observe(self.engine, care.design.name)
        self.members = {m: c for m, c in seen.containers.items() if m in self.expected()}
        self.born = {m: _unix(self.engine.inspect(c.id).started_at) for m, c in self.members.items()}

    def expected(self) -> list[str]:
        """The members that are to run."""
        number = 1 if self.care.own else int(self.care.design.choices["workers"])
        return [REDIS, *(names.member(WORKER, n) for n in range(1, number + 1))]

    def redis(self) -> None:
        """Wait for Redis."""
        while not self.broker.ping():
            self.pause("waiting for Redis", (REDIS,))
        self.world.emit(Milestone(REDIS, "Redis answers", self.clock() - self.began))

    def pool(self) -> int:
        """Wait for our own workers; gives how many there are to be."""
        design = self.care.design
        if design.scale is not None and self.broker.wanted() not in (None, design.scale):
            self.broker.scale(design.scale)
        while True:
            target = self.broker.wanted()
            if target is None:
                target = int(design.choices["workers"])
            here = self.registered()
            if here >= target:
                self.reached(target)
                return target
            self.pause(f"waiting for the workers: {here} of {target}", (WORKER, REDIS))

    def registered(self) -> int:
        """How many workers of this life of our container have registered."""
        container = self.members.get(WORKER)
        if container is None:
            raise _gone(self.care.name(WORKER))
        since = self.born[WORKER] * 1000
        lives = self.broker.lives() or {}
        mine = {w for w, seen in lives.items() if w.startswith(f"{container.id[:12]}:") and seen >= since}
        return len(mine - (self.care.before or set()))

    def strangers(self) -> None:
        """Wait until the user's own workers run, and say which have not registered."""
        made = {m for m in self.members if m in self.care.run.made}
        while made and self.clock() - self.began < SETTLED:
            self.pause("waiting for the workers to run", tuple(self.members))
        self.check(tuple(self.expected()))
        self.reached(len(self.expected()) - 1)
        while made and (missing := self.silent()) and self.clock() - self.began < REGISTER:
            self.pause(f"waiting for the workers to register: {len(missing)} have not", tuple(self.members))
        if made and (missing := self.silent()):
            self.world.emit(unregistered(missing, self.care.design.name))

    def reached(self, number: int) -> None:
        """The workers are there."""
        text = "1 worker is there" if number == 1 else f"{number} workers are there"
        self.world.emit(Milestone(WORKER, text, self.clock() - self.began))

    def silent(self) -> list[str]:
        """The containers of workers that no registered worker names as its host."""
        hosts = {worker.partition(":")[0] for worker in self.broker.workers() or set()}
        found = {m: c for m, c in self.members.items() if m != REDIS}
        return sorted(c.name for c in found.values() if c.id[:12] not in hosts)

    def pause(self, what: str, members: tuple[str, ...]) -> None:
        """A moment; raises when the time is over, or when one of these containers has failed."""
        if what != self.said:
            self.said = what
            self.world.emit(Waiting(what))
        if self.clock() - self.inspected >= INSPECT:
            self.inspected = self.clock()
            self.check(members)
        if self.clock() - self.began > self.care.run.request.timeout:
            late = next((m for m in members if m in self.members), REDIS)
            raise self.error(late, CODES[""], f"the queue is not usable after {self.took()}: {what}")
        time.sleep(LOOK)

    def took(self) -> str:
        """The time that was waited."""
        return f"{self.clock() - self.began:.0f} s"

    def check(self, members: tuple[str, ...]) -> None:
        """Raises for a container that is gone, has ended, or only restarts."""
        for member in members:
            container = self.members.get(member)
            if container is None:
                raise _gone(self.care.name(member))
            state = self.engine.inspect(container.id)
            if state.restart_count >= RESTARTS or state.state in ("exited", "dead"):
                raise self.failed(member, state)

    def failed(self, member: str, state: ContainerState) -> DevboxError:
        """A container that does not stay up."""
        what = "Redis" if member == REDIS else "the worker"
        code = CODES[names.service_of(member)]
        why = "for want of memory" if state.oom_killed else f"with {state.exit_code}"
        error = self.error(member, code, f"{what} does not stay up: it ended {why}")
        if cause := _of_the_jobs(error.tail):
            error.cause, error.tail = cause, ()  # the same few lines once a start
        return error

    def error(self, member: str, code: str, message: str) -> DevboxError:
        """An error with the end of that container's log."""
        container = self.members.get(member)
        tail = _tail(self.care, container) if container is not None else ()
        cures = (Cure("keep what failed, for a look", "devbox up queue -n {name} --keep"),)
        error = DevboxError(code, message, cause=tail[-1] if tail else None, cures=cures, tail=tail)
        error.service = member
        return error


def wait(care: QueueCare) -> Usable:
    """Wait; raises `redis.failed`, `worker.failed`, `queue.timeout` with the end of the log."""
    watch = Watch(care)
    watch.redis()
    if care.own:
        care.workers = watch.pool()
    else:
        watch.strangers()
    return Usable(answers=tuple(c.id for c in watch.members.values()))


def unregistered(missing: list[str], name: str) -> Warned:
    """The warning about a user's own workers that run, and of which Redis knows nothing."""
    run, it = ("runs and has", "it does") if len(missing) == 1 else ("run and have", "they do")
    told = f"{', '.join(missing)} {run} not registered with Redis under the namespace resque"
    return Warned("worker.unregistered", f"{told}; devbox logs {name} -s worker tells what {it}")


def _gone(name: str) -> DevboxError:
    return DevboxError("container.gone", f"{name} was removed by somebody else meanwhile", retryable=True)


def _tail(care: QueueCare, container: Container) -> tuple[str, ...]:
    pieces = b"".join(piece for _, piece in care.engine.logs(container.id, tail=TAIL))
    return tuple(line.rstrip() for line in pieces.decode("utf-8", "replace").splitlines() if line.strip())


def _of_the_jobs(tail: tuple[str, ...]) -> str | None:
    """Why the job classes do not import, where a log says so: the line after the last `queue.jobs_invalid`."""
    said = [below for line, below in itertools.pairwise(tail) if line.startswith("queue.jobs_invalid: ")]
    return jobs.in_folder(said[-1].strip()) if said else None


def _unix(time_text: str) -> float:
    """The Unix time of Docker's "2026-11-22T04:07:08.123456789Z", which has more digits than Python reads."""
    try:
        return datetime.fromisoformat(time_text.rstrip("Z").partition(".")[0] + "+00:00").timestamp()
    except ValueError:
        return 0.0
