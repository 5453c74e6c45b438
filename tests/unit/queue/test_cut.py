"""A JSON object's parts as the very bytes, and what can be shown of anybody's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devbox.queue import cut, wire
from devbox.queue.events import JOB_EXECUTE, Event, _line
from tests.unit.queue.test_wire import JSON

PAYLOADS = [
    b'{"class":"X","args":[1e999]}',
    b'{"class":"X","args":[1.10,0.1000000000000000055,-0,1E5]}',
    b'{"args":["\\u00e4","\xc3\xa4","\\/","}"],  "class":"X"}',
    b'{"class":"X","args":[{"queue":"no","payload":"no"}]}',
    b' {"class":"X","args":[]}\n',
    b'{"class":"X","args":[' + b"9" * 5000 + b"]}",
    b"\xff\xfe no text",
    b"{not json",
    b"5",
    b"",
]


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_payload_comes_out_of_its_record_as_it_went_in(payload: bytes) -> None:
    record = wire.failure(payload, "X", "y", [], "w", "q")
    assert cut.payload_of(record) == payload
    again = cut.with_member(cut.with_member(record, "retried_at", b'"then"'), "retried_at", b'"now"')
    assert again == record[:-1] + b',"retried_at":"now"}'
    assert cut.payload_of(again) == payload


@settings(max_examples=50, deadline=None)
@given(
    members=st.dictionaries(st.text(max_size=6), JSON, max_size=5),
    ascii_only=st.booleans(),
    indent=st.sampled_from([None, 2]),
)
def test_any_object_is_cut_by_its_members(members: dict[str, Any], ascii_only: bool, indent: int | None) -> None:
    data = wire.raw(json.dumps(members, ensure_ascii=ascii_only, indent=indent))
    for name, value in members.items():
        assert json.loads(cut.member(data, name) or b"") == value
    assert cut.member(data, "a name that is not there") is None
    assert json.loads(cut.with_member(data, "new", b"[1]")) == {**members, "new": [1]}


NO_OBJECTS = [
    b"",
    b"[]",
    b"5",
    b"{",
    b'{"a"',
    b'{"a":',
    b'{"a":1',
    b'{"a":1,',
    b'{"a":1,}',
    b"{a:1}",
    b'{"a":' + b"[" * 9**6,
]


@pytest.mark.parametrize("data", NO_OBJECTS, ids=range(len(NO_OBJECTS)))
def test_what_is_no_object_has_no_members(data: bytes) -> None:
    with pytest.raises(ValueError):
        cut.member(data, "b")


def test_of_two_members_with_one_name_the_last_counts() -> None:
    data = b'{"payload":1,"p\\u0061yload" : 2 }'
    assert cut.member(data, "payload") == b"2"
    assert cut.with_member(data, "payload", b"3") == b'{"payload":1,"p\\u0061yload" : 3 }'


VIEWS = [
    (b"[1e999,-1e999,1.5,NaN,-Infinity]", ["1e999", "-1e999", 1.5, "NaN", "-Infinity"]),
    (b"[" + b"9" * 5000 + b"]", ["9" * 5000]),
    (b'["\xff"]', ["\udcff"]),
    (b'["a\tb"]', ["a\tb"]),
]


@pytest.mark.parametrize(("data", "seen"), VIEWS, ids=range(len(VIEWS)))
def test_what_is_shown_can_be_written_as_json(data: bytes, seen: Any) -> None:
    assert cut.view(data) == seen
    assert json.loads(json.dumps(seen, allow_nan=False)) == seen


@pytest.mark.parametrize("data", [b"[" * 101 + b"]" * 101, b'{"a":' * 101 + b"1" + b"}" * 101, b"[" * 9**6])
def test_what_is_nested_too_deep_is_not_shown(data: bytes) -> None:
    with pytest.raises(ValueError):
        cut.view(data)
    assert cut.view(b"[[1]," * 90 + b"1" + b"]" * 90)


def test_a_line_of_events_is_json_whatever_the_arguments() -> None:
    job = {"class": "X", "args": [float("inf"), "Infinity"]}
    told = json.loads(_line(Event(JOB_EXECUTE, "w", "q", job)), parse_constant=pytest.fail)
    assert told["job"]["args"] == ["Infinity", "Infinity"]
