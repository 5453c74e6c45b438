"""A worker, from its start to its end, in order: `work` is the life cycle (after Resque's `worker.rb`)."""

from __future__ import annotations

import gc
import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeAlias, TypeVar

from devbox.queue import child, events, faults, forked, patterns, recovery, wire
from devbox.queue.board import Board
from devbox.queue.bonds import Bond
from devbox.queue.claims import Claims, Step, new_nonce
from devbox.queue.connection import Link
from devbox.queue.events import Events, Listener
from devbox.queue.inside import Heart, run_inside
from devbox.queue.jobs import Jobs, Perform
from devbox.queue.orders import Orders
from devbox.queue.patience import GaveUp, Patience
from devbox.queue.report import Failed, Report
from devbox.queue.settings import Settings
from devbox.queue.title import set_title
from devbox.queue.wake import Wake, unblock
from devbox.queue.wire import Envelope, Job

T = TypeVar("T")
Found: TypeAlias = tuple[Job, Perform] | Failed
"""A payload's job and what runs it, or why there is none."""
SOONEST, LATEST, GROWTH = 0.005, 0.04, 1.5
"""An idle worker's rest, seconds: after a job, at most, and how it grows. New work is taken up within 50 ms."""
NO_PROCESS = 1.0
"""Seconds until the next try where the system gives no process."""
PRUNE_INTERVAL = 300.0


class Worker:
    """One worker in this process; it forks for each job, has no threads, and speaks to Redis over one connection."""

    def __init__(
        self, settings: Settings, jobs: Jobs, *, nonce: str = "", board: Board | None = None,
        listeners: Sequence[Listener] = (),
    ) -> None:  # fmt: skip
        self.settings = settings
        self.jobs = jobs
        self.id = wire.worker_id(socket.gethostname(), os.getpid(), settings.queues)
        self.events = Events(listeners, self.id)
        self.board = board or Board()
        self.orders = Orders(settings.term)
        self.link = Link(settings.where)
        self.claims = Claims(self.link, settings.keys, self.id, nonce or new_nonce(), settings.lease)
        self._last: tuple[Envelope, bytes] | None = None
        self._dynamic = patterns.is_dynamic(settings.queues)
        self._asked = False
        self._state = ""
        self._rest = 0.0
        self._beat = self._swept = self._pruned = float("-inf")
        self._all_paused = False
        self._wrong: set[tuple[str, str]] = set()

    def work(self) -> int:
        """Work until a signal says stop, or, with interval 0, until the queues are empty; gives the exit status."""
        try:
            self.start()
            while not self.orders.leaving:
                self.keep_alive()
                if self.orders.paused:
                    self.pause()
                elif envelope := self.next_job():
                    self.run(envelope)
                elif self.settings.interval == 0 and self._state != "unknown":
                    break
                else:
                    self.rest()
            self.stop()
        except GaveUp:
            self.trouble("Redis did not come back: what is claimed will be put back by another worker")
            return 1
        return 0

    def start(self) -> None:
        """Be seen: title, signals, hooks, the registration."""
        set_title("Starting")
        self.wake = Wake(self.orders.handlers())
        unblock()  # what the pool said meanwhile is heard now
        self.patience = Patience(self.settings.where.shown, self._wait, self.trouble, lambda: self.orders.leaving)
        if self.settings.fork:
            self.bond, self.report = Bond(), Report()
        else:
            Heart(self.settings, self.id, self.claims.nonce).start()
        for hook in self.jobs.hooks("before_first_fork"):
            hook()
        self.insist(self.claims.heartbeat)
        self.events.fire(events.WORKER_START)
        self._waiting()
        gc.collect()
        gc.freeze()  # a child that collects garbage would copy the pages of all that is here

    def keep_alive(self) -> None:
        """Show that it lives, look for dead workers: each when it is due. Trouble is for later."""
        now = time.monotonic()
        if now - self._beat >= self.settings.heartbeat:
            self._beat = now
            self.attempt(self.claims.heartbeat)
        if now - self._swept >= self.settings.sweep:
            self._swept = now
            self.attempt(self.sweep)

    def sweep(self) -> None:
        """Put the jobs of dead workers back: ours after their lease, other programs' as Resque does."""
        for nonce, worker in self.claims.overdue(self.settings.sweep / 2):
            back, filed = recovery.recover(self.claims.other(nonce, worker), self.settings.max_deliveries)
            self.trouble(f"worker {worker} is dead: {back} jobs put back, {filed} filed as failed")
        if time.monotonic() - self._pruned >= PRUNE_INTERVAL:
            self._pruned = time.monotonic()
            for worker in recovery.prune_foreign(self.link, self.settings.keys, self.id):
                self.trouble(f"worker {worker} was silent for {recovery.PRUNE_AFTER:g} s and was removed")

    def next_job(self) -> Envelope | None:
        """Settle the last job and claim the next, in one step."""
        step = self.insist(lambda: self._step(self._queues()))
        self._state = step.state
        if step.state == "unknown":
            self._beat = float("-inf")
        if self._all_paused != (step.state == "paused"):
            self._all_paused, self._rest = not self._all_paused, 0.0
        for wrong in step.wrong:
            self.file_wrong(*wrong)
        return step.envelope

    def run(self, envelope: Envelope) -> None:
        """Run a claimed job, in a process of its own; how it ended is settled with the next step."""
        found = child.lookup(self.jobs, envelope)
        self._tell(events.JOB_PROCESS, envelope, found)
        if isinstance(found, Failed):
            self.ended(envelope, found, found)
        elif self.settings.fork and not self.orders.leaving and (failed := self._before_fork(found[0])):
            self.ended(envelope, failed, found)
        elif self.orders.leaving:
            return  # claimed and not begun: `stop` gives it back
        elif not self.settings.fork:
            self.ended(envelope, run_inside(self.settings, self.orders, self.events, envelope, *found), found)
        else:
            self.run_in_fork(envelope, found)
        self._rest = SOONEST

    def run_in_fork(self, envelope: Envelope, found: tuple[Job, Perform]) -> None:
        """Fork for it, or for it and some more; where the system gives no process it waits in its queue."""
        try:
            if self.settings.jobs_per_fork > 1:
                self.run_many(envelope)
            else:
                self.ended(envelope, self.run_forked(envelope, *found), found)
        except forked.NoProcess as error:
            self.trouble(f"the system gives no process for a job: {error}; it was put back")
            self.give_back(envelope)
            self._wait(NO_PROCESS)

    def run_forked(self, envelope: Envelope, job: Job, perform: Perform) -> Failed | None:
        """Fork for one job; the parent settles it."""
        self._tell(events.JOB_EXECUTE, envelope, (job, perform))

        def inside() -> NoReturn:
            child.settle_in(self.bond, self.wake, self.settings.term == "child")
            self.link.leave()
            if failed := child.attempt(job, perform, lambda: self._after_fork(job)):
                self.report.write(failed)
            child.leave()

        child.processing(envelope.queue, job)  # inherited; each page that a child writes to is copied first
        ended = forked.run(self.settings, self.orders, self.wake, self.board, self.keep_alive, inside)
        told = self.report.read()
        return ended or told

    def run_many(self, envelope: Envelope) -> None:
        """Fork for some jobs: the child settles them and claims on; what it holds when it dies the parent files."""

        def inside() -> NoReturn:
            child.settle_in(self.bond, self.wake, self.settings.term == "child")
            self.link.leave()
            self._many(envelope)
            child.leave()

        self.board.stop = False
        failed = forked.run(self.settings, self.orders, self.wake, self.board, self.keep_alive, inside)
        begun, self.board.began = bool(self.board.began), 0.0
        for held in self.insist(self.claims.held):
            if begun:  # also a job that left its process with 0, which is no failure
                self.ended(held, failed, failed)
            else:
                self.give_back(held)

    def ended(self, envelope: Envelope, failed: Failed | None, found: Found | None) -> None:
        """Note how a job ended, for the next step, and tell."""
        self._last, self._asked = (envelope, failed.record(envelope, self.id) if failed else b""), False
        self.board.count()
        if failed is None:
            self._tell(events.JOB_SUCCESS, envelope, found)
        else:
            self._tell(events.JOB_FAILURE, envelope, found, f"{failed.exception}: {failed.error}")

    def rest(self) -> None:
        """Nothing to do: wait a little, longer from time to time, or as long as was asked."""
        if self._rest in (0.0, SOONEST):
            self._waiting()
        self._rest = min(max(self._rest * GROWTH, SOONEST), LATEST)
        self._wait(self._rest if self.settings.interval is None else self.settings.interval)

    def pause(self) -> None:
        """Paused by USR2: settle, show it, wait for CONT."""
        self.settle_up()
        set_title("Paused")
        self._wait(self.settings.heartbeat)
        self._rest = 0.0

    def stop(self) -> None:
        """Settle, give back, unregister."""
        self.settle_up()
        self.events.fire(events.WORKER_STOP)
        self.board.left = self.insist(self.claims.forget)

    def settle_up(self) -> None:
        """Settle the last job and give back what is claimed and not begun; a claim whose answer came late, too."""
        self.insist(lambda: self._step(None))
        for held in self.insist(self.claims.held):
            self.give_back(held)

    def give_back(self, envelope: Envelope) -> None:
        """Put a job back that was claimed and not begun: this delivery does not stand against it."""
        self.insist(lambda: self.claims.give_back(envelope, envelope.deliveries - 1))

    def file_wrong(self, queue: str, kind: str) -> None:
        """A key that should be a queue is not: filed once, and not tripped over."""
        said = f"WRONGTYPE the key of the queue {queue} is a {kind}, neither a list nor a zset"
        if (queue, kind) in self._wrong:
            return
        self._wrong.add((queue, kind))
        self.trouble(said)
        record = wire.failure(wire.NO_JOB, wire.WRONG_TYPE, said, [], self.id, queue)
        self.attempt(lambda: self.claims.file_wrong(queue, kind, record))

    def insist(self, act: Callable[[], T]) -> T:
        """Do what has to be done, once Redis takes it."""
        return self.patience.insist(act)

    def attempt(self, act: Callable[[], object]) -> None:
        """Do what can wait for the next time."""
        try:
            self.patience.once(act)
        except Exception as error:
            if not faults.is_redis(error):
                raise
            self._beat = min(self._beat, time.monotonic() - self.settings.heartbeat + 0.5)

    def trouble(self, text: str) -> None:
        """Say what is wrong, to people and to listeners."""
        events.say(text)
        self.events.fire(events.WORKER_ERROR, error=text)

    def _step(self, queues: Sequence[str] | None) -> Step:
        envelope, failure = self._last or (None, b"")
        again, self._asked = self._asked, True
        step = self.claims.step(envelope, failure, queues)
        self._last = None
        if envelope is not None and step.settled is False and not again:  # else it may be the answer that was lost
            self.trouble(f"job {envelope.id} was given to another worker before it was done here: not counted")
        return step

    def _queues(self) -> Sequence[str]:
        if self.events:
            self.events.fire(events.WORKER_POLL, ",".join(self.settings.queues))
        if not self._dynamic:
            return self.settings.queues
        return patterns.expand(self.settings.queues, self.link.execute_command("SMEMBERS", self.settings.keys.queues))

    def _many(self, envelope: Envelope) -> None:
        """In the child: this job, and then what comes, up to so many, until the parent says stop."""
        self.patience = Patience(self.settings.where.shown, time.sleep, self.trouble, lambda: self.board.stop)
        left, current = self.settings.jobs_per_fork, envelope
        found = child.lookup(self.jobs, current)
        while True:
            left -= 1
            self._one_of_many(current, found)
            self.board.began = 0.0
            more = left > 0 and not self.board.stop
            step = self.insist(lambda: self._step(self._queues() if more else None))  # noqa: B023
            if step.envelope is None:
                return
            current = step.envelope
            found = child.lookup(self.jobs, current)
            self._tell(events.JOB_PROCESS, current, found)

    def _one_of_many(self, envelope: Envelope, found: Found) -> None:
        if isinstance(found, Failed):
            return self.ended(envelope, found, found)
        self.board.began = time.monotonic()
        child.processing(envelope.queue, found[0])
        self._tell(events.JOB_EXECUTE, envelope, found)
        failed = child.attempt(*found, lambda: self._after_fork(found[0]))
        return self.ended(envelope, failed, found)

    def _tell(self, kind: str, envelope: Envelope, found: Found | None, error: str = "") -> None:
        if self.events:
            self.events.fire(kind, envelope.queue, shown_job(envelope, found), error)

    def _before_fork(self, job: Job) -> Failed | None:
        for hook in self.jobs.hooks("before_fork"):
            if failed := child.attempt(Job("before_fork", [job]), hook):
                return failed
        return None

    def _after_fork(self, job: Job) -> None:
        for hook in self.jobs.hooks("after_fork"):
            hook(job)

    def _waiting(self) -> None:
        set_title("Paused" if self._all_paused else f"Waiting for {','.join(self.settings.queues)}")

    def _wait(self, seconds: float) -> None:
        self.wake.wait(seconds)


def shown_job(envelope: Envelope, found: Found | None) -> Mapping[str, Any]:
    """A job as an event shows it."""
    try:
        job = found[0] if isinstance(found, tuple) else wire.parse(envelope.payload)
        return {"class": job.cls, "args": list(job.args)}
    except wire.BadPayload:
        return {"raw": envelope.payload.decode("utf-8", "backslashreplace")}
