"""`devbox queue ...` end to end, on one sandbox that all of these tests share, each with queues of its own."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator

import pyte
import pytest

from tests.integration.support.command import Devbox, Ran
from tests.integration.support.docker import Docker
from tests.integration.support.ports import free_port
from tests.integration.support.queue import IMAGES, QueueBox
from tests.integration.support.waiting import until
from tests.pictures.terminal import watch

pytestmark = [pytest.mark.engine, pytest.mark.lab]


@pytest.fixture(scope="module")
def box(
    docker: Docker, lab: object, engine_host: str | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[QueueBox]:
    for image in IMAGES:
        docker.have(image)
    user = Devbox.at(tmp_path_factory.mktemp("queue"), engine_host)
    made = QueueBox(f"q{secrets.token_hex(4)}", user, docker, free_port())
    made.up("--workers", "1", "--queues", "served").ok()
    yield made
    docker.sweep(made.name)


@pytest.fixture
def name() -> str:
    """A queue that nobody serves."""
    return f"n{secrets.token_hex(4)}"


def _failures(box: QueueBox, *words: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = box.queue("failed", *words).ok().data["failures"]
    return found


def test_a_job_goes_in_and_is_seen(box: QueueBox, name: str) -> None:
    assert box.queue("enqueue", name, "Echo", '["a", {"b": null}]').ok().data == {"enqueued": 1}
    assert box.queue("enqueue", name, "Other").ok().data == {"enqueued": 1}
    jobs = box.queue("peek", name).ok().data["jobs"]
    assert jobs == [{"class": "Echo", "args": ["a", {"b": None}]}, {"class": "Other", "args": []}]
    data = box.queue("stats").ok().data
    assert list(data) == ["queues", "pending", "processed", "failed", "workers", "working", "in_flight"]
    assert data["queues"][name] == 2
    text = box.devbox.run("queue", "stats", "--text", "-n", box.name).ok().stdout.splitlines()
    assert f"queues.{name}=2" in text
    assert [line.partition("=")[0] for line in text[:5]] == [
        "resque.pending", "resque.processed+", "resque.failed+", "resque.workers", "resque.working",
    ]  # fmt: skip


def test_many_jobs_from_a_file_and_from_stdin(box: QueueBox, name: str) -> None:
    lines = [json.dumps({"class": "Echo", "args": [n]}) for n in range(5000)]
    file = box.devbox.cwd / "jobs.jsonl"
    file.write_text("\n".join([*lines, "", json.dumps({"queue": f"{name}-b", "class": "X", "args": None})]))
    assert box.queue("enqueue", name, "--from", file).ok().data == {"enqueued": 5001}
    assert [job["args"] for job in box.queue("peek", name, "--start", "4998").ok().data["jobs"]] == [[4998], [4999]]
    ran = box.queue("enqueue", name, "--from", "-", stdin="\n".join(lines[:10]).encode()).ok()
    assert (ran.data, box.stats()["queues"][name]) == ({"enqueued": 10}, 5010)
    bad = [*lines[:3], '{"class": "Echo", "args": "no list"}']
    ran = box.queue("enqueue", name, "--from", "-", stdin="\n".join(bad).encode())
    assert "line 4" in ran.failed("queue.args_invalid", 2).error["message"]
    assert box.stats()["queues"][name] == 5010


def test_clear_asks_and_drops(box: QueueBox, name: str) -> None:
    box.queue("enqueue", name, "Echo", "--times", "3").ok()
    box.queue("clear", name).failed("confirm.needed", 3)
    assert box.queue("clear", name, "--dry-run").ok().data["changes"][0]["reason"] == "3 jobs"
    assert box.stats()["queues"][name] == 3
    assert box.queue("clear", name, "-y").ok().data == {"cleared": 3, "queue": name}
    assert name not in box.stats()["queues"]


def test_failures_are_found_retried_and_removed(box: QueueBox) -> None:
    word = secrets.token_hex(4)
    for number in range(3):
        box.queue("enqueue", "served", "Fail", json.dumps([f"{word} {number}"])).ok()
    until(lambda: len(_failures(box, "--text", word)) == 3, "three failures")
    one, two, three = _failures(box, "--text", word)
    assert (one["exception"], one["error"], one["queue"]) == ("RuntimeError", f"{word} 0", "served")
    assert list(one)[:2] == ["failed_at", "payload"] and list(one)[-1] == "index"
    assert _failures(box, "--class", "Nothing") == []
    assert [f["index"] for f in _failures(box, "--index", str(two["index"]))] == [two["index"]]
    box.queue("failed", "remove").failed("usage.argument", 2)
    assert box.queue("failed", "remove", "--index", str(three["index"])).ok().data["removed"] == 1
    assert box.queue("failed", "retry", "--text", f"{word} 0").ok().data["retried"] == 1
    until(lambda: len(_failures(box, "--text", word)) == 3, "it failed once more")
    assert [bool(f.get("retried_at")) for f in _failures(box, "--text", word)] == [True, False, False]
    box.queue("failed", "clear").failed("confirm.needed", 3)
    assert box.queue("failed", "remove", "--text", word).ok().data["removed"] == 3


def test_a_job_that_takes_more_memory_than_there_is_costs_its_process_alone(box: QueueBox) -> None:
    """The kernel kills it at the container's limit, and nobody else."""
    (before,) = box.queue("workers").ok().data["workers"]
    box.queue("enqueue", "served", "EatMemory", "[3000]").ok()
    until(lambda: _failures(box, "--class", "EatMemory"), "it is filed")
    (failure,) = _failures(box, "--class", "EatMemory")
    assert failure["exception"] == "Resque::DirtyExit"
    assert str(failure["error"]).endswith("SIGKILL (signal 9)")
    (after,) = box.queue("workers").ok().data["workers"]
    assert (after["id"], after["started_at"]) == (before["id"], before["started_at"]), "the worker itself went on"


def test_workers_and_what_they_do(box: QueueBox) -> None:
    """Ours, and one of another implementation as it would write itself down."""
    job = {"queue": "far", "run_at": "2026-01-01T00:00:00Z", "payload": {"class": "Mail", "args": [1]}}
    other = "elsewhere:12:far,away"
    with box.client() as client:
        client.redis.sadd("resque:workers", other)
        client.redis.set(f"resque:worker:{other}", json.dumps(job))
        found = {w["id"]: w for w in box.queue("workers").ok().data["workers"]}
        shown = box.devbox.run("queue", "workers", "-n", box.name).ok().stdout
        client.redis.srem("resque:workers", other)
        client.redis.delete(f"resque:worker:{other}")
    assert (found[other]["state"], found[other]["job"], found[other]["queues"]) == ("working", job, ["far", "away"])
    assert "Mail (far)" in shown
    (ours,) = [w for name, w in found.items() if name != other]
    assert (ours["queues"], ours["id"].endswith(":served")) == (["served"], True)
    assert ours["started_at"].endswith("Z")


def test_watching_is_an_object_a_line_and_a_picture_on_a_terminal(box: QueueBox, name: str) -> None:
    box.queue("enqueue", name, "Echo", "--times", "7").ok()
    ran = box.queue("stats", "--watch", "--looks", "2", "--interval", "0.1")
    first, second = map(json.loads, ran.ok().stdout.splitlines())
    assert (first["queues"][name], second["rates"]["queues"][name]) == (7, 0.0)
    plain = box.devbox.run("queue", "stats", "--watch", "--looks", "1", "-n", box.name).ok().stdout
    assert f"{name} 7" in plain and plain.count("\n") == 1
    words = [*box.devbox.program, "queue", "stats", "--watch", "--looks", "3", "--interval", "0.1", "-n", box.name]
    screen: pyte.Screen = watch(words, {**box.devbox.env, "TERM": "xterm-256color"}, lambda _: None)
    shown = "\n".join(screen.display)
    assert f"Queue at {box.url}" in shown and f"{name} " in shown and "WORKER" in shown


def test_any_redis_with_its_password_nowhere(box: QueueBox, name: str) -> None:
    secret = "sesame-open"
    url = f"redis://:{secret}@127.0.0.1:{free_port()}"
    ran = box.devbox.json("queue", "stats", "--redis", url)
    assert secret not in ran.failed("redis.unreachable").stdout + ran.stderr
    file = box.devbox.cwd / "redis.url"
    file.write_text(f"{box.url}\n")
    user = box.devbox.having(DEVBOX_REDIS_FILE=file)
    assert user.json("queue", "enqueue", name, "Echo").ok().data == {"enqueued": 1}
    assert box.stats()["queues"][name] == 1
    assert user.json("queue", "stats", "-n", box.name, "--redis", box.url).failed("usage.conflict", 2)
    shown = box.devbox.having(DEVBOX_REDIS=url).json("config").ok()
    assert secret not in shown.stdout


def test_dry_runs_say_and_do_nothing(box: QueueBox, name: str) -> None:
    def changes(ran: Ran) -> list[tuple[str, str]]:
        return ran.ok().changes

    assert changes(box.queue("enqueue", name, "Echo", "--dry-run")) == [("enqueue", f"queue {name}")]
    assert changes(box.queue("scale", "5", "--dry-run")) == [("scale", box.worker())]
    assert (name in box.stats()["queues"], box.stats()["workers"]) == (False, 1)
