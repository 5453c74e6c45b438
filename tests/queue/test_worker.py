"""What a worker does while nobody dies: orders, names, hooks, events, delays, pauses, trouble with Redis."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from devbox.queue import dates
from devbox.queue.events import Event, Events
from tests.queue.redis_server import RedisServer
from tests.queue.running import Yard

pytestmark = pytest.mark.lab


def test_a_child_is_a_process_of_its_own(yard: Yard) -> None:
    """Titles by which Resque knows it, a group of its own, no connection of the parent's, no handlers of its."""
    pool = yard.start(queues="q,and,some,more,so,that,the,title,has,room")
    yard.client.enqueue("q", "looks")
    yard.settled(done=1)
    (line,) = yard.lines("looks")
    title, parent, own_group, sockets, caught = line.split("|")
    assert title.startswith("resque-0.") and " Processing q since " in title and "[looks]" in title
    assert parent.startswith("resque-0.") and re.search(r" Forked \d+ at \d", parent)
    assert (own_group, sockets) == ("True", "0")
    assert int(caught, 16) & 1 << (signal.SIGTERM - 1) == 0
    (worker,) = pool.workers()
    shown = Path(f"/proc/{worker}/cmdline").read_bytes().decode()
    assert shown.startswith("resque-0.") and " Waiting for q,and" in shown


def test_each_child_has_dice_of_its_own(yard: Yard) -> None:
    yard.start()
    for _ in range(5):
        yard.client.enqueue("q", "dice")
    yard.settled(done=5)
    assert len(set(yard.lines("dice"))) == 5


def test_queues_are_served_in_order_of_priority(yard: Yard) -> None:
    yard.client.enqueue_many([("low", "Mark", [3]), ("low", "Mark", [4]), ("high", "Mark", [1]), ("high", "Mark", [2])])
    yard.start("--interval", "0", queues="high,low", ready=0).ends(0)
    assert yard.done() == [1, 2, 3, 4]


def test_patterns_and_exclusions(yard: Yard) -> None:
    for number, queue in enumerate(["b", "a", "c.x", "no", "nope"]):
        yard.client.enqueue(queue, "Mark", [number])
    yard.start("--interval", "0", queues="c*, *, !no*", ready=0).ends(0)
    assert yard.done() == [2, 1, 0]
    assert yard.client.sizes() == {"a": 0, "b": 0, "c.x": 0, "no": 1, "nope": 1}


NAMES = [
    ("Mark", [1], "1"),
    ("matrix_jobs.Mark", [2], "2"),
    ("Nested2::Inner", [3], "inner 3"),
    ("Nested2.Inner", [4], "inner 4"),
    ("matrix_jobs::OnInstance", [5], "instance 5"),
    ("kwargs", [6], "(6,) []"),
]
REFUSED = ["os.system", "system", "note.__class__", "_is_socket", "Path", "FOLDER", "time.sleep", "before_fork", "",
           "matrix_jobs", "matrix_jobs.os.system", "devbox.queue.run.run", "Nested2", "Any"]  # fmt: skip


def test_classes_are_found_by_name_in_the_job_modules_and_nowhere_else(yard: Yard) -> None:
    for cls, args, _ in NAMES:
        yard.client.enqueue("q", cls, args)
    for cls in REFUSED:
        yard.client.push("q", [json.dumps({"class": cls, "args": []}).encode()])
    yard.start("--interval", "0", ready=0).ends(0)
    assert yard.lines("done") == [line for *_, line in NAMES]
    assert [f.record["payload"]["class"] for f in yard.client.failures.find()] == REFUSED


def test_other_peoples_payloads_are_read(yard: Yard) -> None:
    """Missing args, node-resque's queue, pyres' timestamp, Jesque's vars, Rails' wrapper."""
    wrapped = {
        "job_class": "kwargs",
        "arguments": [7, {"a": 1, "_aj_symbol_keys": ["a"]}, {"_aj_globalid": "gid://x/1"}],
    }
    payloads = [
        {"class": "Mark"},
        {"class": "Mark", "args": None},
        {"class": "Mark", "queue": "q", "args": [1], "enqueue_timestamp": 1.5},
        {"class": "kwargs", "args": [2], "vars": {"b": 2, "a": 1}},
        {"class": "kwargs", "args": [3], "vars": None},
        {"class": "ActiveJob::QueueAdapters::ResqueAdapter::JobWrapper", "args": [wrapped]},
    ]
    yard.client.push("q", [json.dumps(payload).encode() for payload in payloads])
    yard.start("--interval", "0", ready=0).ends(0)
    assert yard.lines("done") == [
        "0", "0", "1", "(2,) [('a', 1), ('b', 2)]", "(3,) []", "(7, {'a': 1}, 'gid://x/1') []",
    ]  # fmt: skip


def test_jesques_delayed_and_recurring_jobs_run_when_due(yard: Yard) -> None:
    redis, key = yard.client.redis, yard.client.keys.queue("later")
    now = redis.time()[0] * 1000
    jobs = {n: json.dumps({"class": "Mark", "args": [n], "vars": None}) for n in (1, 2, 3, 4)}
    redis.sadd(yard.client.keys.queues, "later")
    redis.zadd(key, {jobs[1]: now - 5000, jobs[2]: now - 9000, jobs[3]: now + 3_600_000, jobs[4]: now - 1000})
    redis.hset(f"{key}:frequency", jobs[4], 7_200_000)
    yard.client.enqueue("q", "Mark", [5])
    yard.start("--interval", "0", queues="later,q", ready=0).ends(0)
    assert yard.done() == [2, 1, 4, 5]
    left = {json.loads(job)["args"][0]: score for job, score in redis.zrange(key, 0, -1, withscores=True)}
    assert left == {3: now + 3_600_000, 4: now - 1000 + 7_200_000}
    assert yard.client.stats().processed == 4


def test_the_pause_of_all_stops_the_taking(yard: Yard) -> None:
    yard.client.redis.set(yard.client.keys.pause, " True ")
    pool = yard.start()
    title = Path(f"/proc/{pool.workers()[0]}/cmdline")
    yard.until(lambda: b"Paused" in title.read_bytes(), "it shows that it pauses")
    yard.client.enqueue("q", "Mark", [1])
    assert [worker.state for worker in yard.client.workers()] == ["paused"]
    assert yard.client.stats().pending == 1
    yard.client.pause(False)
    yard.settled(done=1)


def test_a_worker_shows_itself_as_resque_does(yard: Yard) -> None:
    pool = yard.start(queues="q,low,!no,other:name")
    (pid,) = pool.workers()
    yard.client.enqueue("q", "Until", [1])
    yard.pids()
    redis, keys = yard.client.redis, yard.client.keys
    (worker,) = [one.decode() for one in redis.smembers(keys.workers)]
    assert worker.split(":", 2)[1:] == [str(pid), "q,low,other:name"]
    record = redis.get(keys.worker(worker)).decode()
    run_at = json.loads(record)["run_at"]
    assert record == f'{{"queue":"q","run_at":"{run_at}","payload":{{"class":"Until","args":[1]}}}}'
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", run_at) and dates.parse(run_at)
    started = redis.get(keys.started(worker)).decode()
    assert time.strptime(started, "%Y-%m-%d %H:%M:%S %z")
    beat = redis.hget(keys.heartbeat, worker).decode()
    assert beat.endswith("+00:00")
    assert abs(dates.parse(beat).timestamp() - redis.time()[0]) < 3600  # type: ignore[union-attr]
    (shown,) = yard.client.workers()
    assert (shown.state, shown.job["payload"]["class"], shown.ours) == ("working", "Until", True)  # type: ignore[index]
    (yard.folder / "go").touch()
    yard.settled(done=1)
    assert redis.get(keys.worker(worker)) is None
    assert [int(redis.get(keys.stat(name, worker)) or 0) for name in ("processed", "failed")] == [1, 0]
    pool.signal(signal.SIGQUIT)
    pool.ends(0)
    left = {key.decode() for key in redis.keys(f"{keys.prefix}*")}
    assert not [key for key in left if worker in key or "inflight" in key]
    assert redis.scard(keys.workers) == redis.hlen(keys.heartbeat) == redis.hlen(keys.lives) == 0


HOOKS = """
from tests.queue.matrix_jobs import note
def before_first_fork(): note("hooks", "first")
def before_fork(job): note("hooks", f"before {job.cls}")
def after_fork(job): note("hooks", f"after {job.cls}")
def work(n): note("hooks", f"work {n}")
"""


@pytest.mark.parametrize("mode", ["--jobs-per-fork=1", "--jobs-per-fork=5", "--no-fork"])
def test_hooks_and_their_order(yard: Yard, mode: str) -> None:
    jobs = yard.folder / "hooked.py"
    jobs.write_text(HOOKS)
    yard.client.enqueue_many([("q", "work", [1]), ("q", "work", [2])])
    yard.start("--interval", "0", mode, jobs=str(jobs), ready=0).ends(0)
    one, two = ["before work", "after work", "work 1"], ["before work", "after work", "work 2"]
    expected = {
        "--jobs-per-fork=1": ["first", *one, *two],
        "--jobs-per-fork=5": ["first", *one, *two[1:]],
        "--no-fork": ["first", "work 1", "work 2"],
    }
    assert yard.lines("hooks") == expected[mode]
    assert yard.client.stats().processed == 2


def test_a_hook_that_fails_fails_the_job(yard: Yard) -> None:
    jobs = yard.folder / "hooked.py"
    jobs.write_text("def before_fork(job):\n    raise ValueError('not today')\ndef work(): pass\n")
    yard.client.enqueue("q", "work")
    yard.start("--interval", "0", jobs=str(jobs), ready=0).ends(0)
    (failure,) = yard.client.failures.find()
    assert (failure.record["exception"], failure.record["error"]) == ("ValueError", "not today")


@pytest.mark.parametrize("mode", ["--jobs-per-fork=1", "--jobs-per-fork=5", "--no-fork"])
def test_events_are_a_line_of_json_each(yard: Yard, mode: str) -> None:
    yard.client.enqueue("q", "Mark", [1])
    yard.client.enqueue("q", "fails", ["x"])
    pool = yard.start("--interval", "0", "--events", mode, ready=0)
    pool.ends(0)
    told = [json.loads(line) for line in pool.text().splitlines() if line.startswith("{")]
    kinds = [event["event"] for event in told if event["event"] != "WORKER_POLL"]
    assert kinds[0] == "WORKER_START" and kinds[-1] == "WORKER_STOP"
    assert [kind for kind in kinds if kind in {"JOB_EXECUTE", "JOB_SUCCESS", "JOB_FAILURE"}] == [
        "JOB_EXECUTE", "JOB_SUCCESS", "JOB_EXECUTE", "JOB_FAILURE"]  # fmt: skip
    assert "WORKER_POLL" in {event["event"] for event in told}
    done = next(event for event in told if event["event"] == "JOB_SUCCESS")
    assert set(done) == {"event", "time", "worker", "queue", "job"}
    assert (done["queue"], done["job"]) == ("q", {"class": "Mark", "args": [1]})
    failed = next(event for event in told if event["event"] == "JOB_FAILURE")
    assert failed["error"] == "LookupError: x"


def test_a_listener_that_raises_harms_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[Event] = []

    def broken(event: Event) -> None:
        raise RuntimeError("deaf")

    Events([broken, heard.append], "w").fire("JOB_SUCCESS", "q")
    assert [event.kind for event in heard] == ["JOB_SUCCESS"]
    assert "a listener of JOB_SUCCESS failed: RuntimeError: deaf" in capsys.readouterr().err


def test_no_fork_runs_inside_and_a_time_out_is_a_failure_there_too(yard: Yard) -> None:
    pool = yard.start("--no-fork", "--job-timeout", "0.5", "--recover-within", "2")
    yard.client.enqueue("q", "Until", [1])
    yard.client.enqueue("q", "fails", ["x"])
    yard.client.enqueue("q", "Mark", [2])
    yard.settled(done=1, failed=2)
    errors = [f.record["error"] for f in yard.client.failures.find()]
    assert errors == ["Job ran longer than 0.5 s", "x"]
    assert len(pool.workers()) == 1


def test_a_long_job_inside_keeps_its_lease(yard: Yard) -> None:
    yard.start("--no-fork", "--recover-within", "1")
    yard.client.enqueue("q", "Until", [1])
    yard.pids()
    other = yard.start("--recover-within", "1")
    yard.until(lambda: yard.client.stats().workers == 2, "both are registered")
    beat = yard.client.redis.hgetall(yard.client.keys.lives)
    yard.until(
        lambda: all(_seen(now) > _seen(beat[nonce]) + 3000 for nonce, now in _lives(yard).items() if nonce in beat),
        "both have shown themselves for longer than a lease",
    )
    (yard.folder / "go").touch()
    yard.settled(done=1)
    assert (yard.done(), len(yard.lines("begun"))) == ([1], 1)
    assert "is dead" not in other.text()


def _lives(yard: Yard) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = yard.client.redis.hgetall(yard.client.keys.lives)
    return found


def _seen(life: bytes) -> int:
    return int(life.split()[0])


def test_new_work_is_taken_up_soon_by_an_idle_worker(yard: Yard) -> None:
    """Its longest rest is 40 ms: told from how often it asks, not from how fast this machine is today."""
    from devbox.queue.worker import LATEST

    assert LATEST < 0.05
    yard.start()
    yard.client.enqueue("q", "Mark", [1])
    yard.settled(done=1)


def test_an_interval_that_is_given_is_obeyed(yard: Yard) -> None:
    """With an hour between two looks: the step that settles the first job looks, too, and what comes later waits."""
    yard.client.enqueue("q", "Mark", [1])
    pool = yard.start("--interval", "3600")
    yard.until(lambda: yard.client.stats().processed == 1, "the first is settled, and the queue was empty")
    yard.client.enqueue("q", "Mark", [2])
    pool.signal(signal.SIGTERM)
    pool.ends(0)
    assert (yard.done(), yard.client.stats().pending) == ([1], 1)


def test_redis_away_full_read_only_frozen_and_back(own_redis: Callable[..., RedisServer], tmp_path: Path) -> None:
    """The workers say what is wrong, wait, and go on; nothing is lost and nobody is replaced."""
    server = own_redis("--appendonly", "yes")
    with server.client(namespace="resque", timeout=2.0) as client:
        yard = Yard(client, server.url, tmp_path)
        try:
            pool = yard.start("--recover-within", "60")
            (worker,) = pool.workers()
            for number, (hurt, heal, words) in enumerate(_troubles(server, yard)):
                hurt()
                yard.until(lambda words=words: _says(yard, f"[{worker}] ", words), words)  # type: ignore[misc]
                heal()
                yard.until(lambda: _pings(server), "Redis is back")
                client.close()
                client.enqueue("q", "Mark", [number])
                yard.until(lambda number=number: number in yard.done(), f"job {number} is done")  # type: ignore[misc]
            assert pool.workers() == [worker]
            assert sorted(yard.done()) == [0, 1, 2]
            yard.until(lambda: client.stats().processed == 3, "the last one is settled, too")
            assert _says(yard, f"[{worker}] ", "is back") >= 3
        finally:
            server.thaw()
            yard.sweep()


def _troubles(server: RedisServer, yard: Yard) -> list[tuple[Callable[[], object], Callable[[], object], str]]:
    redis = yard.client.redis
    return [
        (server.stop, server.start, "no Redis answers at"),
        (lambda: redis.execute_command("REPLICAOF", "127.0.0.1", "1"),
         lambda: redis.execute_command("REPLICAOF", "NO", "ONE"), "is read-only"),
        (server.freeze, server.thaw, "does not answer"),
    ]  # fmt: skip


def _says(yard: Yard, who: str, words: str) -> int:
    """How many lines of this process have these words."""
    return sum(who in line and words in line for pool in yard.pools for line in pool.text().splitlines())


def _pings(server: RedisServer) -> bool:
    try:
        with server.client() as client:
            client.ping()
    except Exception:
        return False
    return True


def test_a_full_redis_can_still_be_worked_off(own_redis: Callable[..., RedisServer], tmp_path: Path) -> None:
    server = own_redis("--maxmemory-policy", "noeviction")
    with server.client(namespace="resque") as client:
        yard = Yard(client, server.url, tmp_path)
        try:
            client.enqueue_many([("q", "Mark", [n]) for n in range(20)])
            client.redis.config_set("maxmemory", "1mb")
            yard.start("--interval", "0", ready=0).ends(0)
            assert yard.done() == list(range(20))
            assert client.stats().processed == 20
        finally:
            yard.sweep()


def test_after_a_pause_of_redis_itself_nobody_is_taken_for_dead(
    own_redis: Callable[..., RedisServer], tmp_path: Path
) -> None:
    server = own_redis()
    with server.client(namespace="resque") as client:
        yard = Yard(client, server.url, tmp_path)
        try:
            pools = [yard.start("--recover-within", "2") for _ in range(2)]
            yard.until(lambda: client.stats().workers == 2, "both are registered")
            told = [f"[{pool.workers()[0]}] " for pool in pools]
            client.enqueue("q", "Until", [1])
            yard.pids()
            before = client.redis.time()[0]
            server.freeze()
            yard.until(lambda: all(_says(yard, who, "does not answer") for who in told), "both have noticed")
            server.thaw()
            yard.until(lambda: all(_says(yard, who, "is back") for who in told), "both are back")
            assert client.redis.time()[0] - before > 3, "longer than a lease"
            (yard.folder / "go").touch()
            yard.settled(done=1)
            assert (yard.done(), len(yard.lines("begun"))) == ([1], 1)
        finally:
            server.thaw()
            yard.sweep()


def test_the_same_in_one_module_by_name_and_in_a_folder(yard: Yard) -> None:
    folder = yard.folder / "many"
    folder.mkdir()
    (folder / "one.py").write_text("from two import helper\ndef first(): helper(1)\n")
    (folder / "two.py").write_text("from tests.queue.matrix_jobs import note\ndef helper(n): note('done', str(n))\n")
    (folder / "json.py").write_text("def second(): pass\n")
    yard.client.enqueue("q", "first")
    yard.client.enqueue("q", "json.second")
    yard.client.enqueue("q", "helper", [2])
    yard.start("--interval", "0", jobs=str(folder), ready=0).ends(0)
    assert (yard.done(), yard.client.stats().failed) == ([1, 2], 0)
