"""Who dies when, and where the job is then: always in exactly one place, with counters that agree and nobody left."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from devbox.queue.claims import Claims, new_nonce
from devbox.queue.client import Client
from devbox.queue.failures import Filter
from tests.integration.support.waiting import until
from tests.queue.redis_server import RedisServer
from tests.queue.running import WAIT, Yard, all_gone, descendants, gone, kill

pytestmark = pytest.mark.lab

CLAIMED, AFTER = "JOB_PROCESS", "JOB_SUCCESS"
"""Events at which a worker is stopped: the job is claimed and not begun; it has run and nobody knows yet."""


def job(yard: Yard, cls: str, *args: object) -> None:
    yard.client.enqueue("q", cls, args)


def error(yard: Yard) -> str:
    (failure,) = yard.client.failures.find()
    return f"{failure.record['exception']}: {failure.record['error']}"


@pytest.mark.parametrize("mode", ["1", "10"])
def test_a_killed_child_costs_one_job_which_is_filed(yard: Yard, mode: str) -> None:
    pool = yard.start("--jobs-per-fork", mode)
    job(yard, "Hold", 1)
    job(yard, "Mark", 2)
    child, worker = yard.pids("pids")
    kill(child)
    yard.settled(done=1, failed=1)
    assert f"Resque::DirtyExit: Child process received unhandled signal pid {child} SIGKILL (signal 9)" == error(yard)
    assert yard.done() == [2]
    assert pool.workers() == [worker], "the worker itself went on"


PARENT = [(CLAIMED, "1"), ("", "1"), ("", "10"), (AFTER, "1"), (AFTER, "10")]


@pytest.mark.parametrize(("point", "mode"), PARENT)
def test_a_killed_worker_is_replaced_and_its_job_comes_back(yard: Yard, point: str, mode: str) -> None:
    """The pool knows that it is dead: nobody waits for the lease, which is ten minutes here."""
    pool = yard.start("--jobs-per-fork", mode, "--recover-within", "800", hold=point)
    job(yard, "Hold" if not point else "Mark", 1)
    job(yard, "Mark", 2)
    here, above = yard.pids("pids")
    worker = above if above != pool.pid else here
    below = descendants(worker)
    kill(worker)
    yard.settled(done=2)
    twice = [1] if point == AFTER else []
    assert sorted(yard.done()) == sorted([1, 2, *twice]), "at least once"
    yard.until(lambda: all_gone([worker, *below]), "nobody outlives the worker")
    assert yard.client.stats().workers == 1


def test_worker_and_child_killed_together(yard: Yard) -> None:
    yard.start("--recover-within", "800")
    job(yard, "Hold", 1)
    child, worker = yard.pids("pids")
    kill(worker, child)
    yard.settled(done=1)
    assert yard.done() == [1]


@pytest.mark.parametrize("point", [CLAIMED, "", AFTER])
def test_all_killed_at_once_and_another_pool_takes_over(yard: Yard, point: str) -> None:
    """A container, or a host: nobody knows, and the lease tells."""
    pool = yard.start("--recover-within", "2", hold=point)
    job(yard, "Hold" if not point else "Mark", 1)
    yard.pids("pids")
    lost = [pool.pid, *descendants(pool.pid)]
    kill(*lost)
    pool.ends(-signal.SIGKILL)
    yard.until(lambda: all_gone(lost), "all are dead")
    stats = yard.client.stats()
    assert (stats.pending, stats.in_flight, stats.workers) == (0, 1, 1)
    yard.start("--recover-within", "2")
    yard.settled(done=1)
    assert yard.done() == ([1, 1] if point == AFTER else [1])
    yard.until(lambda: yard.client.stats().workers == 1, "the dead one is forgotten")


def test_what_a_dead_pools_worker_runs_is_finished(yard: Yard) -> None:
    pool = yard.start()
    job(yard, "Until", 1)
    child, worker = yard.pids()
    kill(pool.pid)
    pool.ends(-signal.SIGKILL)
    (yard.folder / "go").touch()
    yard.settled(done=1)
    yard.until(lambda: all_gone([child, worker]), "the worker ends, too")
    assert yard.client.stats().workers == 0


@pytest.mark.parametrize("point", [CLAIMED, "", AFTER])
def test_a_killed_redis_that_comes_back_has_all(
    own_redis: Callable[..., RedisServer], tmp_path: Path, point: str
) -> None:
    """With every write on disk; the worker is stopped meanwhile, so that Redis dies at just this moment."""
    server = own_redis("--appendonly", "yes", "--appendfsync", "always")
    with server.client(namespace="resque") as client:
        yard = Yard(client, server.url, tmp_path)
        try:
            pool = yard.start("--recover-within", "4", hold=point)
            job(yard, "Until" if not point else "Mark", 1)
            here, above = yard.pids("begun" if not point else "pids")
            worker = above if above != pool.pid else here
            server.kill()
            if point:
                kill(worker)  # it would hold for ever
            else:
                (tmp_path / "go").touch()
            server.start()
            yard.settled(done=1)
            assert yard.done() == ([1, 1] if point == AFTER else [1])
        finally:
            yard.sweep()


ENDS = [
    ("exits", [3], "Resque::DirtyExit: Child process ended with a failure: pid {pid} exit 3"),
    ("sys_exits", [3], "SystemExit: 3"),
    ("kills", [15], "Resque::DirtyExit: Child process received unhandled signal pid {pid} SIGTERM (signal 15)"),
    ("kills", [6], "Resque::DirtyExit: Child process received unhandled signal pid {pid} SIGABRT (signal 6)"),
    ("segfaults", [], "Resque::DirtyExit: Child process received unhandled signal pid {pid} SIGSEGV (signal 11)"),
    ("eats_memory", [], "MemoryError: "),
    ("fails", ["bäng"], "LookupError: bäng"),
    ("no_such", [], "NameError: uninitialized constant no_such: no job of this name in matrix_jobs"),
]


@pytest.mark.parametrize("mode", ["1", "10"])
def test_every_way_to_end_badly_is_filed_as_what_it_is(yard: Yard, mode: str) -> None:
    """One worker lives through all of them."""
    pool = yard.start("--jobs-per-fork", mode)
    (worker,) = pool.workers()
    for cls, args, _ in ENDS:
        job(yard, cls, *args)
    job(yard, "exits", 0)
    job(yard, "Mark", 1)
    yard.settled(done=2, failed=len(ENDS))
    for (cls, args, words), failure in zip(ENDS, yard.client.failures.find(), strict=True):
        told = f"{failure.record['exception']}: {failure.record['error']}".replace(" (core dumped)", "")
        assert told.split("pid ")[0] == words.split("pid ")[0]
        assert told.split()[-1] == words.split()[-1]
        assert failure.record["payload"] == {"class": cls, "args": args}
        assert list(failure.record) == ["failed_at", "payload", "exception", "error", "backtrace", "worker", "queue"]
    (traced,) = yard.client.failures.find(Filter(cls="fails"))
    assert traced.record["backtrace"][0].endswith("in `fails'")
    assert "devbox/queue" not in json.dumps(traced.record["backtrace"])
    assert pool.workers() == [worker]
    assert yard.client.workers()[0].processed == len(ENDS) + 2
    assert yard.client.workers()[0].failed == len(ENDS)


@pytest.mark.parametrize("mode", ["1", "10"])
def test_a_job_whose_time_is_over_is_killed_with_what_it_started(yard: Yard, mode: str) -> None:
    yard.start("--job-timeout", "0.5", "--jobs-per-fork", mode)
    job(yard, "Nested")
    job(yard, "Mark", 2)
    yard.settled(done=1, failed=1)
    assert "Resque::DirtyExit: Job ran longer than 0.5 s and was killed: pid" in error(yard)
    child, grandchild = yard.pids()
    yard.until(lambda: all_gone([child, grandchild]), "both are gone")


def test_term_lets_the_job_finish(yard: Yard) -> None:
    pool = yard.start()
    job(yard, "Until", 1)
    job(yard, "Mark", 2)
    _, worker = yard.pids()
    pool.signal(signal.SIGTERM)
    yard.until(lambda: os.getpgid(pool.pid) and pool.process.poll() is None, "it waits")
    (yard.folder / "go").touch()
    pool.ends(0)
    stats = yard.client.stats()
    assert (yard.done(), stats.pending, stats.processed, stats.failed, stats.workers) == ([1], 1, 1, 0, 0)
    assert gone(worker)


def test_a_second_term_does_not(yard: Yard) -> None:
    pool = yard.start()
    job(yard, "Until", 1)
    child, worker = yard.pids()
    pool.signal(signal.SIGTERM)
    yard.until(lambda: ended_or_told(worker), "the worker was told")
    until(lambda: pool.process.poll() is not None or pool.signal(signal.SIGTERM), "the pool ends", WAIT, 0.3)
    pool.ends(0)
    assert "SIGKILL (signal 9)" in error(yard)
    assert (yard.done(), yard.client.stats().processed, yard.client.stats().failed) == ([], 1, 1)
    assert all_gone([child, worker])


def ended_or_told(pid: int) -> bool:
    """No signal is pending any more."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True
    return int(status.split("ShdPnd:")[1].split()[0], 16) == 0


def test_resques_term_kills_the_job(yard: Yard) -> None:
    pool = yard.start("--term", "kill")
    job(yard, "Until", 1)
    yard.pids()
    pool.signal(signal.SIGTERM)
    pool.ends(0)
    assert "SIGKILL (signal 9)" in error(yard)


def test_resques_term_child_is_raised_in_the_job(yard: Yard) -> None:
    pool = yard.start("--term", "child")
    job(yard, "Until", 1)
    yard.pids()
    pool.signal(signal.SIGTERM)
    pool.ends(0)
    assert error(yard) == "Resque::TermException: SIGTERM"


def test_a_job_that_ignores_term_is_killed_later(yard: Yard) -> None:
    pool = yard.start("--term", "child", "--term-timeout", "0.5")
    job(yard, "Stubborn")
    yard.pids()
    pool.signal(signal.SIGTERM)
    pool.ends(0)
    assert "SIGKILL (signal 9)" in error(yard)


def test_usr1_kills_the_job_and_no_more(yard: Yard) -> None:
    pool = yard.start()
    (worker,) = pool.workers()
    job(yard, "Until", 1)
    yard.pids()
    pool.signal(signal.SIGUSR1)
    job(yard, "Mark", 2)
    yard.settled(done=1, failed=1)
    assert pool.workers() == [worker]


def test_usr2_pauses_and_cont_goes_on(yard: Yard) -> None:
    pool = yard.start()
    (worker,) = pool.workers()
    pool.signal(signal.SIGUSR2)
    title = Path(f"/proc/{worker}/cmdline")
    yard.until(lambda: b"Paused" in title.read_bytes(), "it shows that it pauses")
    job(yard, "Mark", 1)
    assert yard.client.stats().pending == 1
    pool.signal(signal.SIGCONT)
    yard.settled(done=1)


def test_a_worker_that_slept_through_its_lease_does_not_settle_what_was_given_away(yard: Yard) -> None:
    """The job runs on while its worker is stopped, and comes back to another: it counts once."""
    sleeper = yard.start("--recover-within", "2")
    job(yard, "Hold", 1)
    child, worker = yard.pids("pids")
    kill(sleeper.pid, worker, number=signal.SIGSTOP)
    yard.start("--recover-within", "2", ready=1)
    yard.settled(done=1)
    assert yard.done() == [1]
    kill(child)
    kill(sleeper.pid, worker, number=signal.SIGCONT)
    yard.until(lambda: "given to another worker" in sleeper.text(), "the sleeper hears of it")
    yard.until(lambda: yard.client.stats().workers == 2, "it is registered again")
    assert (yard.client.stats().processed, yard.client.stats().failed, yard.done()) == (1, 0, [1])
    job(yard, "Mark", 2)
    yard.settled(done=2)


def test_a_job_that_kills_its_worker_is_filed_after_the_third_time(yard: Yard) -> None:
    yard.start("--error-respawn-interval", "0.1")
    job(yard, "poison")
    job(yard, "Mark", 2)
    yard.settled(done=1, failed=1)
    assert len(yard.lines("poisoned")) == 3
    assert "Resque::PruneDeadWorkerDirtyExit: Worker " in error(yard)
    assert "did not gracefully exit while processing poison (delivered 3 times)" in error(yard)
    assert yard.client.redis.exists(yard.client.keys.of("devbox:returned")) == 0


def test_a_poison_pill_of_one_delivery(yard: Yard) -> None:
    yard.start("--error-respawn-interval", "0.1", "--max-deliveries", "1")
    job(yard, "poison")
    yard.settled(done=0, failed=1)
    assert len(yard.lines("poisoned")) == 1


def test_what_is_no_job_is_filed_raw_and_the_worker_goes_on(yard: Yard) -> None:
    pool = yard.start(queues="broken,q")
    (worker,) = pool.workers()
    bad = [b"{not json", b"\xff\xfe", b"5", b"[]", b"null", b'"text"', b"", b"{}", b'{"class":null}',
           b'{"class":5,"args":[]}', b'{"args":[1]}', b'{"class":"Mark","args":[NaN]}', b"[" * 5000]  # fmt: skip
    yard.client.redis.set(yard.client.keys.queue("broken"), "no list")
    yard.client.push("q", bad)
    job(yard, "Mark", 1)
    yard.until(lambda: yard.done() == [1], "the good one is done")
    yard.until(lambda: yard.client.stats().processed == len(bad) + 2, "all are filed, and the broken queue once")
    told = {f.record["exception"] for f in yard.client.failures.find()}
    assert told == {"Resque::Helpers::DecodeException", "Resque::NoClassError", "Redis::CommandError"}
    only = yard.client.failures.find(Filter(queue="q"))
    assert yard.client.failures.retry(only[:2]) == 2
    yard.until(lambda: yard.client.failures.count() == len(bad) + 3, "they are filed again, byte for byte the same")
    again = yard.client.failures.find(Filter(queue="q"))[-2:]
    assert [f.record["payload"] for f in again] == [f.record["payload"] for f in only[:2]]
    assert pool.workers() == [worker]


def test_a_live_worker_of_somebody_elses_is_left_alone(yard: Yard) -> None:
    """On the same host, with a process number that is nobody's, and a heartbeat that is not old enough to be dead."""
    redis, keys = yard.client.redis, yard.client.keys
    host = os.uname().nodename
    foreign = {f"{host}:999999:q", f"{host}:123-0:JAVA_DYNAMIC_QUEUES,q"}
    seconds = redis.time()[0]
    for worker in foreign:
        redis.sadd(keys.workers, worker)
        redis.set(keys.worker(worker), '{"queue":"q","run_at":"x","payload":{"class":"Mark","args":[7]}}')
    fresh = datetime.fromtimestamp(seconds - 200, UTC).isoformat()
    redis.hset(keys.heartbeat, f"{host}:999999:q", fresh)
    dead = f"{host}:999998:q"
    redis.sadd(keys.workers, dead)
    redis.set(keys.worker(dead), '{"queue":"q","run_at":"x","payload":{"class":"Mark","args":[8]}}')
    redis.hset(keys.heartbeat, dead, datetime.fromtimestamp(seconds - 400, UTC).isoformat())
    yard.start("--recover-within", "2")
    yard.until(lambda: yard.client.failures.count() == 1, "the dead one's job is filed")
    job(yard, "Mark", 1)
    yard.until(lambda: yard.done() == [1], "work goes on")
    ids = {worker.id for worker in yard.client.workers()}
    assert foreign <= ids
    assert dead not in ids
    (failure,) = yard.client.failures.find()
    assert failure.record["payload"] == {"class": "Mark", "args": [8]}
    assert failure.record["exception"] == "Resque::PruneDeadWorkerDirtyExit"


def test_many_that_recover_at_once_put_each_job_back_once(yard: Yard) -> None:
    first = yard.start("--recover-within", "2", "--count", "4", ready=4)
    for number in range(4):
        job(yard, "Until", number)
    yard.until(lambda: len(yard.lines("begun")) == 4, "all four run")
    kill(first.pid, *descendants(first.pid))
    first.ends(-signal.SIGKILL)
    for _ in range(3):
        yard.start("--recover-within", "2", "--count", "2", ready=0)
    (yard.folder / "go").touch()
    yard.settled(done=4)
    assert sorted(yard.done()) == [0, 1, 2, 3]


def test_a_restart_within_a_minute(yard: Yard) -> None:
    """Resque's lock on pruning, which lasts a minute, keeps nobody from recovering what is ours."""
    yard.client.redis.set(yard.client.keys.prune_lock, "somebody", ex=60)
    for number in (1, 2):
        pool = yard.start("--recover-within", "2", hold=CLAIMED)
        (yard.folder / f"held-{CLAIMED}").unlink(missing_ok=True)
        job(yard, "Mark", number)
        yard.pids("pids")
        kill(pool.pid, *descendants(pool.pid))
        pool.ends(-signal.SIGKILL)
    yard.start("--recover-within", "2")
    yard.settled(done=2)


def test_a_stop_gives_back_what_was_claimed_and_not_begun(client: Client) -> None:
    client.push("q", [b'{"class":"A","args":[1]}', b'{"class":"A","args":[2]}'])
    claims = Claims(client.redis, client.keys, "h:1:q", new_nonce(), 10)
    assert claims.step(None, b"", ["q"]).state == "unknown", "one that is not registered claims nothing"
    claims.heartbeat()
    held = claims.step(None, b"", ["q"]).envelope
    assert held is not None
    assert claims.forget() is False, "who has something in flight is not forgotten"
    assert claims.give_back(held, held.deliveries - 1) == 1
    assert claims.give_back(held, 0) == 0
    assert claims.forget() is True
    assert [job["args"] for job in client.peek("q")] == [[1], [2]]
    assert client.redis.exists(client.keys.of("devbox:returned")) == 0
