"""The moments just before a job begins and just after it has ended: what strikes there is not the job's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from devbox.errors import DevboxError
from devbox.queue.address import parse
from devbox.queue.client import Client
from devbox.queue.connection import Link
from tests.queue.redis_server import RedisServer
from tests.queue.running import JOBS, ROOT, WAIT, Yard, all_gone, descendants, gone

pytestmark = pytest.mark.lab

MODES = [(), ("--jobs-per-fork", "50"), ("--no-fork",)]
HOOKED = f"""
import os, signal, sys
sys.path.insert(0, {str(ROOT)!r})
from tests.queue.matrix_jobs import first, note

def mark(number):
    note("done", str(number))
"""


def hooked(yard: Yard, hook: str) -> str:
    """A job module with a hook."""
    path = yard.folder / "hooked.py"
    path.write_text(HOOKED + hook)
    return str(path)


@pytest.mark.parametrize("mode", MODES)
def test_a_process_that_forks_off_in_a_job_and_comes_back_is_no_second_worker(yard: Yard, mode: tuple[str]) -> None:
    pool = yard.start(*mode)
    yard.client.enqueue("q", "comes_back_twice")
    yard.client.enqueue_many(("q", "Mark", [number]) for number in range(20))
    yard.settled(done=21)
    assert sorted(yard.done()) == list(range(20))
    below = descendants(pool.pid)
    pool.signal(signal.SIGTERM)
    pool.ends(0)
    assert all_gone(below)


def test_what_a_job_left_behind_does_not_fail_the_next_one(yard: Yard) -> None:
    yard.start()
    yard.client.enqueue("q", "raises_later")
    yard.client.enqueue("q", "Until", [1])
    yard.pids()
    late, _ = yard.pids("late")
    (yard.folder / "raise").touch()
    yard.until(lambda: gone(late), "the late one is gone")
    (yard.folder / "go").touch()
    yard.settled(done=2)


@pytest.mark.parametrize("mode", ["1", "10"])
def test_term_after_a_jobs_end_does_not_undo_it(
    own_redis: Callable[..., RedisServer], tmp_path: Path, mode: str
) -> None:
    """The job has ended, Redis is away, so that it cannot be settled, and TERM comes."""
    server = own_redis("--appendonly", "yes", "--appendfsync", "always")
    with server.client() as client:
        yard = Yard(client, server.url, tmp_path)
        try:
            pool = yard.start("--term", "child", "--term-timeout", "60", "--jobs-per-fork", mode)
            client.enqueue("q", "Until", [1])
            child, worker = yard.pids()
            server.kill()
            (tmp_path / "go").touch()
            settles = f"[{worker if mode == '1' else child}] "
            yard.until(
                lambda: any(settles in line and "trying again" in line for line in pool.text().splitlines()),
                "the job is done, and Redis does not hear of it",
            )
            assert yard.done() == [1]
            pool.signal(signal.SIGTERM)
            server.start()
            pool.ends(0)
            client.close()
            stats = client.stats()
            assert (stats.processed, stats.failed, stats.pending, stats.in_flight) == (1, 0, 0, 0)
        finally:
            yard.sweep()


def test_what_was_claimed_and_not_begun_is_put_back_by_a_hard_stop(yard: Yard) -> None:
    """TERM comes between the claim and the fork."""
    hook = """
def before_fork(job):
    if first("termed"):
        os.kill(os.getpid(), signal.SIGTERM)
"""
    yard.start("--term", "kill", jobs=hooked(yard, hook))
    yard.client.enqueue("q", "mark", [1])
    yard.settled(done=1)
    assert yard.done() == [1]
    assert not yard.client.redis.exists(yard.client.keys.of("devbox:returned")), "no delivery stands against it"


def test_a_system_that_gives_no_process_costs_no_job(yard: Yard) -> None:
    hook = """
fork, tries = os.fork, []

def refuse():
    tries.append(1)
    if len(tries) > 1:
        os.fork = fork
    raise BlockingIOError(11, "Resource temporarily unavailable")

def before_fork(job):
    if not tries:
        os.fork = refuse
"""
    pool = yard.start(jobs=hooked(yard, hook))
    (worker,) = pool.workers()
    yard.client.enqueue("q", "mark", [1])
    yard.settled(done=1)
    assert pool.text().count("gives no process for a job: Resource temporarily unavailable") == 2
    assert pool.workers() == [worker]
    assert not yard.client.redis.exists(yard.client.keys.of("devbox:returned"))


@pytest.mark.parametrize("mode", MODES)
def test_a_job_may_be_a_coroutine(yard: Yard, mode: tuple[str]) -> None:
    yard.start(*mode)
    yard.client.enqueue("q", "later", [1])
    yard.settled(done=1)
    assert yard.done() == [1]


def test_a_worker_that_a_job_took_along_is_no_drained_one(yard: Yard) -> None:
    """`os._exit(0)` in a worker that does not fork."""
    pool = yard.start("--no-fork", "--interval", "0", "--error-respawn-interval", "0.1", ready=0)
    yard.client.enqueue("q", "exits", [0])
    yard.client.enqueue("q", "Mark", [1])
    pool.ends(0)
    stats = yard.client.stats()
    assert (stats.processed, stats.failed, stats.pending, stats.in_flight, stats.workers) == (2, 1, 0, 0, 0)
    assert yard.done() == [1]


def test_a_worker_that_was_forgotten_does_not_take_its_queues_for_empty(yard: Yard) -> None:
    pool = yard.start("--interval", "0", ready=0)
    yard.client.enqueue("q", "Until", [1])
    yard.client.enqueue("q", "Mark", [2])
    yard.pids()
    yard.client.redis.delete(yard.client.keys.lives)
    (yard.folder / "go").touch()
    pool.ends(0)
    assert yard.done() == [1, 2]


def test_with_events_stdout_is_events_and_jobs_print_elsewhere(yard: Yard) -> None:
    yard.client.enqueue("q", "prints", ["a word"])
    yard.client.enqueue("q", "poison")
    words = ["--redis", yard.url, "--namespace", yard.client.keys.namespace, "--queues", "q", "--jobs", JOBS]
    ran = subprocess.run(
        [sys.executable, "-m", "devbox.queue", *words, "--interval", "0", "--events", "--max-deliveries", "1"],
        cwd=ROOT, env={**os.environ, "MATRIX_FOLDER": str(yard.folder)}, capture_output=True, text=True, timeout=WAIT,
    )  # fmt: skip
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    kinds = [one["event"] for one in told]
    assert kinds.count("JOB_EXECUTE") == 2
    dead = kinds.index("WORKER_ERROR")
    assert kinds[dead + 1] == "WORKER_STOP"
    assert told[dead]["worker"] == told[dead + 1]["worker"] == told[0]["worker"]
    assert "SIGKILL" in told[dead]["error"]
    assert "a word" in ran.stderr


@pytest.mark.parametrize("mode", ["1", "3"])
def test_each_job_of_a_fork_is_told_of(yard: Yard, mode: str) -> None:
    pool = yard.start("--events", "--jobs-per-fork", mode)
    for number in range(4):
        yard.client.enqueue("q", "Mark", [number])
    yard.settled(done=4)
    lines = [json.loads(line) for line in pool.text().splitlines() if line.startswith("{")]
    taken = [line["job"]["args"] for line in lines if line["event"] == "JOB_PROCESS"]
    assert taken == [[0], [1], [2], [3]]


def test_a_redis_that_has_become_a_replica_is_looked_for_anew(own_redis: Callable[..., RedisServer]) -> None:
    server = own_redis()
    link = Link(parse(server.url))
    with server.client() as client:
        link.execute_command("SET", "x", 1)
        here = link.execute_command("CLIENT", "ID")
        client.redis.execute_command("REPLICAOF", "127.0.0.1", "1")
        with pytest.raises(Exception, match="READONLY"):
            link.execute_command("SET", "x", 2)
        assert link.execute_command("CLIENT", "ID") != here


def test_options_of_an_address_that_would_change_the_answers_do_not(server: RedisServer, namespace: str) -> None:
    for options in ("protocol=3", "decode_responses=True", "protocol=3&decode_responses=1"):
        link = Link(parse(f"{server.url}?{options}"))
        assert link.execute_command("HGETALL", "none") == []
        link.drop()
        with Client.at(f"{server.url}?{options}", namespace) as client:
            client.push("q", [b"\xff"])
            assert client.peek("q") == [{"raw": "\\xff"}]
            client.clear("q")
    with pytest.raises(DevboxError) as refused:
        Link(parse(f"{server.url}?bogus=1"))
    assert refused.value.code == "redis.url_invalid"
