"""The queue's figures: no-op jobs, one worker, beside RQ, node-resque and a bare fork; in turn, medians and ratios.

`python -m tests.bench.queue [ROUNDS]`; `make bench` runs it, too.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.queue.peers.install import RQ, node_resque, python_package
from tests.queue.redis_server import RedisServer

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
JOBS = str(HERE / "jobs.py")

BARE = """
import os, time, gc
from devbox.queue import __main__
from devbox.queue.connection import Link
from devbox.queue.address import parse
import tests.bench.jobs
Link(parse("redis://127.0.0.1:PORT")).execute_command("PING")
gc.collect(); gc.freeze()
began = time.perf_counter()
for _ in range(COUNT):
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)
print(COUNT / (time.perf_counter() - began))
"""
RQ_WORKER = """
import sys, time
from redis import Redis
from rq import Queue, Worker
connection = Redis(port=PORT)
queue = Queue("bench", connection=connection)
from time import sleep
for _ in range(COUNT):
    queue.enqueue(sleep, 0, result_ttl=0)
began = time.perf_counter()
Worker([queue], connection=connection).work(burst=True, logging_level="ERROR")
print(COUNT / (time.perf_counter() - began))
"""


class Bench:
    """A Redis, and ways to use it; each gives something a second."""

    def __init__(self, server: RedisServer) -> None:
        self.server = server

    def enqueue(self) -> float:
        count = 100_000
        with self.server.client(namespace="resque") as client:
            client.redis.flushall()
            began = time.perf_counter()
            client.enqueue_many(("q", "nothing", []) for _ in range(count))
            return count / (time.perf_counter() - began)

    def ours(self, count: int, job: str = "nothing", workers: int = 1, *options: str) -> float:
        """Jobs a second, from the first claim to the last end, as `stat:processed` shows it."""
        with self.server.client(namespace="resque") as client:
            client.redis.flushall()
            client.pause()
            client.enqueue_many([("q", job, [])] * count)
            given = ["--redis", self.server.url, "--queues", "q", "--jobs", JOBS, "--count", str(workers)]
            process = subprocess.Popen([sys.executable, "-m", "devbox.queue", *given, *options], cwd=ROOT)
            while client.stats().workers < workers:
                time.sleep(0.02)
            client.pause(False)
            began = time.perf_counter()
            while int(client.redis.get(client.keys.stat("processed")) or 0) < count:
                time.sleep(0.02)  # more often it would take the time of what it measures
            took = time.perf_counter() - began
            process.terminate()
            process.wait(60)
        return count / took

    def bare(self, count: int) -> float:
        return _python(BARE.replace("COUNT", str(count)).replace("PORT", str(self.server.port)), {})

    def rq(self, count: int) -> float:
        where = {"PYTHONPATH": str(python_package("rq", RQ))}
        return _python(RQ_WORKER.replace("COUNT", str(count)).replace("PORT", str(self.server.port)), where)

    def node(self, count: int) -> float:
        with self.server.client(namespace="resque") as client:
            client.redis.flushall()
            client.enqueue_many([("q", "nothing", [])] * count)
        env = {**os.environ, "NODE_PATH": str(node_resque() / "node_modules"), "REDIS_PORT": str(self.server.port)}
        return float(subprocess.check_output(["node", str(HERE / "node_worker.js"), str(count)], env=env, text=True))


def _python(program: str, env: dict[str, str]) -> float:
    told = subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, env={**os.environ, **env}, text=True)
    return float(told.split()[-1])


def in_turn(rounds: int, **ways: Callable[[], float]) -> dict[str, float]:
    """The median of each."""
    told: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            told[name].append(way())
    return {name: statistics.median(values) for name, values in told.items()}


def measure(rounds: int = 3) -> list[tuple[str, str, str, str]]:
    """Rows of the table: what, figure, beside what, to reach."""
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder)).start()
        try:
            bench = Bench(server)
            found = in_turn(
                rounds,
                fork=lambda: bench.ours(1500),
                bare=lambda: bench.bare(1500),
                rq=lambda: bench.rq(200),
                many=lambda: bench.ours(10_000, "nothing", 1, "--jobs-per-fork", "100"),
                node=lambda: bench.node(10_000),
                one=lambda: bench.ours(1500, "busy", 1, "--jobs-per-fork", "100"),
                four=lambda: bench.ours(3000, "busy", 4, "--jobs-per-fork", "100"),
                enqueue=bench.enqueue,
            )
        finally:
            server.stop()
    against = {
        "rq": f"{found['fork'] / found['rq']:.1f} times RQ's {found['rq']:.0f}/s",
        "bare": f"{found['fork'] / found['bare']:.2f} of a bare fork's {found['bare']:.0f}/s",
        "node": f"{found['many'] / found['node']:.2f} of node-resque's {found['node']:.0f}/s",
        "one": f"{found['four'] / found['one']:.2f} times one's {found['one']:.0f}/s",
    }
    return [
        ("queue: fork per job", f"{found['fork']:.0f}/s", against["rq"], "at least 4"),
        ("queue: fork per job", f"{found['fork']:.0f}/s", against["bare"], "at least 0.60"),
        ("queue: 100 jobs a fork", f"{found['many']:.0f}/s", against["node"], "at least 1"),
        ("queue: 4 workers, 2 ms jobs", f"{found['four']:.0f}/s", against["one"], "at least 1.6"),
        ("queue: bulk enqueue", f"{found['enqueue']:.0f}/s", "", "at least 50,000/s"),
    ]


def rows(_lab: object, _env: dict[str, str], count: int) -> list[tuple[str, str, str, str]]:
    """For `make bench`."""
    return measure(count)


if __name__ == "__main__":
    for row in measure(*map(int, sys.argv[1:2])):
        print("{:34}{:32}{:46}{}".format(*row))
