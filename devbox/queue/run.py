"""The worker command: check what can be checked, then the pool."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence

from devbox.errors import DevboxError
from devbox.queue import faults
from devbox.queue.client import Client
from devbox.queue.events import Lines, Listener, say
from devbox.queue.settings import Settings

START_TIMEOUT = 5.0
"""Seconds for which a Redis that does not answer (yet) is waited for."""


def run(
    settings: Settings, listeners: Sequence[Listener] = (), *, data_alone: bool = False,
    begin: Callable[[], None] = lambda: None,
) -> int:  # fmt: skip
    """Work until told to stop; gives the exit status 0. Raises `DevboxError` when it cannot start.

    With events, or `data_alone`, stdout is for data: what the jobs print goes to stderr. `begin` is called once Redis
    has answered.
    """
    reachable(settings)
    begin()
    if not (settings.events or data_alone):
        return _work(settings, listeners)
    stdout = os.dup(1)
    os.dup2(2, 1)
    try:
        return _work(settings, [*listeners, Lines(stdout)] if settings.events else listeners)
    finally:
        sys.stdout.flush()
        os.dup2(stdout, 1)
        os.close(stdout)


def _work(settings: Settings, listeners: Sequence[Listener]) -> int:
    if not hasattr(os, "fork"):
        return _alone(settings, listeners)
    from devbox.queue.pool import Pool

    return Pool(settings, listeners).run()


def reachable(settings: Settings) -> None:
    """Make sure that Redis is there and lets us in; one that may come yet is waited for a little."""
    end = time.monotonic() + START_TIMEOUT
    told = False
    while True:
        try:
            with Client(settings.where, settings.keys.namespace) as client:
                return client.ping()
        except DevboxError as error:
            if error.code not in faults.PASSING or time.monotonic() > end:
                raise
            if not told:
                say(f"{error.message}: waiting for it")
            told = True
        time.sleep(0.2)


def _alone(settings: Settings, listeners: Sequence[Listener]) -> int:
    """Where there is no fork: one worker, in this process."""
    from devbox.queue import jobs
    from devbox.queue.worker import Worker

    if settings.count > 1:
        raise DevboxError(
            "queue.no_fork", "this system cannot fork: one worker a process, start the command once for each"
        )
    return Worker(settings, jobs.load(settings.jobs), listeners=listeners).work()
