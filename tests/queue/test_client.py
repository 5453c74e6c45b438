"""The queue from outside, on a real Redis: what is put in, what is seen, what is steered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from devbox.errors import DevboxError
from devbox.queue import cut, wire
from devbox.queue.client import Client
from devbox.queue.failures import Filter
from devbox.queue.recovery import prune_foreign
from tests.queue.redis_server import RedisServer

pytestmark = pytest.mark.lab


def test_a_job_lies_in_redis_as_resque_writes_it(client: Client) -> None:
    client.enqueue("low", "Bad", [1, "x", {"k": [None, True]}])
    key = client.keys.queue("low")
    assert client.redis.lrange(key, 0, -1) == [b'{"class":"Bad","args":[1,"x",{"k":[null,true]}]}']
    assert client.redis.smembers(client.keys.queues) == {b"low"}
    assert client.peek("low") == [{"class": "Bad", "args": [1, "x", {"k": [None, True]}]}]


def test_many_jobs_keep_their_order_in_each_queue(client: Client) -> None:
    rows = [("even" if n % 2 == 0 else "odd", "Echo", [n]) for n in range(7001)]
    assert client.enqueue_many(iter(rows)) == 7001
    assert client.sizes() == {"even": 3501, "odd": 3500}
    seen = [job["args"][0] for job in client.peek("even", count=4000)]
    assert seen == list(range(0, 7001, 2))


def test_numbers_of_a_queue_nobody_works_on(client: Client) -> None:
    client.enqueue("a", "Echo")
    client.redis.zadd(client.keys.queue("later"), {b'{"class":"Echo","args":[]}': 9e12})
    client.redis.sadd(client.keys.queues, "later", "broken")
    client.redis.set(client.keys.queue("broken"), "no list")
    assert client.stats().data() == {
        "queues": {"a": 1, "broken": 0, "later": 1},
        "pending": 2, "processed": 0, "failed": 0, "workers": 0, "working": 0, "in_flight": 0,
    }  # fmt: skip
    assert client.stats().text().splitlines() == [
        "resque.pending=2", "resque.processed+=0", "resque.failed+=0", "resque.workers=0", "resque.working=0",
        "queues.a=1", "queues.broken=0", "queues.later=1",
    ]  # fmt: skip
    assert client.peek("later") == [{"class": "Echo", "args": []}]


def test_text_for_scripts_is_what_resque_web_prints(client: Client) -> None:
    """Resque's `failed` there is the length of its list; the counter stays in the data."""
    client.redis.set(client.keys.stat("failed"), 7)
    fail(client, "a", "One", "first")
    assert "resque.failed+=1" in client.stats().text().splitlines()
    assert client.stats().data()["failed"] == 7
    client.redis.set(client.keys.failed, "no list")
    assert "resque.failed+=0" in client.stats().text().splitlines()


def fail(client: Client, queue: str, cls: str, error: str, key: str = "failed") -> None:
    record = wire.failure(wire.payload(cls, [1]), "ValueError", error, ["a.py:1"], "host:1:q", queue)
    client.redis.rpush(client.keys.of(key), record)


def test_failures_are_filtered_retried_and_removed(client: Client) -> None:
    fail(client, "a", "One", "first")
    fail(client, "b", "Two", "second")
    fail(client, "a", "One", "third")
    client.redis.sadd(client.keys.failed_queues, "a_failed")
    fail(client, "a", "Three", "in a list of its own", "a_failed")
    failures = client.failures
    assert [failure.data()["error"] for failure in failures.find(Filter(queue="a"))] == [
        "first", "third", "in a list of its own"]  # fmt: skip
    assert [failure.index for failure in failures.find(Filter(cls="Two"))] == [1]
    assert failures.retry(failures.find(Filter(cls="One"))) == 2
    assert client.peek("a") == [{"class": "One", "args": [1]}] * 2
    assert [bool(f.record.get("retried_at")) for f in failures.find()] == [True, False, True, False]
    assert list(failures.find()[0].record) == [
        "failed_at", "payload", "exception", "error", "backtrace", "worker", "queue", "retried_at"]  # fmt: skip
    assert failures.remove(failures.find(Filter(retried=True))) == 2
    assert failures.count() == 2
    assert failures.clear() == 2
    assert failures.find() == []


def test_what_somebody_else_removed_meanwhile_is_left_alone(client: Client) -> None:
    for number in range(4):
        fail(client, "a", f"Job{number}", "x")
    seen = client.failures.find()
    assert client.failures.remove([seen[0], seen[2]]) == 2
    assert client.failures.remove(seen[:2]) == 1, "its place moved, and it is found by what it is"
    assert client.failures.retry(seen) == 1
    assert [f.cls for f in client.failures.find()] == ["Job3"]
    assert client.redis.llen(client.keys.queue("a")) == 1


def test_what_is_retried_is_put_back_byte_for_byte(client: Client) -> None:
    payloads = [b"\xff\xfe no text", b"{not json", b"5", b'{"class":"A","args":[1.10,"\\ud800",1e999,"\xc3\xa4"]}']
    for payload in payloads:
        client.redis.rpush(client.keys.failed, wire.failure(payload, "X", "y", [], "w", "q"))
    foreign = b'{"payload": {"class":"B", "args":[NaN]}, "queue": "q", "retried_at": null }'
    client.redis.rpush(client.keys.failed, foreign)
    seen = client.failures.find()
    assert json.loads(json.dumps([f.data() for f in seen], allow_nan=False))[3]["payload"]["args"][2] == "1e999"
    assert client.failures.retry(seen) == 5
    put_back = client.redis.lrange(client.keys.queue("q"), 0, -1)
    assert put_back == [*payloads, b'{"class":"B", "args":[NaN]}']
    assert json.loads(json.dumps(client.peek("q"), allow_nan=False))[3]["args"][2] == "1e999"
    marked = client.redis.lindex(client.keys.failed, 4)
    assert marked.startswith(foreign.partition(b"null")[0] + b'"')
    assert all(failure.record["retried_at"] for failure in client.failures.find())


def test_an_exception_is_told_by_its_whole_name_or_its_last_part(client: Client) -> None:
    names = ["Error", "RuntimeError", "Net::Error", "net.Error", "Error::Kind"]
    for name in names:
        client.redis.rpush(client.keys.failed, wire.failure(b"{}", name, "y", [], "w", "q"))

    def found(exception: str) -> list[str]:
        return [failure.record["exception"] for failure in client.failures.find(Filter(exception=exception))]

    assert found("Error") == ["Error", "Net::Error", "net.Error"]
    assert (found("Net::Error"), found("Runtime"), found("RuntimeError")) == (["Net::Error"], [], ["RuntimeError"])


@pytest.mark.parametrize("text", ["sch\u00f6n", 'say "no"', "sch\\u00f6n", "deep", "no JSON"])
def test_text_is_found_however_it_is_written(client: Client, text: str) -> None:
    record = b'{"error":"sch\\u00f6n","payload":{"args":[{"deep":["say \\"no\\""]}]},"queue":"q"}'
    client.redis.rpush(client.keys.failed, record, b'{"error":"other"}', b"this is no JSON")
    wanted = 2 if text == "no JSON" else 0
    assert [failure.index for failure in client.failures.find(Filter(text=text))] == [wanted]


def test_retried_at_is_written_as_each_of_resques_backends_does(client: Client) -> None:
    client.redis.sadd(client.keys.failed_queues, "a_failed")
    fail(client, "a", "One", "in the one list")
    fail(client, "a", "Two", "in a list of its own", "a_failed")
    assert client.failures.retry(client.failures.find()) == 2
    one, several = (failure.record["retried_at"] for failure in client.failures.find())
    assert re.fullmatch(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \S+", one)
    assert re.fullmatch(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d", several)


def test_a_list_that_is_none_hides_no_other_failures(client: Client) -> None:
    client.redis.sadd(client.keys.failed_queues, "a_failed", "b_failed")
    client.redis.set(client.keys.of("a_failed"), "no list")
    fail(client, "b", "One", "first", "b_failed")
    skipped: list[DevboxError] = []
    assert [failure.cls for failure in client.failures.find(skipped=skipped)] == ["One"]
    assert client.failures.count() == 1
    assert [(one.code, client.keys.of("a_failed") in one.message) for one in skipped] == [("queue.wrong_type", True)]


def test_all_failures_go_whatever_their_lists_are_called(client: Client) -> None:
    keys, name = client.keys, b"\xff_failed"
    client.redis.sadd(keys.failed_queues, name)
    client.redis.rpush(keys.prefix.encode() + name, "{}")
    client.redis.rpush(keys.failed, "{}", "{}")
    assert client.failures.clear() == 3
    assert (client.failures.count(), client.redis.exists(keys.failed_queues)) == (0, 0)


def test_one_that_cannot_be_retried_hinders_no_other(client: Client) -> None:
    client.redis.set(client.keys.queue("taken"), "no list")
    fail(client, "a", "One", "first")
    client.redis.rpush(client.keys.failed, "", b'{"queue":"a","payload":null}', b"[" * 5000)
    fail(client, "taken", "Two", "its queue is none")
    fail(client, "a", "Three", "last")
    refused: list[DevboxError] = []
    assert client.failures.retry(client.failures.find(), refused) == 2
    assert [(one.code, one.message.partition(" ")[2].partition(" ")[0]) for one in refused] == [
        ("queue.not_retryable", "1"), ("queue.not_retryable", "2"), ("queue.not_retryable", "3"),
        ("queue.wrong_type", "4")]  # fmt: skip
    assert [job["class"] for job in client.peek("a")] == ["One", "Three"]
    assert refused[1].message == "failure 2 has no job in it"
    assert refused[1].cures[-1].command == "devbox queue failed remove --index 2"
    assert refused[-1].cures[0].command == f"redis-cli TYPE {client.keys.queue('taken')}"


def test_a_torn_record_is_shown_and_can_be_removed(client: Client) -> None:
    client.redis.rpush(client.keys.failed, "")
    (torn,) = client.failures.find()
    assert torn.record["error"] == "this record is not JSON"
    with pytest.raises(DevboxError) as error:
        client.failures.retry([torn])
    assert error.value.code == "queue.not_retryable"
    assert client.failures.remove([torn]) == 1


def test_clear_pause_and_scale(client: Client) -> None:
    client.enqueue_many([("a", "Echo", [])] * 3)
    assert client.clear("a") == 3
    assert client.sizes() == {}
    assert not client.paused()
    client.pause()
    assert client.paused()
    client.pause(False)
    assert not client.paused()
    assert client.wanted() is None
    client.scale(3)
    assert client.wanted() == 3


BAD_JOBS = [
    ("", "Echo", [], "queue.name_invalid"),
    ("a,b", "Echo", [], "queue.name_invalid"),
    (" a", "Echo", [], "queue.name_invalid"),
    ("a\nb", "Echo", [], "queue.name_invalid"),
    ("a", "", [], "queue.class_invalid"),
    ("a", "Echo", "text", "queue.args_invalid"),
    ("a", "Echo", [float("nan")], "queue.args_invalid"),
    ("a", "Echo", [object()], "queue.args_invalid"),
]


@pytest.mark.parametrize(("queue", "cls", "args", "code"), BAD_JOBS)
def test_what_is_no_job_is_refused(client: Client, queue: str, cls: str, args: list[object], code: str) -> None:
    with pytest.raises(DevboxError) as error:
        client.enqueue(queue, cls, args)
    assert error.value.code == code
    assert client.sizes() == {}


def test_a_queue_whose_key_is_something_else_says_so(client: Client) -> None:
    key = client.keys.queue("a")
    client.redis.hset(key, "no", "list")
    for ask in (lambda: client.enqueue("a", "Echo"), lambda: client.peek("a")):
        with pytest.raises(DevboxError) as error:
            ask()
        assert (error.value.code, error.value.cures[0].command) == ("queue.wrong_type", f"redis-cli TYPE {key}")
    assert (client.holds("a"), client.holds("b")) == (True, False)


def test_a_refused_job_leaves_no_name_and_hides_no_other(client: Client) -> None:
    key, delayed = client.keys.queue("taken"), client.keys.queue("later")
    client.redis.set(key, "no list")
    client.redis.zadd(delayed, {b"{}": 1})
    for queue, says in (("taken", "taken is no queue"), ("later", "later is a delayed queue of Jesque's")):
        with pytest.raises(DevboxError, match=says) as error:
            client.push(queue, [b"{}"] * 1200)
        assert error.value.code == "queue.wrong_type"
    assert client.queues() == []
    client.redis.sadd(client.keys.queues, "later")
    with pytest.raises(DevboxError):
        client.enqueue("later", "Echo")
    assert client.queues() == ["later"], "the name was there before"
    client.redis.delete(client.keys.queues)
    client.redis.set(client.keys.queues, "no set")
    with pytest.raises(DevboxError, match=client.keys.queues):
        client.enqueue("fine", "Echo")


def test_a_name_is_not_taken_back_from_a_queue_that_has_come_meanwhile(client: Client) -> None:
    client.enqueue("a", "Echo")
    client._forget_name("a")
    assert client.queues() == ["a"]


@pytest.mark.parametrize("name", ["a,b", " a ", "a\nb", "!a"])
def test_a_queue_of_others_can_be_looked_at_and_cleared_whatever_its_name(client: Client, name: str) -> None:
    client.redis.rpush(client.keys.queue(name), b'{"class":"Echo","args":[]}')
    client.redis.sadd(client.keys.queues, name)
    assert (client.holds(name), client.size(name)) == (True, 1)
    assert client.peek(name) == [{"class": "Echo", "args": []}]
    assert (client.clear(name), client.queues()) == (1, [])
    for ask in (client.peek, client.holds, client.clear, client.size):
        with pytest.raises(DevboxError) as error:
            ask("")
        assert error.value.code == "queue.name_invalid"


def test_a_key_of_another_kind_is_named(client: Client) -> None:
    keys = client.keys
    asked: list[tuple[str, Callable[[], object]]] = [
        (keys.pause, client.paused), (keys.queues, client.queues), (keys.queues, client.stats),
        (keys.workers, client.stats), (keys.workers, client.workers), (keys.heartbeat, client.workers),
        (keys.lives, client.stats), (keys.lives, client.workers), (keys.lives, lambda: list(client.in_flight())),
        (keys.pool("default"), client.wanted), (keys.pool("default"), lambda: client.scale(2)),
        (keys.failed_queues, client.failures.find), (keys.failed, client.failures.find),
        (keys.failed, client.failures.count),
    ]  # fmt: skip
    for key, ask in asked:
        client.redis.zadd(key, {"no": 1})
        with pytest.raises(DevboxError) as error:
            ask()
        assert (error.value.code, error.value.cures[0].command) == ("queue.wrong_type", f"redis-cli TYPE {key}"), key
        assert key in error.value.message
        client.redis.delete(key)


def test_a_redis_that_refuses_is_named(own_redis: Callable[..., RedisServer]) -> None:
    def told(url: str) -> str:
        with pytest.raises(DevboxError) as error, Client.at(url) as asked:
            asked.ping()
            asked.enqueue("a", "Echo", ["x" * 100_000])
        assert "secret" not in f"{error.value} {error.value.cause}"
        return error.value.code

    locked = own_redis("--requirepass", "right")
    assert told(f"redis://127.0.0.1:{locked.port}") == "redis.auth"
    assert told(f"redis://:secret@127.0.0.1:{locked.port}") == "redis.auth"
    assert told(f"redis://:right@127.0.0.1:{locked.port}/99") == "redis.database"
    full = own_redis("--maxmemory", "1mb", "--maxmemory-policy", "noeviction")
    assert told(full.url) == "redis.full"
    replica = own_redis("--replicaof", "127.0.0.1", "1")
    assert told(replica.url) in {"redis.read_only", "redis.loading"}
    assert told("redis://127.0.0.1:1") == "redis.unreachable"
    full.stop()
    assert told(full.url) == "redis.unreachable"


def register(client: Client, worker: str, **counters: str) -> None:
    client.redis.sadd(client.keys.workers, worker)
    for name, value in counters.items():
        client.redis.set(client.keys.stat(name, worker), value)


def test_counters_of_workers_are_those_that_each_kind_writes(client: Client) -> None:
    register(client, "ruby:1:a", processed="5")
    register(client, "node:2:a,b:c")
    register(client, "odd:3:a", processed="many", failed="1.5")
    client.redis.mset({client.keys.stat("processed", "node:2"): 7, client.keys.stat("failed", "node:2"): 2})
    client.redis.set(client.keys.stat("failed", "ruby:1"), 9)
    found = {worker.id: (worker.processed, worker.failed) for worker in client.workers()}
    assert found == {"ruby:1:a": (5, 0), "node:2:a,b:c": (7, 2), "odd:3:a": (0, 0)}


def test_a_worker_that_jesque_paused_does_not_work(client: Client) -> None:
    """The record as Jesque writes it (`AbstractWorker.pauseMsg`); one with a job is at work."""
    register(client, "java:1-0:a")
    register(client, "java:1-1:a")
    paused = {"run_at": "2026-01-01T00:00:00.000+0000", "queue": None, "payload": None, "paused": True}
    client.redis.set(client.keys.worker("java:1-0:a"), json.dumps(paused))
    working = {"run_at": "2026-01-01T00:00:00.000+0000", "queue": "a", "payload": {"class": "A"}, "paused": False}
    client.redis.set(client.keys.worker("java:1-1:a"), json.dumps(working))
    assert [(one.state, one.job) for one in client.workers()] == [("paused", None), ("working", working)]


def test_a_worker_that_does_not_show_itself_is_silent(client: Client) -> None:
    now = int(client.redis.time()[0])
    for worker, seconds in {"h:1:q": 20, "h:2:q": 5, "h:1-0:a": 400, "h:2-0:a": 200}.items():
        register(client, worker)
        beat = datetime.fromtimestamp(now - seconds, UTC).isoformat()
        client.redis.hset(client.keys.heartbeat, worker, beat)
        if worker.endswith("q"):
            client.redis.hset(client.keys.lives, f"nonce{worker}", f"{(now - seconds) * 1000} 10000 {worker}")
    client.redis.hset(client.keys.lives, "earlier", f"{(now - 500) * 1000} 10000 h:2:q")
    client.redis.set(client.keys.worker("h:1:q"), "{}")
    states = {worker.id: worker.state for worker in client.workers()}
    assert states == {"h:1:q": "silent", "h:2:q": "idle", "h:1-0:a": "silent", "h:2-0:a": "idle"}


def test_what_a_dead_foreign_worker_had_is_filed_as_it_was(client: Client) -> None:
    """What it worked on stands in its record, and no number in there keeps it from being filed."""
    keys, worker = client.keys, "elsewhere:1:q"
    payload = b'{"class":"A","args":[1e999,1.10]}'
    client.redis.sadd(keys.workers, worker)
    client.redis.hset(keys.heartbeat, worker, "2020-01-01T00:00:00+00:00")
    client.redis.set(keys.worker(worker), b'{"queue":"q","run_at":"2020-01-01T00:00:00Z","payload":' + payload + b"}")
    assert prune_foreign(client.redis, keys, "me") == [worker]
    (failure,) = client.failures.find()
    assert (failure.queue, cut.payload_of(failure.raw), client.workers()) == ("q", payload, [])
