"""Scripts that fail half-way, keys that are something else, queues that hold a job once: no job is lost or doubled."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import ResponseError

from devbox.errors import DevboxError
from devbox.queue import recovery
from devbox.queue.claims import Claims, new_nonce
from devbox.queue.client import Client
from devbox.queue.wire import Envelope
from tests.queue.redis_server import RedisServer
from tests.queue.running import Yard

pytestmark = pytest.mark.lab

JOB = b'{"class":"Mark","args":[1]}'
HOUR = 3_600_000


def life(client: Client, redis: Any = None) -> Claims:
    made = Claims(redis or client.redis, client.keys, "h:1:q", new_nonce(), 10)
    made.heartbeat()
    return made


def claim(claims: Claims, queue: str = "q") -> Envelope:
    held = claims.step(None, b"", [queue]).envelope
    assert held is not None
    return held


@pytest.mark.parametrize("key", ["failed", "stat:processed", "stat:failed", "stat:processed:h:1:q"])
def test_a_failure_is_settled_or_stays_in_flight_whatever_is_in_the_way(client: Client, key: str) -> None:
    client.push("q", [JOB])
    claims = life(client)
    held = claim(claims)
    client.redis.set(client.keys.of(key), "something else")
    if key == "failed":
        with pytest.raises(ResponseError, match="WRONGTYPE"):
            claims.settle(held, b"{}")
        assert claims.held() == [held]
        client.redis.delete(client.keys.of(key))
    assert claims.settle(held, b"{}") is True
    assert (claims.held(), client.failures.count()) == ([], 1)
    assert claims.settle(held, b"{}") is False
    assert client.failures.count() == 1, "one that is not there any more is not filed"


def test_what_is_given_back_is_never_nowhere(own_redis: Callable[..., RedisServer]) -> None:
    """By a user that may not do all that the script does."""
    server = own_redis()
    with server.client() as client:
        client.redis.execute_command("ACL", "SETUSER", "some", "on", ">word", "~*", "&*", "+@all", "-expire", "-sadd")
        client.push("q", [JOB])
        claims = life(client)
        held = claim(claims)
        with Client.at(f"redis://some:word@127.0.0.1:{server.port}") as limited:
            dead = Claims(limited.redis, client.keys, claims.worker, claims.nonce, 10)
            assert dead.give_back(held, 1) == 1
        assert (client.stats().pending, claims.held()) == (1, [])


def test_a_new_life_with_the_same_id_keeps_its_record(client: Client) -> None:
    """A container that was restarted has its host name and process numbers again."""
    client.push("q", [JOB, JOB])
    old, new = life(client), life(client)
    held = claim(old)
    claim(new)
    record = client.redis.get(client.keys.worker("h:1:q"))
    assert recovery.recover(old, 3) == (1, 0)
    assert client.redis.get(client.keys.worker("h:1:q")) == record
    again = claim(old.other(old.nonce, old.worker)) if old.heartbeat() else held
    assert recovery.recover(old, 1) == (0, 1) if again is not held else True
    assert client.redis.get(client.keys.worker("h:1:q")) == record


def due(client: Client, raw: bytes, score: float, every: int | None = None) -> str:
    key = client.keys.queue("later")
    client.redis.zadd(key, {raw: score})
    client.redis.sadd(client.keys.queues, "later")
    if every:
        client.redis.hset(f"{key}:frequency", raw, f"{every}\n")
    return key


def test_a_recurring_job_of_a_dead_worker_runs_once_more_and_no_oftener(client: Client) -> None:
    start = int(time.time() * 1000) - 10 * HOUR
    key = due(client, JOB, start, HOUR)
    dead, other = life(client), life(client)
    claim(dead, "later")
    for _ in range(5):
        assert other.settle(claim(other, "later"))
    assert client.redis.zscore(key, JOB) == start + 6 * HOUR
    assert recovery.recover(dead, 3) == (1, 0)
    assert client.redis.zscore(key, JOB) == start + 5 * HOUR, "the one that was interrupted, and those that are to come"


def test_a_delayed_job_just_like_one_that_comes_back_is_not_swallowed(client: Client) -> None:
    now = int(time.time() * 1000)
    key = due(client, JOB, now - 1000)
    dead = life(client)
    claim(dead, "later")
    client.redis.zadd(key, {JOB: now + HOUR})
    assert recovery.recover(dead, 3) == (0, 1)
    assert client.redis.zscore(key, JOB) == now + HOUR
    (failure,) = client.failures.find()
    assert failure.record["payload"] == {"class": "Mark", "args": [1]}
    with pytest.raises(DevboxError, match="waits in later already") as refused:
        client.failures.retry([failure])
    assert refused.value.code == "queue.not_retryable"
    client.redis.zadd(key, {b"another": now + HOUR})
    client.redis.zrem(key, JOB)
    assert client.failures.retry([failure]) == 1
    assert client.redis.zscore(key, JOB) >= now


def test_a_delayed_job_comes_back_for_its_time(client: Client) -> None:
    key = due(client, JOB, 17)
    dead = life(client)
    claim(dead, "later")
    assert recovery.recover(dead, 3) == (1, 0)
    assert client.redis.zscore(key, JOB) == 17


def test_a_cleared_queue_takes_its_name_and_its_counts_along(client: Client) -> None:
    client.push("q", [JOB])
    claims = life(client)
    assert claims.give_back(claim(claims), 2) == 1
    assert client.redis.hlen(client.keys.of("devbox:returned")) == 1
    assert client.clear("q") == 1
    assert (client.queues(), client.redis.exists(client.keys.of("devbox:returned"))) == ([], 0)
    client.push("q", [JOB])
    assert claim(claims).deliveries == 1, "one just like it that comes later is another one"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b'{"class":"A","args":["nan, inf, 0x1"]}', True),
        (b'{"class":"A","args":["a\\"",null]}', True),
        (b'{"class":"A","args":[NaN]}', False),
        (b'{"class":"A","args":[-Infinity]}', False),
        (b'{"class":"A","args":[0x10]}', False),
        (b'{"class":"A","args":["' + b"x" * (1 << 20) + b'"]}', False),
        (b"[1]", False),
    ],
)
def test_what_a_worker_works_on_is_shown_where_others_can_read_it(client: Client, raw: bytes, shown: bool) -> None:
    client.push("q", [raw])
    assert claim(life(client)).payload == raw
    record = client.redis.get(client.keys.worker("h:1:q"))
    assert record.endswith(b'"payload":' + (raw if shown else b'{"class":null,"args":[]}') + b"}")


def test_a_failure_that_cannot_be_filed_waits_until_it_can(yard: Yard) -> None:
    yard.client.redis.set(yard.client.keys.failed, "something else")
    pool = yard.start()
    yard.client.enqueue("q", "fails", ["x"])
    yard.until(lambda: "another kind" in pool.text(), "the worker says so")
    assert yard.client.stats().in_flight == 1
    yard.client.redis.delete(yard.client.keys.failed)
    yard.settled(done=0, failed=1)


def test_a_name_for_what_was_a_list_and_is_none_is_filed_without_a_job(yard: Yard, tmp_path: Path) -> None:
    yard.client.redis.set(yard.client.keys.queue("q"), "text")
    yard.start()
    yard.until(lambda: yard.client.failures.count() == 1, "it is filed")
    (failure,) = yard.client.failures.find()
    assert (failure.record["payload"], failure.record["queue"]) == ({}, "q")
    yard.client.clear("q")
    with pytest.raises(DevboxError, match="has no job in it"):
        yard.client.failures.retry([failure])
