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
    """Runs one subcommand, with --json unless told otherwise."""
    user = Devbox.at(tmp_path, None)
    where = ("--redis", client.where.url, "--namespace", client.keys.namespace)

    def run(*words: str, json: bool = True) -> Ran:
        return (user.json if json else user.run)("queue", *words, *where)

    return run


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


def test_a_failure_that_is_not_there_is_an_error(client: Client, queue: Callable[..., Ran]) -> None:
    for cls in ("One", "Two"):
        client.redis.rpush(client.keys.failed, wire.failure(wire.payload(cls), "X", "y", [], "w", "a"))
    said = queue("failed", "retry", "--index", "99").failed("queue.failure_unknown").error
    assert (said["message"], said["cures"][0]["text"]) == ("there is no failure 99", "see which there are")
    said = (
        queue("failed", "remove", "--index", "0", "--class", "Two", "--dry-run").failed("queue.failure_unknown").error
    )
    assert said["message"] == "there is no failure 0 that fits"
    ran = queue("failed", "remove", "--index", "1", "--index", "99").ok()
    assert (ran.data["removed"], ran.warnings) == (1, ["queue.failure_unknown"])
    assert queue("failed", "retry", "--class", "None").ok().data["retried"] == 0


def test_programs_get_all_and_people_are_told_of_the_rest(client: Client, queue: Callable[..., Ran]) -> None:
    client.redis.rpush(client.keys.failed, *(wire.failure(b"{}", "X", str(n), [], "w", "a") for n in range(25)))
    client.redis.sadd(client.keys.failed_queues, "b_failed")
    client.redis.set(client.keys.of("b_failed"), "no list")
    ran = queue("failed").ok()
    assert [failure["index"] for failure in ran.data["failures"]] == list(range(25))
    assert (ran.data["total"], ran.warnings) == (25, ["queue.wrong_type"])
    assert len(queue("failed", "--count", "2").ok().data["failures"]) == 2
    client.enqueue_many([("a", "Echo", [n]) for n in range(25)])
    peeked = queue("peek", "a", "--count", "3").ok().data
    assert (len(peeked["jobs"]), peeked["total"]) == (3, 25)
    plain = queue("peek", "a", json=False).ok().stdout
    assert "20 of 25: 5 more; --start and --count" in plain
    plain = queue("failed", json=False).ok().stdout
    assert "20 of 25: 5 more; --start and --count" in plain


def test_a_pool_is_scaled_by_its_name(client: Client, queue: Callable[..., Ran]) -> None:
    ran = queue("scale", "3", "--pool", "mail").ok()
    assert (ran.data["workers"], ran.data["scaled"][0]["target"]) == (3, f"pool mail at {client.where.shown}")
    assert (client.wanted("mail"), client.wanted()) == (3, None)
    assert queue("scale", "2").ok().data["scaled"][0]["target"] == client.where.shown
    assert (client.wanted("mail"), client.wanted()) == (3, 2)
    queue("scale", "2", "--pool", " ").failed("option.invalid", 2)


def test_queues_with_names_that_only_others_give_are_cleared(client: Client, queue: Callable[..., Ran]) -> None:
    client.redis.rpush(client.keys.queue("a,b"), b"{}")
    assert queue("peek", "a,b").ok().data == {"jobs": [{}], "total": 1}
    assert queue("clear", "a,b", "--yes").ok().data["cleared"] == 1
    queue("peek", "").failed("queue.name_invalid", 2)
    queue("enqueue", "a,b", "Echo").failed("queue.name_invalid", 2)


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
