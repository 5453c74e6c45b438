"""Jobs as a person writes them: what is wrong is said in people's words, with the line."""

from __future__ import annotations

import io
from typing import Any

import pytest

from devbox.cli import jsontext
from tests.unit.cli.harness import Devbox

CAUSES: list[tuple[bytes, str]] = [
    (b"{", "it is no JSON: a name in double quotes is missing (column 2)"),
    (b'{"class"}', "it is no JSON: a colon is missing (column 9)"),
    (b'{"class": "X" "args": []}', "it is no JSON: a comma is missing (column 15)"),
    (b'{"class": }', "it is no JSON: a value is missing (column 11)"),
    (b'{"class": "X"} {}', "it is no JSON: there is more behind its end (column 16)"),
    (b'{"class": "X', "it is no JSON: a text in double quotes does not end (column 11)"),
    (b'{"class": "\t"}', "it is no JSON: a control character stands in a text: write a line's end as \\n (column 12)"),
    (b'{"class": "\\x"}', "it is no JSON: a backslash begins nothing that JSON knows (column 12)"),
    (b'{"class": "\xff"}', "it is not UTF-8: byte 12 does not belong there"),
    (b"\xff\xfe{\x00}\x00", "it is not UTF-8: byte 1 does not belong there"),
    (b"[" * 100_000, "it is nested too deep"),
    (b'{"args": [1e400]}', "the number 1e400 is too large"),
    (b'{"args": [' + b"9" * 5000 + b"]}", "the number 99999999999999999... has too many digits"),
    (b'{"args": [NaN]}', "NaN is no number that JSON knows"),
]


@pytest.mark.parametrize(("line", "cause"), CAUSES, ids=range(len(CAUSES)))
def test_a_line_that_cannot_be_read_says_why_and_where(devbox: Devbox, line: bytes, cause: str) -> None:
    (devbox.project / "jobs").write_bytes(b'{"queue": "q", "class": "X"}\n' + line + b"\n")
    error = devbox("queue", "enqueue", "--from", "jobs", "--dry-run", "--json").json["error"]
    assert (error["code"], error["message"], error["cause"]) == (
        "queue.args_invalid", "jobs, line 2 cannot be read", cause)  # fmt: skip


MESSAGES = [
    ("5", "is no JSON object"),
    ('{"class": "X"}', "names no queue"),
    ('{"queue": "q", "class": 5}', "a job needs the name of a class"),
    ('{"queue": "q", "class": "X", "args": 5}', "the arguments are a list, not 5"),
    ('{"queue": "q", "class": "X", "vars": 5}', "the arguments by name (vars) are an object, not 5"),
]


@pytest.mark.parametrize(("line", "message"), MESSAGES)
def test_a_line_that_is_no_job_says_what_it_lacks(devbox: Devbox, line: str, message: str) -> None:
    ran = devbox("queue", "enqueue", "--from", "-", "--dry-run", "--json", stdin=io.StringIO(line))
    assert ran.json["error"]["message"] == f"stdin, line 1: {message}"


@pytest.mark.parametrize(
    ("args", "cause"),
    [("[1e400]", "the number 1e400 is too large"), ("[Infinity]", "Infinity is no number that JSON knows")],
)
def test_arguments_that_are_no_numbers_are_told_so(devbox: Devbox, args: str, cause: str) -> None:
    error = devbox("queue", "enqueue", "q", "X", args, "--dry-run", "--json").json["error"]
    assert (error["message"], error["cause"]) == (f"the arguments cannot be read: {args!r}", cause)


@pytest.mark.parametrize("value", [{"a": [1.5, -0.0, None, "ä"]}, [], 10**30, "\ud800"])
def test_what_is_json_is_read(value: Any) -> None:
    import json

    written = json.dumps(value)
    assert jsontext.read(written) == jsontext.read(b"\xef\xbb\xbf" + written.encode()) == value


def test_a_dry_run_says_how_many_would_go_where(devbox: Devbox) -> None:
    said = devbox("queue", "enqueue", "default", "Echo", "--times", "3", "--dry-run").out
    assert said == "This would be done:\n  put 3 jobs into the queue default\n"
    assert devbox("queue", "enqueue", "default", "Echo", "--dry-run", "--json").json["data"] == {
        "changes": [{"action": "enqueue", "target": "queue default", "reason": "1 job"}]
    }
