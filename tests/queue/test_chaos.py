"""Something is killed every 100 ms while four workers work, and Redis twice: no job is lost."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from devbox.errors import DevboxError
from devbox.queue.client import Client
from tests.integration.support.waiting import until
from tests.queue.redis_server import RedisServer
from tests.queue.running import Pool, Yard, children, descendants, kill

pytestmark = pytest.mark.lab

EVERY = 0.1
BETWEEN = 5
"""Jobs that end between two strikes: a slow machine, on which nothing comes up in 100 ms, gets on all the same."""
POOLS = 60
"""And between two ends of a pool."""
JOBS = str(Path(__file__).with_name("chaos_jobs.py"))
OPTIONS = ("--count", "4", "--recover-within", "2", "--error-respawn-interval", "0.1", "--max-deliveries", "5")


@dataclass
class Chaos:
    """Kills at random, with a seed that is printed."""

    yard: Yard
    server: RedisServer
    jobs: int
    seed: int = field(default_factory=lambda: random.randrange(10**9))
    killed: Counter[str] = field(default_factory=Counter)
    ended: int = 0
    struck: int = 0
    ended_pool: int = 0

    def run(self) -> None:
        """Until every job has ended."""
        dice = random.Random(self.seed)
        pool = self._start()
        restarts = [self.jobs // 3, 2 * self.jobs // 3]
        end, due = time.monotonic() + 600 + self.jobs, 0.0
        while (ended := self._ended()) < self.jobs:
            assert time.monotonic() < end, f"seed {self.seed}: {ended} of {self.jobs} ended\n{pool.text()[-3000:]}"
            if restarts and ended >= restarts[0]:
                restarts.pop(0)
                self.server.kill()
                self.server.start()
                self.killed["redis"] += 1
            if pool.process.poll() is not None:  # it was hit while it tried the job modules: Docker starts it again
                pool = self._start()
            if time.monotonic() >= due and ended >= self.struck + BETWEEN:
                self.struck, due = ended, time.monotonic() + EVERY
                pool = self._strike(pool, dice)
            time.sleep(0.01)

    def _strike(self, pool: Pool, dice: random.Random) -> Pool:
        workers = children(pool.pid)
        jobs = [job for worker in workers for job in children(worker)]
        what = dice.choice(["job", "job", "worker", "both"])
        if self.struck >= self.ended_pool + POOLS:
            self.ended_pool = self.struck
            what = dice.choice(["pool", "stop"])
            self.killed[what] += 1
            self._end(pool, hard=what == "pool")
            return self._start()
        if what in {"worker", "both"} and workers:
            kill(dice.choice(workers))
        if what in {"job", "both"} and jobs:
            kill(dice.choice(jobs))
        self.killed[what] += 1
        return pool

    def _start(self) -> Pool:
        return self.yard.start(*OPTIONS, jobs=JOBS, ready=0)

    def _end(self, pool: Pool, *, hard: bool) -> None:
        """A container that goes: all at once; or one that is stopped."""
        if hard:
            kill(pool.pid, *descendants(pool.pid))
        else:
            pool.signal(signal.SIGTERM)
        pool.process.wait(120)

    def _ended(self) -> int:
        """How many jobs have ended, as the workers count; while Redis is away, as many as before."""
        with contextlib.suppress(DevboxError):
            self.ended = self.yard.client.stats().processed
        return self.ended


def _number(record: dict[str, object]) -> int:
    payload = record["payload"]
    assert isinstance(payload, dict)
    return int(payload["args"][0])


def survive(yard: Yard, server: RedisServer, jobs: int) -> str:
    """Run it, and take stock: every job is done or filed, the counters agree, nothing is left over."""
    yard.client.enqueue_many(("q", "mark", [number]) for number in range(jobs))
    chaos, began = Chaos(yard, server, jobs), time.monotonic()
    chaos.run()
    yard.until(lambda: quiet(yard.client), "nothing is pending or in flight")
    stats, done = yard.client.stats(), Counter(yard.done())
    filed = {_number(f.record) for f in yard.client.failures.find()}
    lost = set(range(jobs)) - set(done) - filed
    assert not lost, f"seed {chaos.seed}: lost {sorted(lost)}"
    assert stats.failed == yard.client.failures.count()
    assert stats.processed == jobs, "each job is counted once, done or filed"
    twice = sum(count - 1 for count in done.values())
    return (
        f"chaos with seed {chaos.seed}: {jobs} jobs, 0 lost, {stats.failed} filed as failed, {twice} ran twice; "
        f"killed {dict(chaos.killed)} in {time.monotonic() - began:.0f} s"
    )


def quiet(client: Client) -> bool:
    stats = client.stats()
    return not stats.pending and not stats.in_flight


def chaos(own_redis: Callable[..., RedisServer], folder: Path, jobs: int) -> str:
    server = own_redis("--appendonly", "yes", "--appendfsync", "always")
    with server.client(namespace="resque") as client:
        yard = Yard(client, server.url, folder)
        try:
            return survive(yard, server, jobs)
        finally:
            yard.sweep()


@pytest.mark.timeout(1200)
def test_a_thousand_jobs_while_everything_is_killed(
    own_redis: Callable[..., RedisServer], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = chaos(own_redis, tmp_path, 1_000)
    with capsys.disabled():
        print(f"\n{told}")


@pytest.mark.soak
def test_ten_thousand_jobs_while_everything_is_killed(
    own_redis: Callable[..., RedisServer], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = chaos(own_redis, tmp_path, 10_000)
    with capsys.disabled():
        print(f"\n{told}")


def resident(pid: int) -> int:
    """The memory of a process that is its own or was touched, in KB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def test_a_job_that_leaks_leaves_its_worker_unmoved(yard: Yard) -> None:
    pool = yard.start(jobs=JOBS)
    (worker,) = pool.workers()
    yard.client.enqueue_many([("q", "nothing", [])] * 20)
    yard.settled(done=20)
    before = resident(worker)
    yard.client.enqueue_many([("q", "leak", [50])] * 10)
    yard.settled(done=30)
    assert resident(worker) - before < 1024


@pytest.mark.soak
@pytest.mark.parametrize("mode", ["1", "100"])
def test_a_hundred_thousand_jobs_leave_a_worker_as_small_as_before(
    yard: Yard, mode: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pool = yard.start("--jobs-per-fork", mode, jobs=JOBS)
    (worker,) = pool.workers()
    yard.client.enqueue_many([("q", "nothing", [])] * 1_000)
    yard.settled(done=1_000)
    before = resident(worker)
    yard.client.enqueue_many(("q", "nothing", []) for _ in range(99_000))
    until(lambda: yard.client.stats().processed == 100_000, "all are done", 3500, 1)
    grown = resident(worker) - before
    with capsys.disabled():
        print(f"\n100,000 jobs, {mode} a fork: the worker grew by {grown} KB")
    assert grown < 1024
