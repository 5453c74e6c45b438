"""Names of images."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.engine.refs import is_ref, is_tag, split_ref

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("ref", "split"),
    [
        ("redis", ("redis", "latest")),
        ("redis:8", ("redis", "8")),
        ("a/b:c", ("a/b", "c")),
        ("h:5000/a", ("h:5000/a", "latest")),
        ("H.Example:5000/a:1.0-x_Y", ("H.Example:5000/a", "1.0-x_Y")),
        (f"a@{DIGEST}", ("a", DIGEST)),
        (f"h:5000/a:1@{DIGEST}", ("h:5000/a", DIGEST)),
        ("[::1]:5000/a:1", ("[::1]:5000/a", "1")),
        ("a__b/c.d/e--f", ("a__b/c.d/e--f", "latest")),
        (DIGEST, ("sha256", "0" * 64)),
    ],
)
def test_a_name_comes_apart(ref: str, split: tuple[str, str]) -> None:
    assert is_ref(ref)
    assert split_ref(ref) == split


@pytest.mark.parametrize(
    "ref",
    [
        "",
        " ",
        ":",
        "@",
        "/",
        "a:",
        "a:b:c",
        "a@",
        "a@sha256:abc",
        "A",
        "a b",
        "a/",
        "/a",
        "a//b",
        "a:.x",
        f"a:{'x' * 129}",
        "-a",
        "a-",
        "a_.b",
        "http://a/b",
        "a\n",
        "ä",
        "a:ä",
        "x" * 256,
        "h:99999999/a",
        "--help",
    ],
)
def test_what_is_none(ref: str) -> None:
    assert not is_ref(ref)


@pytest.mark.parametrize(
    ("tag", "good"),
    [
        ("lts", True),
        ("2.555.1", True),
        ("lts-jdk21", True),
        ("", False),
        ("a:b", False),
        ("../x", False),
        ("-x", False),
        ("x\n", False),
        ("x" * 128, True),
    ],
)
def test_tags(tag: str, good: bool) -> None:
    assert is_tag(tag) is good


@given(ref=st.text(max_size=40) | st.from_regex(r"[a-zA-Z0-9:/@._-]{0,60}", fullmatch=True))
def test_any_text_is_a_name_or_none(ref: str) -> None:
    repository, tag = split_ref(ref)
    if is_ref(ref):
        assert repository
        assert tag
        assert is_tag(tag) or ":" in tag
