"""The queue from outside, on a real Redis: what is put in, what is seen, what is steered."""

from __future__ import annotations

import json
from collections.abc import Callable

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


def test_one_that_cannot_be_retried_hinders_no_other(client: Client) -> None:
    client.redis.set(client.keys.queue("taken"), "no list")
    fail(client, "a", "One", "first")
    client.redis.rpush(client.keys.failed, "", b'{"queue":"a"}', b"[" * 5000)
    fail(client, "taken", "Two", "its queue is none")
    fail(client, "a", "Three", "last")
    refused: list[DevboxError] = []
    assert client.failures.retry(client.failures.find(), refused) == 2
    assert [(one.code, one.message.partition(" ")[2].partition(" ")[0]) for one in refused] == [
        ("queue.not_retryable", "1"), ("queue.not_retryable", "2"), ("queue.not_retryable", "3"),
        ("queue.wrong_type", "4")]  # fmt: skip
    assert [job["class"] for job in client.peek("a")] == ["One", "Three"]
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
