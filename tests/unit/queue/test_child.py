"""Signals around a job: raised into it, and into nothing before or after; held back while a process begins."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devbox.queue import child, forked, wake
from devbox.queue.address import parse
from devbox.queue.board import Board
from devbox.queue.bonds import Bond
from devbox.queue.keys import Keys
from devbox.queue.orders import Orders
from devbox.queue.settings import Settings
from devbox.queue.wake import Wake
from devbox.queue.wire import Job


@pytest.fixture(autouse=True)
def _term() -> Iterator[None]:
    """A child's handler; after that this process has all of its own again, Ctrl-C's, too."""
    before = {number: signal.getsignal(number) for number in (*wake.HELD_BACK, signal.SIGCONT, signal.SIGCHLD)}
    signal.signal(signal.SIGTERM, child._raise_term)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    signal.set_wakeup_fd(-1)


def term() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_term_is_raised_in_a_job() -> None:
    went_on: list[int] = []

    def job() -> None:
        term()
        went_on.append(1)

    failed = child.attempt(Job("x"), job)
    assert failed is not None
    assert (failed.exception, went_on) == ("Resque::TermException", [])


def test_and_in_nothing_else() -> None:
    class Slow(Exception):
        def __str__(self) -> str:
            term()
            return "its own words"

    def job() -> None:
        raise Slow

    term()
    failed = child.attempt(Job("x"), job)
    term()
    assert failed is not None
    assert failed.error == "its own words"


def test_a_job_that_ends_well_is_no_failure_whatever_comes_after() -> None:
    assert child.attempt(Job("x"), lambda: None) is None
    term()


def settings() -> Settings:
    return Settings(where=parse("127.0.0.1"), keys=Keys("x"), queues=("q",))


def test_a_process_begins_with_its_signals_held_back(tmp_path: Path) -> None:
    """They are let through once they are the job's; in the parent at once."""
    orders, out, bond = Orders("graceful"), tmp_path / "mask", Bond()
    woken = Wake(orders.handlers())

    def inside() -> Any:
        child.settle_in(bond, woken, True)
        before = blocked()
        after: list[int] = []
        child.attempt(Job("x"), lambda: after.append(blocked()))
        out.write_text(f"{before} {after[0]}")
        os._exit(0)

    assert forked.run(settings(), orders, woken, Board(), lambda: None, inside) is None
    before, after = map(int, out.read_text().split())
    held = sum(1 << (number - 1) for number in wake.HELD_BACK)
    assert (before & held, after & held, blocked() & held) == (held, 0, 0)
    woken.release()


def test_a_term_that_comes_before_the_job_is_the_jobs(tmp_path: Path) -> None:
    orders, out, bond = Orders("child"), tmp_path / "how", Bond()
    woken = Wake(orders.handlers())

    def inside() -> Any:
        term()
        child.settle_in(bond, woken, True)
        failed = child.attempt(Job("x"), lambda: None)
        out.write_text(failed.exception if failed else "")
        os._exit(0)

    assert forked.run(settings(), orders, woken, Board(), lambda: None, inside) is None
    assert out.read_text() == "Resque::TermException"
    woken.release()


def blocked() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("SigBlk:")[1].split()[0], 16)
