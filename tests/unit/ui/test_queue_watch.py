"""What a watched queue shows: rates out of two looks, lines that fit, names that cannot harm the terminal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devbox.ui.queue import History, Snapshot, line, picture, sparkline
from devbox.ui.style import Style, width

PLAIN = Style(False)


def stats(queues: dict[str, int], processed: int = 0, failed: int = 0) -> dict[str, Any]:
    return {
        "queues": queues, "pending": sum(queues.values()), "processed": processed, "failed": failed,
        "workers": 1, "working": 1, "in_flight": 1,
    }  # fmt: skip


def worker(name: str = "host:7:*", cls: str = "Mail") -> dict[str, Any]:
    job = {"queue": "mail", "run_at": "2026-01-01T00:00:00Z", "payload": {"class": cls, "args": [1]}}
    return {"id": name, "state": "working", "job": job}


@pytest.fixture
def history() -> History:
    return History("redis://127.0.0.1:6379/0", 1.0, "devbox queue failed")


def test_rates_are_changes_a_second(history: History) -> None:
    first = history.take(Snapshot(1000.0, stats({"a": 10}, 5, 1)))
    assert first["rates"] == {"processed": 0.0, "failed": 0.0, "queues": {"a": 0.0}}
    second = history.take(Snapshot(1002.0, stats({"a": 4, "b": 2}, 15, 2)))
    assert second["rates"] == {"processed": 5.0, "failed": 0.5, "queues": {"a": -3.0, "b": 0.0}}
    assert second["time"] == "1970-01-01T00:16:42.000Z"
    assert line(second).startswith("1970-01-01T00:16:42.000Z  pending 6  in flight 1  processed 15 (+5.0/s)")


def test_what_a_worker_runs_is_told(history: History) -> None:
    frame = history.take(Snapshot(1767225605.0, stats({}), [worker()]))
    assert frame["running"] == [
        {"worker": "host:7:*", "state": "working", "queue": "mail", "class": "Mail", "args": [1],
         "since": "2026-01-01T00:00:00Z"},
    ]  # fmt: skip
    assert "Mail (mail) 5.0 s" in "\n".join(picture(history, PLAIN, 80, 24))


def test_a_redis_that_is_gone_is_said_and_the_last_numbers_stay(history: History) -> None:
    history.take(Snapshot(1.0, stats({"a": 3})))
    frame = history.take(Snapshot(2.0, error={"code": "redis.unreachable", "message": "no Redis answers"}))
    assert frame["error"]["code"] == "redis.unreachable"
    shown = "\n".join(picture(history, PLAIN, 80, 24))
    assert "no Redis answers; looking again" in shown and "pending 3" in shown
    assert "error" not in history.take(Snapshot(3.0, stats({"a": 3})))


def test_before_there_was_any_look_only_the_trouble_is_shown(history: History) -> None:
    history.take(Snapshot(2.0, error={"code": "redis.unreachable", "message": "no Redis answers"}))
    assert len(picture(history, PLAIN, 80, 24)) == 2


@pytest.mark.parametrize(
    ("values", "bars"), [([0, 0], "  "), ([1, 8], "▁█"), ([1, 1000], "▁█"), ([4, 8, 0], "▄█ "), ([], "")]
)
def test_bars(values: list[int], bars: str) -> None:
    assert sparkline(values) == bars


def test_bars_without_unicode() -> None:
    assert sparkline([0, 5, 10], unicode=False).isascii()


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.text(min_size=1, max_size=40), st.integers(0, 10**9), max_size=30),
    st.lists(st.text(min_size=1, max_size=60), max_size=30),
    st.integers(8, 50),
)
def test_it_fits_a_terminal_and_cannot_move_its_cursor(queues: dict[str, int], names: list[str], rows: int) -> None:
    history = History("redis://127.0.0.1:6379/0", 1.0, "devbox queue failed")
    history.take(Snapshot(1.0, stats(queues), [worker(name, name) for name in names]))
    lines = picture(history, PLAIN, 80, rows)
    assert len(lines) <= max(rows, 16)
    assert not [c for one in lines for c in one if ord(c) < 32 or ord(c) == 127]
    assert all(width(one) <= 100 for one in lines)


def test_now_is_the_same_column_for_a_queue_that_comes_later_or_goes_away(history: History) -> None:
    for second, queues in enumerate([{"a": 1}, {"a": 2}, {"a": 2, "late": 3}, {"late": 3}, {"a": 1, "late": 1}]):
        history.take(Snapshot(float(second), stats(queues)))
    assert {name: list(sizes) for name, sizes in history.sizes.items()} == {
        "a": [1, 2, 2, 0, 1],
        "late": [0, 0, 3, 3, 1],
    }
    for second in range(5, 70):
        history.take(Snapshot(float(second), stats({"late": 3})))
    assert list(history.sizes) == ["late"], "one that has gone for good is forgotten"


@pytest.mark.parametrize("columns", [60, 80])
def test_the_numbers_are_all_there_on_a_narrow_terminal(history: History, columns: int) -> None:
    history.hint = "devbox queue failed --redis URL"
    history.take(Snapshot(1.0, stats({"a": 1500}, 123_456, 789)))
    lines = picture(history, PLAIN, columns, 24)
    assert max(map(width, lines)) <= columns
    numbers = " ".join(lines[1:3]).split()
    assert [word for word in numbers if word[0].isdigit()] == ["1,500", "1", "123,456", "789"]
    assert (lines[2] == "") is (columns == 80)
    assert lines[-1].endswith("what went wrong; Ctrl-C ends this" if columns == 80 else "URL  Ctrl-C ends this")


def test_where_there_is_no_room_the_empty_queues_are_left_out_first(history: History) -> None:
    history.take(Snapshot(1.0, stats({**{f"empty{n:02}": 0 for n in range(30)}, "full": 7})))
    shown = picture(history, PLAIN, 80, 20)
    assert next(line for line in shown if "QUEUE" not in line and line.startswith("  full"))
    hidden = next(line for line in shown if line.endswith(" more queues"))
    assert int(hidden.split()[1]) == 31 - sum(line.startswith(("  full", "  empty")) for line in shown)
    wide = picture(history, PLAIN, 80, 60)
    assert [line.split()[0] for line in wide if line.startswith(("  full", "  empty"))][-1] == "full", "in their order"
