"""Which Redis is meant: `devbox queue` and `devbox worker` agree, whoever names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from devbox.queue.client import Client
from devbox.sandbox.names import Summary
from tests.unit.cli.harness import Calls, Devbox, Ran, Stream, with_calls

WORKER = ("worker", "--queues", "q")
QUEUE = ("queue", "peek", "q")


@dataclass
class Asked(Calls):
    """Operations that note which Redis the queue's verbs ask, and go no further."""

    wheres: list[str] = field(default_factory=list)

    def operations(self) -> Any:
        return with_calls(super().operations(), queue_client=self._queue_client, redis_url=lambda _, name: f"{name}:7")

    def _queue_client(self, where: str, namespace: str | None) -> Any:
        self.wheres.append(Client.at(where, namespace).where.shown)
        raise SystemExit(0)


@pytest.fixture
def asked(devbox: Devbox, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """`devbox worker` ends where it would begin, and notes its Redis, too."""
    devbox.calls = calls = Asked(sandboxes=[Summary("queue", "queue")])

    def run(settings: Any, *_: Any, begin: Callable[[], None], **__: Any) -> int:
        begin()
        calls.wheres.append(settings.where.shown)
        return 0

    monkeypatch.setattr("devbox.queue.run.run", run)
    return calls


def both(devbox: Devbox, calls: Asked, *flags: str) -> list[str]:
    calls.wheres.clear()
    for words in (WORKER, QUEUE):
        devbox(*words, *flags)
    return calls.wheres


def test_each_source_gives_way_to_the_one_before_it(devbox: Devbox, asked: Asked) -> None:
    file = devbox.folder / "url"
    file.write_text("h:1\n")
    devbox.env["REDIS_URL"] = "redis://resque:1"
    assert both(devbox, asked) == ["redis://resque:1", "redis://queue:7/0"], "for a worker Resque's variable comes last"
    devbox.user_config(f"redis_file = '{file}'\n")
    assert both(devbox, asked) == ["redis://h:1/0"] * 2
    devbox.user_config(f"redis_file = '{file}'\nredis = 'h:2'\n")
    assert both(devbox, asked) == ["redis://h:2/0"] * 2
    devbox.env["DEVBOX_REDIS_FILE"] = str(file)
    assert both(devbox, asked) == ["redis://h:1/0"] * 2, "a variable goes before a file"
    devbox.env["DEVBOX_REDIS"] = "h:3"
    assert both(devbox, asked) == ["redis://h:3/0"] * 2, "of the two variables the URL counts"
    assert both(devbox, asked, "--redis", "h:4") == ["redis://h:4/0"] * 2
    assert both(devbox, asked, "-n", "second") == ["redis://second:7/0"] * 2


@pytest.mark.parametrize("words", [WORKER, QUEUE])
def test_what_cannot_be_a_redis_is_told_alike(devbox: Devbox, asked: Asked, words: tuple[str, ...]) -> None:
    def told(ran: Ran) -> tuple[int, str, str]:
        error = ran.json["error"]
        return ran.status, error["code"], error["message"]

    devbox.env["DEVBOX_REDIS_FILE"] = "none"
    where = str(devbox.project / "none")
    message = f"{where!r}, which DEVBOX_REDIS_FILE names, cannot be read"
    assert told(devbox(*words, "--json")) == (2, "redis.file_unreadable", message)
    assert told(devbox(*words, "--json", "--redis", ""))[:2] == (2, "redis.url_invalid")
    assert told(devbox(*words, "--json", "--redis", "h:1", "-n", "x"))[:2] == (2, "usage.conflict")
    assert asked.wheres == []


def test_a_worker_says_at_its_start_whom_it_serves_without_the_password(devbox: Devbox, asked: Asked) -> None:
    words = ("worker", "--queues", "high,low", "--redis", "redis://:s3cret@h:1/0", "--jobs", "jobs.py")
    assert devbox(*words, "--count", "2").err == (
        "2 workers serve high,low at redis://:***@h:1/0; Ctrl-C lets the jobs finish\n"
    )
    assert devbox(*words).err.startswith("1 worker serves high,low at ")
    for quiet in ("--quiet", "--json"):
        assert devbox(*words, quiet).err == ""


def test_a_worker_without_job_classes_is_warned(devbox: Devbox, asked: Asked) -> None:
    assert devbox(*WORKER).err.startswith("warning[worker.no_jobs]: ")
    assert [warning["code"] for warning in devbox(*WORKER, "--json").json["warnings"]] == ["worker.no_jobs"]
    devbox.env["DEVBOX_JOBS"] = "jobs.py"
    assert "warning" not in devbox(*WORKER).err


class Pushed:
    """A client that takes every job."""

    def __enter__(self) -> Pushed:
        return self

    def __exit__(self, *_: object) -> None: ...

    def push(self, queue: str, payloads: list[bytes]) -> None: ...


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (0, "0 jobs put in.\n"),
        (1, "1 job put in.\n  -> watch it:  devbox queue stats --watch\n"),
        (2, "2 jobs put in.\n  -> watch them:  devbox queue stats --watch\n"),
    ],
)
def test_what_was_put_in_can_be_watched(
    devbox: Devbox, asked: Asked, monkeypatch: pytest.MonkeyPatch, lines: int, said: str
) -> None:
    monkeypatch.setattr(asked, "_queue_client", lambda *_: Pushed())
    stdin = Stream('{"queue": "q", "class": "X"}\n' * lines)
    assert devbox("queue", "enqueue", "--from", "-", stdin=stdin).out == said
