"""What lies in Redis, without one: payloads, records, dates, ids, names of queues, addresses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devbox.errors import DevboxError
from devbox.queue import address, cut, dates, options, patterns, wire
from devbox.queue.wire import BadPayload, Job

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=50, deadline=None)
@given(cls=st.text(min_size=1, max_size=20), args=st.lists(JSON, max_size=4))
def test_what_is_written_is_read(cls: str, args: list[Any]) -> None:
    assert wire.parse(wire.payload(cls, args)) == Job(cls, json.loads(json.dumps(args)))


@settings(max_examples=50, deadline=None)
@given(data=st.binary(max_size=60), queue=st.text(max_size=10), error=st.text(max_size=20))
def test_any_bytes_are_filed_and_come_back(data: bytes, queue: str, error: str) -> None:
    filed = wire.failure(data, "X", error, [error], "w", queue)
    record = json.loads(filed)
    assert list(record)[:7] == ["failed_at", "payload", "exception", "error", "backtrace", "worker", "queue"]
    assert cut.payload_of(filed) == data


def test_letters_are_written_as_they_are() -> None:
    assert wire.payload("Ä", ["ü\n", 1.5, None]) == '{"class":"Ä","args":["ü\\n",1.5,null]}'.encode()
    assert wire.payload("A", [1], {"x": 2}) == b'{"class":"A","args":[1],"vars":{"x":2}}'


BAD = [
    (b"{bad", wire.UNDECODABLE),
    (b"\xff", wire.UNDECODABLE),
    (b"[1]", wire.UNDECODABLE),
    (b"[" * 100_000, wire.UNDECODABLE),
    (b'{"class":"A","args":[Infinity]}', wire.UNDECODABLE),
    (b"{}", wire.NO_CLASS),
    (b'{"class":""}', wire.NO_CLASS),
    (b'{"class":["A"]}', wire.NO_CLASS),
    (b'{"class":"X::JobWrapper","args":[{}]}', wire.NO_CLASS),
]


@pytest.mark.parametrize(("data", "exception"), BAD, ids=range(len(BAD)))
def test_what_is_no_job_says_as_what_it_is_filed(data: bytes, exception: str) -> None:
    with pytest.raises(BadPayload) as bad:
        wire.parse(data)
    assert bad.value.exception == exception


DATES = [
    ("2026-11-22T01:00:15Z", "Resque run_at"),
    ("2026/11/22 01:00:15 UTC", "Resque failed_at"),
    ("2026-11-22 01:00:15 +0000", "Ruby's Time#to_s"),
    ("2026-11-22 02:00:15 +0100", "in another zone"),
    ("2026-11-22T01:00:15+00:00", "the heartbeat"),
    ("2026-11-22T01:00:15.000+0000", "Jesque"),
    ("Sun Nov 22 2026 01:00:15 GMT+0000 (Coordinated Universal Time)", "node-resque"),
    ("Sun Nov 22 01:00:15 UTC 2026", "php-resque's date"),
    (1795309215, "pyres"),
    ("1795309215.0", "pyres as text"),
    ("1795309215000", "node-resque's epoch in milliseconds"),
]


@pytest.mark.parametrize(("text", "whose"), DATES, ids=[whose for _, whose in DATES])
def test_dates_of_all_of_them_are_read(text: object, whose: str) -> None:
    assert dates.rfc3339(text) == "2026-11-22T01:00:15Z", whose


@pytest.mark.parametrize("text", ["", "never", None, True, [], "2026-13-01", "9" * 17])
def test_what_is_no_date_is_none(text: object) -> None:
    assert dates.rfc3339(text) is None


@settings(max_examples=25, deadline=None)
@given(now=st.integers(0, 4_000_000_000))
def test_our_own_dates_are_read_back(now: int) -> None:
    found = dates.parse(dates.started(now))
    assert found is not None and found.timestamp() == now


EXPANDED = [
    (["a", "b"], ["x"], ["a", "b"]),
    (["*"], ["b", "a"], ["a", "b"]),
    (["b", "*"], ["c", "a", "b"], ["b", "a", "c"]),
    (["*", "!a*"], ["b", "a", "ab"], ["b"]),
    (["b", "!x"], ["a"], []),
    (["b", "! x "], ["b", "x"], ["b"]),
    (["a?c", "[xy]1", "[^x]2"], ["abc", "x1", "z1", "x2", "y2"], ["abc", "x1", "y2"]),
    (["*"], [".hidden", "a"], ["a"]),
    (["{a}"], ["{a}", "a"], ["{a}"]),
    (["a\\*", "?"], ["a*", "ab", "b"], ["a*", "b"]),
    (["*:*"], ["a:b", "c"], ["a:b"]),
]


@pytest.mark.parametrize(("names", "known", "expected"), EXPANDED, ids=[" ".join(row[0]) for row in EXPANDED])
def test_names_of_queues_mean_what_they_mean_to_resque(names: list[str], known: list[str], expected: list[str]) -> None:
    assert patterns.expand(names, known) == expected


@settings(max_examples=50, deadline=None)
@given(pattern=st.text("ab*?[]!^-{}\\.", max_size=8), queue=st.text("ab.", max_size=4))
def test_no_pattern_breaks_the_expansion(pattern: str, queue: str) -> None:
    assert patterns.matches(queue, pattern) in {True, False}


ADDRESSES = [
    ("localhost", "redis://localhost:6379/0", ""),
    ("10.0.0.1:7000", "redis://10.0.0.1:7000/0", ""),
    ("host:7000:3", "redis://host:7000/3", ""),
    ("host:7000/mine", "redis://host:7000/0", "mine"),
    ("[::1]:7000", "redis://[::1]:7000/0", ""),
    ("redis://user:secret@host:7000/1", "redis://user:***@host:7000/1", ""),
    ("redis://:secret@host", "redis://:***@host", ""),
    ("rediss://host/0?password=secret&x=1", "rediss://host/0?password=***&x=1", ""),
    ("unix:///run/redis.sock?db=2", "unix:///run/redis.sock?db=2", ""),
]


@pytest.mark.parametrize(("text", "shown", "namespace"), ADDRESSES)
def test_addresses_are_read_and_shown_without_a_password(text: str, shown: str, namespace: str) -> None:
    found = address.parse(text)
    assert (found.shown, found.namespace) == (shown, namespace)
    assert "secret" not in repr(found)


NO_ADDRESSES = ["", "http://x", "redis://", "redis://h:x", "redis://h:99999", "h:0", "a b", "redis://h/x", "unix://",
                "redis://:secret@", "redis://[::1", "secret://:secret@h", "h:99999999"]  # fmt: skip


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_says_so_and_shows_no_password(text: str) -> None:
    with pytest.raises(DevboxError) as error:
        address.parse(text)
    assert (error.value.code, error.value.exit) == ("redis.url_invalid", 2)
    assert ":secret" not in str(error.value)


def test_options_come_from_the_command_line_then_variables_then_defaults(tmp_path: Any) -> None:
    held = tmp_path / "url"
    held.write_text("redis://:secret@held:1\n")
    env = {"QUEUE": "a,b", "INTERVAL": "2", "DEVBOX_COUNT": "3", "REDIS_URL": "redis://r", "TERM_CHILD": "1"}
    chosen = options.settings({"queues": None, "interval": "0.5"}, env)
    assert (chosen.queues, chosen.interval, chosen.count, chosen.where.shown) == (("a", "b"), 0.5, 3, "redis://r")
    assert (chosen.term, chosen.max_deliveries, chosen.fork) == ("child", 3, True)
    chosen = options.settings({"queues": "c"}, {**env, "DEVBOX_REDIS_FILE": str(held)})
    assert (chosen.where.shown, "secret" in repr(chosen)) == ("redis://:***@held:1", False)
    both = {**env, "DEVBOX_REDIS_FILE": str(held), "DEVBOX_REDIS": "h:2"}
    assert options.settings({"queues": "c"}, both).where.shown == "redis://h:2/0"
    assert options.settings({"queues": "c", "redis": "h:3"}, both).where.shown == "redis://h:3/0"
    with pytest.raises(DevboxError) as error:
        options.settings({"queues": "c"}, {"DEVBOX_REDIS_FILE": str(tmp_path / "none")})
    assert error.value.code == "redis.file_unreadable"
