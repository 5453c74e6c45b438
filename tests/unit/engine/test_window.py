"""Version windows and their overlap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.engine.window import ENGINES, Api, Window, choose, daemon_window, engine_for, ours, overlap, parse_api
from devbox.errors import DevboxError

apis = st.builds(Api, st.integers(0, 3), st.integers(0, 99))
windows = st.tuples(apis, apis).map(lambda pair: Window(min(pair), max(pair)))


@pytest.mark.parametrize(
    ("api", "minimum", "window"),
    [
        ("1.41", "1.12", "1.12 to 1.41"),
        ("1.52", "1.44", "1.44 to 1.52"),
        ("1.24", None, "1.12 to 1.24"),
        ("1.10", "", "1.10 to 1.10"),
        ("1.41", "rubbish", "1.12 to 1.41"),
        ("1.24", "1.30", "1.24 to 1.24"),
    ],
)
def test_a_daemon_says_its_window(api: str, minimum: str | None, window: str) -> None:
    assert str(daemon_window(api, minimum)) == window


@pytest.mark.parametrize("text", ["", "1", "1.", ".4", "1.4.1", "v1.4", "1.٤", "-1.4", "1.4\n5", "None", "1.99999"])
def test_what_is_no_version(text: str) -> None:
    assert parse_api(text) is None
    assert daemon_window(text, "1.12") is None


def test_versions_compare_by_number() -> None:
    assert Api(1, 9) < Api(1, 44)
    assert parse_api(" 1.44\n") == Api(1, 44)


@pytest.mark.parametrize(
    ("engine", "low", "high", "chosen"),
    [
        ("20.10.24", Api(1, 12), Api(1, 41), "1.41"),
        ("26.1.5", Api(1, 24), Api(1, 45), "1.45"),
        ("29.0.0", Api(1, 44), Api(1, 52), "1.45"),
        ("29.3.0", Api(1, 40), Api(1, 54), "1.45"),
        ("1.12.6", Api(1, 12), Api(1, 24), "1.24"),
    ],
)
def test_the_highest_common_version_is_spoken(engine: str, low: Api, high: Api, chosen: str) -> None:
    assert str(choose(engine, Window(low, high))) == chosen


@pytest.mark.parametrize(
    ("engine", "low", "high", "side"),
    [("1.3.3", Api(1, 12), Api(1, 15), "engine is too old"), ("40.0", Api(1, 60), Api(1, 70), "client is too old")],
)
def test_no_common_version_names_both_windows_and_the_engine(engine: str, low: Api, high: Api, side: str) -> None:
    with pytest.raises(DevboxError) as caught:
        choose(engine, Window(low, high))
    assert caught.value.code == "engine.api_mismatch"
    for word in (engine, f"{low} to {high}", str(ours()), side):
        assert word in caught.value.message
    assert caught.value.cures


@given(one=windows, other=windows)
def test_the_overlap_is_what_is_in_both(one: Window, other: Window) -> None:
    both = overlap(one, other)
    assert both == overlap(other, one)
    assert overlap(one, one) == one
    if both is None:
        assert one.high < other.low or other.high < one.low
    else:
        assert one.low <= both.low <= both.high <= one.high
        assert other.low <= both.low <= both.high <= other.high


@given(text=st.text(max_size=12), minimum=st.none() | st.text(max_size=12))
def test_any_text_is_a_window_or_none(text: str, minimum: str | None) -> None:
    window = daemon_window(text, minimum)
    assert window is None or window.low <= window.high


def test_the_table_rises() -> None:
    highs = [parse_api(high) for _, high, _ in ENGINES]
    assert all(highs)
    assert highs == sorted(highs, key=lambda api: api or Api(0, 0))
    assert engine_for(Api(1, 41)) == "20.10"
    assert engine_for(Api(1, 44)) == "25.0"
    assert engine_for(Api(9, 0)) is None
