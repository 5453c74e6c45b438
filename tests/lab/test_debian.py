"""The machine's own apt sources name the mirror, in both of apt's formats."""

from __future__ import annotations

import pytest

from tests.lab.debian import first_mirror


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Types: deb\nURIs: http://deb.example/debian/\nSuites: bookworm\n", "http://deb.example/debian"),
        ("deb [signed-by=/k.gpg] https://m.example/debian bookworm main\n", "https://m.example/debian"),
        (
            "# deb http://old.example/debian bookworm main\ndeb http://new.example/debian bookworm main",
            "http://new.example/debian",
        ),
        ("deb http://m.example/debian-security bookworm-security main\n", None),
        ("", None),
    ],
)
def test_the_mirror_is_the_first_that_is_not_for_security(text: str, found: str | None) -> None:
    assert first_mirror(text) == found
