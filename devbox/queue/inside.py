"""Jobs in the worker's own process: where there is no fork (Windows), or with `--no-fork`."""

from __future__ import annotations

import signal
import threading
import time

from devbox.queue import child, events, scope
from devbox.queue.claims import Claims
from devbox.queue.connection import Link
from devbox.queue.events import Events
from devbox.queue.jobs import Perform
from devbox.queue.orders import Orders
from devbox.queue.report import Failed, JobTimeout
from devbox.queue.settings import Settings
from devbox.queue.wire import Envelope, Job


class Heart(threading.Thread):
    """The heartbeat while a job keeps the worker busy: a thread, which a process that never forks may have."""

    def __init__(self, settings: Settings, worker: str, nonce: str) -> None:
        super().__init__(daemon=True)
        self._settings = settings
        self._worker = worker
        self._nonce = nonce

    def run(self) -> None:
        """Beat; trouble is the worker's to say."""
        settings = self._settings
        claims = Claims(Link(settings.where), settings.keys, self._worker, self._nonce, settings.lease)
        while True:
            time.sleep(settings.heartbeat)
            try:
                if claims.redis.execute_command("HEXISTS", settings.keys.lives, self._nonce):
                    claims.heartbeat()
            except Exception:  # noqa: S112
                continue


def run_inside(
    settings: Settings, orders: Orders, told: Events, envelope: Envelope, job: Job, perform: Perform
) -> Failed | None:
    """Run a job here, without hooks for forks (as Resque does). What ends the process ends the worker, too."""
    told.fire(events.JOB_EXECUTE, envelope.queue, {"class": job.cls, "args": list(job.args)})
    child.processing(envelope.queue, job)
    timed = settings.job_timeout if hasattr(signal, "setitimer") else None
    if timed:
        signal.signal(signal.SIGALRM, _over(timed))
        signal.setitimer(signal.ITIMER_REAL, timed)
    orders.inside = True
    try:
        return child.attempt(job, perform)
    finally:
        orders.inside = False
        if timed:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _over(seconds: float) -> signal._HANDLER:
    def raise_it(_number: int, _frame: object) -> None:
        if scope.under_way:
            raise JobTimeout(f"Job ran longer than {seconds:g} s")

    return raise_it
