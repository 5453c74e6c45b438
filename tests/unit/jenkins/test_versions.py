"""Plugins' versions in Jenkins' order."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devbox.jenkins.versions import compare, is_snapshot, older

ASCENDING = [
    "0.9", "1.0-alpha-1", "1.0-beta-1", "1.0-beta-2", "1.0-rc1", "1.0-SNAPSHOT", "1.0", "1.0.1", "1.2", "1.10",
    "1.10.1", "2.0-SNAPSHOT (private-1f2e3d-me)", "2.0", "2.568", "2.568.2", "1234.v5678abcd", "9999",
]  # fmt: skip
VERSIONS = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}(-(SNAPSHOT|beta-[0-9]|rc[0-9]))?", fullmatch=True)


@pytest.mark.parametrize(("one", "other"), list(pairwise(ASCENDING)))
def test_each_is_older_than_the_next(one: str, other: str) -> None:
    assert older(one, other) and compare(other, one) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("1", "1.0.0"), ("1.0-ga", "1.0"), ("1.0-FINAL", "1.0"), ("1.0b1", "1.0-beta-1")]
)
def test_the_same_in_other_words(one: str, other: str) -> None:
    assert compare(one, other) == 0


@settings(max_examples=40)
@given(VERSIONS, VERSIONS, VERSIONS)
def test_it_is_an_order(a: str, b: str, c: str) -> None:
    assert compare(a, a) == 0 and compare(a, b) == -compare(b, a)
    if compare(a, b) <= 0 and compare(b, c) <= 0:
        assert compare(a, c) <= 0


@settings(max_examples=40)
@given(st.text(max_size=40))
def test_any_text_is_compared(text: str) -> None:
    assert compare(text, text) == 0


def test_snapshots() -> None:
    assert is_snapshot("1.0-SNAPSHOT (private)") and is_snapshot("1.0-20240101.120000-1") and not is_snapshot("1.0")
