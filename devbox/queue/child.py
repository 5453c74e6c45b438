"""What happens in the process that a worker forks off for a job: it becomes a process of its own, runs, and is gone."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from types import CoroutineType
from typing import Any, NoReturn

from devbox.queue import scope, wire
from devbox.queue.bonds import Bond
from devbox.queue.jobs import Jobs, Perform, UnknownClass
from devbox.queue.report import Failed, TermException
from devbox.queue.title import set_title
from devbox.queue.wake import Wake, unblock
from devbox.queue.wire import Envelope, Job


def settle_in(bond: Bond, wake: Wake, feels_term: bool) -> None:
    """Leave the parent behind: its signals, its process group; and end when it ends."""
    wake.release()
    bond.tie(signal.SIGKILL)
    os.setpgid(0, 0)
    if feels_term:
        signal.signal(signal.SIGTERM, _raise_term)
    if numpy := sys.modules.get("numpy"):  # Python's own random has reseeded itself
        numpy.random.seed()


def _raise_term(_number: int, _frame: object) -> None:
    if scope.under_way:  # between two jobs the parent's word is enough
        raise TermException("SIGTERM")


def leave(code: int = 0) -> NoReturn:
    """End without the parent's exit handlers; what the job printed is printed."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue
    os._exit(code)


def lookup(jobs: Jobs, envelope: Envelope) -> tuple[Job, Perform] | Failed:
    """A payload's job and what runs it, or why there is none."""
    try:
        job = wire.parse(envelope.payload)
    except wire.BadPayload as bad:
        return Failed(bad.exception, str(bad))
    try:
        return job, jobs.find(job.cls)
    except UnknownClass as unknown:
        return Failed(wire.UNKNOWN_CLASS, str(unknown))


def attempt(job: Job, perform: Perform, before: Callable[[], None] | None = None) -> Failed | None:
    """Run a job; whatever it raises is how it failed, `sys.exit` too, as in Resque."""
    failed, here = None, os.getpid()
    try:
        scope.under_way = True
        unblock()  # a signal that came while this process began is the job's
        if before is not None:
            before()
        result = perform(*job.args, **job.vars)
        if isinstance(result, CoroutineType):
            _run_coroutine(result)
        scope.under_way = False
    except BaseException as error:
        scope.under_way = False
        failed = Failed.of(error)
    if os.getpid() != here:  # the job has forked, and this one came back: it is no second worker
        leave()
    return failed


def _run_coroutine(job: Coroutine[Any, Any, Any]) -> None:
    """A job that is `async def`."""
    import asyncio

    asyncio.run(job)


def processing(queue: str, job: Job) -> None:
    """The title while a job runs."""
    set_title(f"Processing {queue} since {int(time.time())} [{job.cls}]")
