"""The log lines of a sandbox's services, in the order of their times."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devbox.engine.api import ContainerSpec
from devbox.errors import DevboxError
from devbox.sandbox import labels, names
from devbox.sandbox.logs import LogLine, log_lines
from tests.fake_engine import FakeEngine, LogEntry

HELPER = "devbox-jenkins-redis-1"
MAIN = "devbox-jenkins-jenkins-1"


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    """A sandbox of two services, running."""
    made = FakeEngine()
    made.add_image("any:1")
    made.create_network(names.network("jenkins"), {})
    for service in ("jenkins", "redis"):
        own = {**labels.ours("jenkins", "jenkins", "run-1", "service"), labels.COMPOSE_SERVICE: service}
        made.start(
            made.create_container(
                ContainerSpec(names.container("jenkins", service), "any:1", service, own, names.network("jenkins"))
            )
        )
    return made


def lines(engine: FakeEngine, service: str | None = None, **options: Any) -> Iterator[LogLine]:
    return log_lines(engine, "jenkins", service, **{"follow": False, "tail": None, "since": None, **options})


def texts(found: Iterator[LogLine]) -> list[str]:
    return [line.text for line in found]


def test_a_line_has_its_time_its_service_its_container_and_its_stream(engine: FakeEngine) -> None:
    engine.say(MAIN, "hello", 1)
    engine.advance(1.5)
    engine.say(MAIN, "trouble", 2)
    assert list(lines(engine, "jenkins")) == [
        LogLine("2025-06-15T15:06:40.000000000Z", "jenkins", MAIN, "stdout", "hello"),
        LogLine("2025-06-15T15:06:41.500000000Z", "jenkins", MAIN, "stderr", "trouble"),
    ]


def test_services_are_told_in_the_order_of_their_times(engine: FakeEngine) -> None:
    for n, container in enumerate([MAIN, HELPER, HELPER, MAIN, HELPER]):
        engine.say(container, f"line {n}")
        engine.advance(0.001)
    found = list(lines(engine))
    assert [line.text for line in found] == [f"line {n}" for n in range(5)]
    assert [line.service for line in found] == ["jenkins", "redis", "redis", "jenkins", "redis"]


def test_one_service_can_be_asked_for(engine: FakeEngine) -> None:
    engine.say(MAIN, "mine")
    engine.say(HELPER, "theirs")
    assert texts(lines(engine, "redis")) == ["theirs"]


def test_tail_and_since_are_the_engines(engine: FakeEngine) -> None:
    for n in range(5):
        engine.say(MAIN, str(n))
        engine.advance(10)
    assert texts(lines(engine, "jenkins", tail=2)) == ["3", "4"]
    assert texts(lines(engine, "jenkins", since=engine.now - 20)) == ["3", "4"]
    assert texts(lines(engine, "jenkins", tail=0)) == []


def test_lines_are_whole_however_the_pieces_come(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = b"2026-01-01T00:00:00.000000000Z "
    pieces = [
        (1, stamp + b"out be"), (2, stamp + b"err\r\n"), (1, b"gins\n" + stamp), (1, b"\xff and\xc3"), (1, b"\xa9\n"),
        (2, stamp + b"no end"), (1, stamp + b"\n"),
    ]  # fmt: skip
    monkeypatch.setattr(engine, "logs", lambda *_, **__: iter(pieces))
    found = [(line.stream, line.text) for line in lines(engine, "jenkins")]
    assert found == [
        ("stderr", "err"),
        ("stdout", "out begins"),
        ("stdout", "� andé"),
        ("stdout", ""),
        ("stderr", "no end"),
    ]


def test_a_followed_log_goes_on_until_the_containers_end(engine: FakeEngine) -> None:
    engine.say(MAIN, "before")
    followed = lines(engine, follow=True)
    assert next(followed).text == "before"
    engine.say(HELPER, "after")
    assert next(followed).text == "after"
    engine.say(MAIN, "last words")
    engine.stop(MAIN)
    assert next(followed).text == "last words"
    engine.stop(HELPER)
    assert list(followed) == []


def test_a_followed_log_of_one_service_does_too(engine: FakeEngine) -> None:
    engine.say(MAIN, "before")
    followed = lines(engine, "jenkins", follow=True)
    assert next(followed).text == "before"
    engine.exits(MAIN, 0)
    assert list(followed) == []


def test_an_engine_that_goes_away_while_following_is_told(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> Iterator[tuple[int, bytes]]:
        yield 1, b"2026-01-01T00:00:00Z one\n"
        raise DevboxError("engine.unreachable", "it went away")

    monkeypatch.setattr(engine, "logs", breaks)
    followed = lines(engine, follow=True)
    assert next(followed).text == "one"
    with pytest.raises(DevboxError) as error:
        list(followed)
    assert error.value.code == "engine.unreachable"


def test_the_log_of_a_container_that_has_ended_is_still_there(engine: FakeEngine) -> None:
    engine.say(MAIN, "last words")
    engine.exits(MAIN, 1)
    assert texts(lines(engine, "jenkins")) == ["last words"]


def test_a_sandbox_or_a_service_that_is_not_there_is_an_error(engine: FakeEngine) -> None:
    with pytest.raises(DevboxError) as error:
        lines(engine, "postgres")
    assert error.value.code == "service.unknown"
    with pytest.raises(DevboxError) as error:
        log_lines(engine, "other", None, follow=False, tail=None, since=None)
    assert error.value.code == "sandbox.unknown"


def test_a_log_of_many_lines_is_streamed(engine: FakeEngine) -> None:
    box = engine.box(MAIN)
    box.log += [LogEntry(engine.now + n, 1, b"line %d\n" % n) for n in range(5000)]
    found = lines(engine, "jenkins")
    assert next(found).text == "line 0"
    assert sum(1 for _ in found) == 4999
