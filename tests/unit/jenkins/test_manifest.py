"""Manifests: folded lines, other line ends, and what a build may write into them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devbox.jenkins import manifest

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,30}", fullmatch=True)
VALUES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), max_size=400)


@given(st.dictionaries(NAMES, VALUES, max_size=6))
@settings(max_examples=50, deadline=None)
def test_what_is_written_is_read(attributes: dict[str, str]) -> None:
    assert manifest.parse(manifest.render(attributes)) == attributes


@given(VALUES)
@settings(max_examples=25, deadline=None)
def test_no_line_is_longer_than_java_8_takes(value: str) -> None:
    lines = manifest.render({"Libraries": value * 9}).split(b"\r\n")
    assert max(map(len, lines)) <= 72


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_line_end_and_a_character_cut_in_two(end: str) -> None:
    text = f"Manifest-Version: 1.0{end}Long-Name: caf".encode() + b"\xc3" + f"{end} ".encode() + b"\xa9"
    assert manifest.parse(text + f"{end}{end}Name: other{end}Long-Name: no{end}".encode()) == {
        "Manifest-Version": "1.0",
        "Long-Name": "café",
    }


@pytest.mark.parametrize("data", [b"", b"\n\n", b"no colon at all", b" leads with a blank", bytes(range(256))])
def test_what_is_no_manifest_is_no_error(data: bytes) -> None:
    assert isinstance(manifest.parse(data), dict)
