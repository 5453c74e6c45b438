"""One test session's share of the lab: many sessions and many processes use it at once, and the last one stops it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.lab.lab import Lab

WORKER = "PYTEST_XDIST_WORKER"


@contextmanager
def lab_for_tests() -> Iterator[Lab]:
    """The lab, up. A worker of pytest-xdist gets an engine of its own in it, gone afterwards with all it holds.

    What tests started is stopped by whoever of them is the last to leave; what a person started stays.
    """
    with _users() as lab:
        if WORKER not in os.environ:
            yield Lab.ensure()
            return
        Lab.ensure(engine=False)
        with lab.fresh_engine() as engine:
            yield replace(lab, engine=engine)


@contextmanager
def _users() -> Iterator[Lab]:
    """Be one of those who use the lab; each holds a shared lock, so who gets the whole lock was the last."""
    lab = Lab.find()
    lab.places.make()
    with (lab.places.run / "users.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        with lab.alone():
            if not lab.registry.answers() and not lab.engine.pid:
                lab.by_tests.touch()
        try:
            yield lab
        finally:
            if lab.by_tests.exists() and _last(lock.fileno()):
                lab.down()


def _last(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
