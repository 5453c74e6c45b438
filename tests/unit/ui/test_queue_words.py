"""`devbox queue failed` in words."""

from __future__ import annotations

from typing import Any

import pytest

from devbox.result import Result
from devbox.ui.results.queue import failed, peek, stats, workers
from devbox.ui.style import Style

TORN: dict[str, Any] = {"index": 1, "payload": "", "exception": "", "error": "this record is not JSON", "queue": ""}
WHOLE: dict[str, Any] = {"index": 0, "payload": {"class": "A"}, "exception": "X", "error": "y", "queue": "q"}


@pytest.mark.parametrize(
    ("failures", "then"),
    [
        ([WHOLE, TORN], "devbox queue failed retry --index 0"),
        ([TORN], "devbox queue failed remove --index 1"),
        ([{**TORN, "index": 2, "queue": "q", "payload": None}], "devbox queue failed remove --index 2"),
    ],
)
def test_what_is_to_be_typed_next_can_be_done(failures: list[dict[str, Any]], then: str) -> None:
    lines = failed(Result({"failures": failures, "total": len(failures)}), Style(False), 120)
    assert lines[-1].endswith(then)
    assert lines[-2].split()[-6:] == ["job)", "this", "record", "is", "not", "JSON"]


@pytest.mark.parametrize(
    "written",
    [
        "2026/11/22 01:03:40 UTC",
        "2026-11-22T02:03:40+01:00",
        "Sun Nov 22 2026 01:03:40 GMT+0000 (Coordinated Universal Time)",
        "2026-11-22T01:03:40.123+0000",
    ],
)
def test_dates_are_shown_alike_whoever_wrote_them(written: str) -> None:
    lines = failed(Result({"failures": [{**WHOLE, "failed_at": written}], "total": 1}), Style(False), 120)
    assert "2026-11-22T01:03:40Z" in lines[1]


def test_what_is_no_date_is_shown_as_it_is() -> None:
    assert (
        "yesterday"
        in failed(Result({"failures": [{**WHOLE, "failed_at": "yesterday"}], "total": 1}), Style(False), 99)[1]
    )


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1 failure put back into its queue."), (6, "6 failures put back into their queues.")]
)
def test_so_many_were_put_back(number: int, words: str) -> None:
    assert failed(Result({"failures": [], "retried": number}), Style(False), 80) == [words]


def test_a_part_says_how_many_more_there_are() -> None:
    assert failed(Result({"failures": [WHOLE], "total": 1200}), Style(False), 80)[-2].startswith(
        "1 of 1,200: 1,199 more; "
    )
    assert failed(Result({"failures": [], "total": 3}), Style(False), 80) == [
        "0 of 3: 3 more; --start and --count show others"
    ]
    assert peek(Result({"jobs": [{"class": "A"}], "total": 2}), Style(False), 80)[-1].startswith("1 of 2: 1 more; ")
    assert peek(Result({"jobs": [], "total": 0}), Style(False), 80) == ["No jobs wait there."]


@pytest.mark.parametrize("columns", [60, 80])
def test_failures_fit_whatever_they_are_called_and_say(columns: int) -> None:
    long = {**WHOLE, "failed_at": "2026-11-22T01:03:40Z", "queue": "q" * 70, "error": "no such file " * 20}
    named = {**long, "index": 10, "payload": {"class": "com.example." * 9}, "retried_at": "2026-11-22"}
    lines = failed(Result({"failures": [long, named], "total": 2}), Style(False), columns)
    assert max(map(len, lines[:-1])) <= columns
    assert lines[1].startswith(" 0  2026-11-22T01:03:40Z  qqq") and "..." in lines[1]
    told = [line for line in lines[1:] if line.startswith("    ")]
    assert " ".join(told).split() == [
        "X:",
        *["no", "such", "file"] * 20,
        *["X:", *["no", "such", "file"] * 20, "(retried)"],
    ]


def test_names_that_fit_are_not_cut() -> None:
    one = {**WHOLE, "failed_at": "2026-11-22T01:03:40Z", "payload": {"class": "com.example.mail.SendWelcomeMail"}}
    lines = failed(Result({"failures": [one], "total": 1}), Style(False), 80)
    assert lines[1].endswith("  q      com.example.mail.SendWelcomeMail  X: y")


def test_numbers_stand_at_the_right() -> None:
    numbers = dict.fromkeys(("pending", "in_flight", "processed", "failed", "workers", "working"), 0)
    found = stats(Result({"queues": {"a": 5, "b": 1200}, **numbers}), Style(False), 80)
    assert found[:3] == ["QUEUE   JOBS", "a          5", "b      1,200"]
    pool = [
        {"id": name, "state": "idle", "processed": n, "failed": 0, "job": None} for name, n in (("a", 3), ("b", 1000))
    ]
    assert workers(Result({"workers": pool}), Style(True), 80)[1:] == [
        "a       idle       3       0",
        "b       idle   1,000       0",
    ]
