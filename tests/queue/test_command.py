"""`devbox queue ...` as a program, on a Redis that devbox did not start."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from devbox.queue import wire
from devbox.queue.client import Client
from tests.integration.support.command import Devbox, Ran

pytestmark = pytest.mark.lab


@pytest.fixture
def queue(client: Client, tmp_path: Path) -> Callable[..., Ran]:
    """Runs one subcommand with --json."""
    user = Devbox.at(tmp_path, None)
    where = ("--redis", client.where.url, "--namespace", client.keys.namespace)
    return lambda *words: user.json("queue", *words, *where)


def test_of_several_failures_those_that_can_are_retried(client: Client, queue: Callable[..., Ran]) -> None:
    endless = b'{"class":"One","args":[1e999,1.10]}'
    client.redis.rpush(client.keys.failed, wire.failure(endless, "X", "y", [], "w", "a"), "", '{"queue":"a"}')
    client.redis.rpush(client.keys.failed, wire.failure(b'{"class":"Two"}', "X", "y", [], "w", "a"))
    listed = json.loads(queue("failed").ok().stdout, parse_constant=pytest.fail)["data"]["failures"]
    assert (listed[0]["payload"]["args"], listed[1]["error"]) == (["1e999", 1.1], "this record is not JSON")

    ran = queue("failed", "retry")
    assert (ran.code, ran.envelope["status"], ran.data["retried"], ran.error) == (1, "partial", 2, None)
    assert ran.warnings == ["queue.not_retryable"] * 2
    assert client.redis.lrange(client.keys.queue("a"), 0, -1) == [endless, b'{"class":"Two"}']
    peeked = json.loads(queue("peek", "a").ok().stdout, parse_constant=pytest.fail)["data"]["jobs"]
    assert peeked[0] == {"class": "One", "args": ["1e999", 1.1]}

    assert queue("failed", "retry").failed("queue.not_retryable").warnings == ["queue.not_retryable"] * 2
    assert queue("failed", "retry", "--index", "1").failed("queue.not_retryable").warnings == []


def test_where_nothing_is_to_lose_nothing_is_asked(client: Client, queue: Callable[..., Ran]) -> None:
    client.redis.sadd(client.keys.queues, "empty", "other")
    client.redis.hset(client.keys.queue("other"), "no", "queue")
    assert queue("failed", "clear").ok().data["removed"] == 0
    assert queue("clear", "empty").ok().data == {"cleared": 0, "queue": "empty"}
    assert client.queues() == ["other"]
    queue("clear", "other").failed("confirm.needed", 3)
    said = queue("peek", "other").failed("queue.wrong_type").error
    assert said["cures"][0]["command"] == f"redis-cli TYPE {client.keys.queue('other')}"
    client.redis.rpush(client.keys.failed, "")
    queue("failed", "clear").failed("confirm.needed", 3)
