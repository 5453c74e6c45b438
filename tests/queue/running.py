"""Worker pools as processes of their own, and a census: where each job is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devbox.queue.client import Client
from tests.integration.support.waiting import until

ROOT = Path(__file__).parents[2]
JOBS = str(Path(__file__).with_name("matrix_jobs.py"))
WAIT = 90.0
"""Seconds for a state to come; a slow machine needs some of them."""


@dataclass(eq=False)
class Pool:
    """A pool under way."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def workers(self) -> list[int]:
        """The pids of its workers."""
        return children(self.pid)

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def ends(self, code: int | None = 0) -> None:
        """Wait for its end."""
        found = self.process.wait(WAIT)
        assert code is None or found == code, self.text()

    def sweep(self) -> None:
        """Kill it with all that it started."""
        pids = [self.pid, *descendants(self.pid)]
        for pid in pids:
            kill(pid)
        self.process.wait(WAIT)


@dataclass(eq=False)
class Yard:
    """Where a test's pools run: a Redis with a namespace, a folder for what the jobs leave."""

    client: Client
    url: str
    folder: Path
    pools: list[Pool] = field(default_factory=list)

    def start(self, *options: str, queues: str = "q", hold: str = "", jobs: str = JOBS, ready: int = 1) -> Pool:
        """A pool that has registered `ready` workers."""
        program = ["-m", "tests.queue.holding", hold] if hold else ["-m", "devbox.queue"]
        words = [sys.executable, *program, "--redis", self.url, "--namespace", self.client.keys.namespace]
        log = self.folder / f"pool{len(self.pools)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*words, "--queues", queues, "--jobs", jobs, *options], cwd=ROOT, stdout=out, stderr=out,
                stdin=subprocess.DEVNULL, env={**os.environ, "MATRIX_FOLDER": str(self.folder)}, start_new_session=True,
            )  # fmt: skip
        pool = Pool(process, log)
        self.pools.append(pool)
        until(lambda: len(pool.workers()) >= ready or process.poll() is not None, "the pool has workers", WAIT)
        if ready:
            self.until(lambda: self.client.stats().workers >= ready or process.poll() is not None, "they register")
        return pool

    def until(self, look: Callable[[], object], what: str) -> None:
        try:
            until(look, what, WAIT)
        except AssertionError as error:
            raise AssertionError(f"{error}\n" + "\n".join(pool.text() for pool in self.pools)) from error

    def lines(self, name: str) -> list[str]:
        """What the jobs have left."""
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    def done(self) -> list[int]:
        return [int(line) for line in self.lines("done")]

    def pids(self, name: str = "begun") -> tuple[int, int]:
        """The process that left its number there, and its parent; waits for it."""
        self.until(lambda: self.lines(name), f"{name} is there")
        pid, parent = self.lines(name)[-1].split()
        return int(pid), int(parent)

    def settled(self, done: int, failed: int = 0) -> None:
        """Wait until all is done, then make sure that every job is in exactly one place, and the counters say so."""
        self.until(lambda: self.client.stats().processed >= done + failed, f"{done} done and {failed} failed")
        self.until(lambda: not self.client.stats().in_flight, "nothing is in flight")
        stats = self.client.stats()
        assert (stats.pending, stats.in_flight, stats.processed, stats.failed) == (0, 0, done + failed, failed)
        assert self.client.failures.count() == failed
        self.until(lambda: not self.client.stats().working, "nobody is working")

    def sweep(self) -> None:
        for pool in self.pools:
            pool.sweep()


def children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def descendants(pid: int) -> list[int]:
    found = []
    for child in children(pid):
        found += [child, *descendants(child)]
    return found


def kill(*pids: int, number: int = signal.SIGKILL) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def gone(pid: int) -> bool:
    """Whether a process has ended; a zombie has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except OSError:
        return True


def all_gone(pids: Sequence[int]) -> bool:
    return all(gone(pid) for pid in pids)
