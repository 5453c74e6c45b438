"""Colours, figures, tables and errors as text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.errors import Cure, DevboxError
from devbox.ui import colour, errors, words
from devbox.ui.logs import Painter
from devbox.ui.plain import warning
from devbox.ui.style import Style, clean, width
from devbox.ui.table import below, pairs, table, wrap

PLAIN = Style()
COLOUR = Style(colour=True)


@pytest.mark.parametrize(
    ("flag", "env", "terminal", "wanted"),
    [
        (False, {}, True, True),
        (False, {}, False, False),
        (True, {"FORCE_COLOR": "1"}, True, False),
        (False, {"NO_COLOR": "1"}, True, False),
        (False, {"NO_COLOR": ""}, True, True),
        (False, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        (False, {"FORCE_COLOR": "1"}, False, True),
        (False, {"FORCE_COLOR": "0"}, True, False),
        (False, {"TERM": "dumb"}, True, False),
    ],
)
def test_who_decides_about_colours(flag: bool, env: dict[str, str], terminal: bool, wanted: bool) -> None:
    assert colour.wanted(flag, env, terminal) is wanted


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.123, "0.12 s"), (1, "1.0 s"), (59.94, "59.9 s"), (60, "1 min 0 s"), (125, "2 min 5 s"), (7260, "2 h 1 min")],
)
def test_seconds(value: float, text: str) -> None:
    assert words.seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 B"), (999, "999 B"), (3400, "3.4 kB"), (210_000_000, "210 MB"), (1.2e9, "1.2 GB"), (999_600, "1.0 MB")],
)
def test_sizes(value: float, text: str) -> None:
    assert words.size(value) == text


@pytest.mark.parametrize(
    ("created", "text"),
    [
        ("2026-01-01T00:00:00Z", "1d"),
        ("2026-01-01T23:00:00Z", "1h"),
        ("2026-01-01T23:58:00.123456789Z", "1m"),
        ("2026-01-01T23:59:48Z", "12s"),
        ("2026-01-03T00:00:00Z", "0s"),
        ("", ""),
        ("yesterday", ""),
    ],
)
def test_ages(created: str, text: str) -> None:
    assert words.age(created, datetime(2026, 1, 2, tzinfo=UTC)) == text


@given(st.text())
def test_a_cleaned_text_cannot_drive_a_terminal(text: str) -> None:
    assert not any((ord(char) < 32 and char not in "\t\n") or 127 <= ord(char) < 160 for char in clean(text))


def test_painted_text_has_the_width_of_the_plain_one() -> None:
    assert width(COLOUR.paint("abc", "bold", "red")) == 3
    assert PLAIN.paint("abc", "bold") == "abc"
    assert COLOUR.paint("", "bold") == ""


cells = st.text("abc", min_size=1, max_size=40)


@given(rows=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=5), columns=st.integers(40, 120))
def test_a_table_cuts_nothing_off_and_fits_where_it_can(rows: list[tuple[str, str, str]], columns: int) -> None:
    lines = table(("ONE", "TWO", "THREE"), rows, PLAIN, columns)
    for row in rows:
        assert all(any(cell in line for line in lines) for cell in row)
    if all(sum(map(len, row)) + 4 <= columns and max(map(len, row)) * 3 + 4 <= columns for row in rows):
        assert max(map(len, lines)) <= columns


def test_a_tables_last_column_goes_below_when_it_does_not_fit() -> None:
    lines = table(("NAME", "URL"), [("jenkins", "http://127.0.0.1:8080")], PLAIN, 20)
    assert lines == ["NAME", "jenkins", "    http://127.0.0.1:8080"]


def test_painted_cells_line_up() -> None:
    lines = table(("A", "B"), [(COLOUR.bold("x"), "y"), ("long", "z")], COLOUR, 80)
    assert lines[1].index("y") - len(COLOUR.bold("x")) + 1 == lines[2].index("z")


@given(text=st.text("ab ", max_size=200), columns=st.integers(30, 100))
def test_wrapping_loses_no_word(text: str, columns: int) -> None:
    assert " ".join(wrap(text, columns)).split() == text.split()


def test_a_long_value_goes_on_below_itself() -> None:
    lines = pairs([("changed", "one two three four five six seven eight nine ten")], PLAIN, 40)
    assert lines == ["  changed  one two three four five six", "             seven eight nine ten"]


def test_an_errors_parts_come_in_order_with_the_cure_last() -> None:
    cures = (Cure("do this.", "cmd"), Cure("or that."))
    error = DevboxError("a.b", "it failed\nin two ways", cause="said\nso", tail=("log\x1b[2J",), cures=cures)
    assert errors.text(error, PLAIN).splitlines() == [
        "error[a.b]: it failed",
        "  in two ways",
        "  said",
        "  so",
        "  | log?[2J",
        "  -> do this:  cmd",
        "  -> or that.",
    ]


def test_a_command_too_long_for_the_line_has_one_of_its_own() -> None:
    error = DevboxError("a.b", "it failed", cures=(Cure("x" * 60, "devbox doctor --fix"),))
    assert errors.text(error, PLAIN).splitlines()[1:] == [f"  -> {'x' * 60}:", "     devbox doctor --fix"]


def test_on_a_terminal_an_error_breaks_between_words() -> None:
    error = DevboxError(
        "home.newer",
        "the home was written by Jenkins 2.560, which is newer than 2.555.1\nand so on",
        cause="daemon says: " + "x" * 70,
        cures=(Cure("take another home, with a name of its own", "devbox up jenkins:2.555.1 -n old"), Cure("y " * 30)),
    )
    lines = errors.text(error, Style(columns=60)).splitlines()
    assert lines == [
        "error[home.newer]: the home was written by Jenkins 2.560,",
        "  which is newer than 2.555.1",
        "  and so on",
        "  daemon says:",
        f"  {'x' * 70}",
        "  -> take another home, with a name of its own:",
        "     devbox up jenkins:2.555.1 -n old",
        "  -> " + ("y " * 28).rstrip(),
        "     y y",
    ]
    assert len(errors.text(error, PLAIN).splitlines()) == 6, "off a terminal a sentence is a line"


@given(text=st.text("ab ", max_size=200), columns=st.integers(30, 100), head=st.integers(0, 28))
def test_what_goes_on_below_a_head_fits_and_loses_no_word(text: str, columns: int, head: int) -> None:
    first, *more = below(head, text, columns)
    assert " ".join([first, *more]).split() == text.split()
    longest = max(map(len, text.split()), default=0)
    assert head + len(first) <= max(columns, head + longest)
    assert all(len(line) + 2 <= max(columns, longest + 2) for line in more)


def test_a_warning_breaks_between_words_too() -> None:
    assert warning("a.b", "one two three four five six", Style(columns=30)) == (
        "warning[a.b]: one two three\n  four five six"
    )
    assert warning("a.b", "one two three four five six", PLAIN) == "warning[a.b]: one two three four five six"


def test_an_error_in_colour_says_the_same() -> None:
    error = DevboxError("a.b", "it failed", cures=(Cure("do this", "cmd"),))
    painted = errors.text(error, COLOUR)
    assert "\x1b[1;31merror[a.b]:" in painted
    assert all(
        width(p) == len(q) for p, q in zip(painted.split("\n"), errors.text(error, PLAIN).split("\n"), strict=True)
    )


def test_services_keep_their_colours() -> None:
    painter = Painter(COLOUR, named=True)
    first, second = painter.line("a", "x", True), painter.line("b", "x", True)
    assert first != second.replace("b |", "a |")
    assert painter.line("a", "x", True) == first
