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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from devbox.queue.client import Client
from tests.queue.peers.install import RQ, node_resque, python_package
from tests.queue.redis_server import RedisServer
from tests.queue.running import children, kill

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
for number in range(COUNT + COUNT // 5):
    if number == COUNT // 5:
        began = time.perf_counter()
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
        """Jobs a second, as `stat:processed` shows them, once a fifth of them has warmed the worker up."""
        with self.server.client(namespace="resque") as client:
            client.redis.flushall()
            client.pause()
            client.enqueue_many([("q", job, [])] * count)
            with self.pool(client, "--count", str(workers), *options):
                client.pause(False)
                first, began = self.processed(client, count // 5)
                last, ended = self.processed(client, count)
        return (last - first) / (ended - began)

    @staticmethod
    def processed(client: Client, count: int) -> tuple[int, float]:
        """How many jobs have ended once so many have, and when that was."""
        while (seen := int(client.redis.get(client.keys.stat("processed")) or 0)) < count:
            time.sleep(0.02)  # more often it would take the time of what it measures
        return seen, time.perf_counter()

    @contextmanager
    def pool(self, client: Client, *options: str) -> Iterator[int]:
        """The pid of a pool all of whose workers have registered."""
        given = ["--redis", self.server.url, "--queues", "q", "--jobs", JOBS, *options]
        program = [sys.executable, "-m", "devbox.queue", *given]
        with subprocess.Popen(program, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
            while client.stats().workers < int(options[1]):
                time.sleep(0.02)
            try:
                yield process.pid
            finally:
                process.terminate()

    def taken_up(self, count: int = 20) -> list[float]:
        """Milliseconds from the enqueueing of a job for an idle worker to its first line."""
        told = []
        with self.server.client(namespace="resque") as client, tempfile.TemporaryDirectory() as folder:
            client.redis.flushall()
            with self.pool(client, "--count", "1"):
                for number in range(count):
                    time.sleep(0.5 + number * 0.007)  # long enough to look as rarely as it ever does
                    stamp, began = Path(folder, str(number)), time.monotonic()
                    client.enqueue("q", "stamp", [str(stamp)])
                    while not stamp.exists():
                        time.sleep(0.002)
                    told.append((float(stamp.read_text()) - began) * 1000)
        return told

    def replaced(self, count: int = 10) -> list[float]:
        """Milliseconds from a worker's death (kill -9) to its successor's birth."""
        told = []
        with self.server.client(namespace="resque") as client:
            client.redis.flushall()
            with self.pool(client, "--count", "1") as pool:
                for number in range(count):
                    client.enqueue("q", "nothing")  # who has done a job is replaced at once
                    while client.stats().processed <= number:
                        time.sleep(0.02)
                    (worker,), began = children(pool), time.monotonic()
                    kill(worker)
                    while children(pool) in ([], [worker]):
                        time.sleep(0.001)
                    told.append((time.monotonic() - began) * 1000)
        return told

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
            found = {
                # What is compared stands side by side, with nothing else between.
                **in_turn(
                    rounds,
                    fork=lambda: bench.ours(1500),
                    bare=lambda: bench.bare(1500),
                    rq=lambda: bench.rq(200),
                ),
                **in_turn(
                    rounds,
                    many=lambda: bench.ours(10_000, "nothing", 1, "--jobs-per-fork", "100"),
                    node=lambda: bench.node(10_000),
                ),
                **in_turn(
                    rounds,
                    one=lambda: bench.ours(1500, "busy", 1, "--jobs-per-fork", "100"),
                    four=lambda: bench.ours(3000, "busy", 4, "--jobs-per-fork", "100"),
                ),
                **in_turn(rounds, enqueue=bench.enqueue),
            }
            taken_up, replaced = bench.taken_up(), bench.replaced()
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
        ("queue: idle, until a job runs", *_latencies(taken_up), "50 ms and the fork"),
        ("queue: a killed worker replaced", *_latencies(replaced), "100 ms"),
    ]


def _latencies(told: list[float]) -> tuple[str, str]:
    return f"{statistics.median(told):.0f} ms", f"at most {max(told):.0f} ms of {len(told)}"


def rows(_lab: object, _env: dict[str, str], count: int) -> list[tuple[str, str, str, str]]:
    """For `make bench`."""
    return measure(count)


if __name__ == "__main__":
    for row in measure(*map(int, sys.argv[1:2])):
        print("{:34}{:32}{:46}{}".format(*row))
