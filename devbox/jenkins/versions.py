"""Plugins' versions in Jenkins' order: numbers as numbers, "1.0-beta-1" and "1.0-SNAPSHOT" before "1.0"."""

from __future__ import annotations

import re
from itertools import zip_longest

BEFORE = ("alpha", "beta", "milestone", "rc", "snapshot")
"""Words that come before the version they stand behind, in their order; "" is the version itself."""

ALIASES = {"a": "alpha", "b": "beta", "m": "milestone", "cr": "rc", "ga": "", "final": ""}

Item = tuple[int, int, str]
"""How a part compares: words before the release, nothing, other words, numbers."""

NOTHING: Item = (1, 0, "")


def compare(one: str, other: str) -> int:
    """-1, 0 or 1: whether `one` is older, the same or newer."""
    for ours, theirs in zip_longest(_items(one), _items(other), fillvalue=NOTHING):
        if ours != theirs:
            return -1 if ours < theirs else 1
    return 0


def older(one: str, other: str) -> bool:
    """Whether `one` is older than `other`."""
    return compare(one, other) < 0


def is_snapshot(version: str) -> bool:
    """A build between releases: Jenkins does not refuse it for being too old, nor others for needing it."""
    return "-SNAPSHOT" in version or re.fullmatch(r".+-[0-9]{8}\.[0-9]{6}-[0-9]+", version) is not None


def _items(version: str) -> list[Item]:
    plain = re.split(r"\s", version.strip(), maxsplit=1)[0].lower()  # " (private-abcdef-me)" does not count
    return [_item(part) for part in re.findall(r"[0-9]+|[a-z]+", plain)]


def _item(part: str) -> Item:
    if part.isdecimal():
        number = int(part[:18])
        return (3, number, "") if number else NOTHING
    word = ALIASES.get(part, part)
    if word in BEFORE:
        return (0, BEFORE.index(word), "")
    return (2, 0, word) if word else NOTHING
