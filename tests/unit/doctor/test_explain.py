"""What other tools print, as a person pastes it into `devbox doctor --explain`: its meaning, and no noise."""

from __future__ import annotations

from pathlib import Path

import pytest

from devbox.doctor.report import explained

PASTED = [
    line.split("\t")
    for line in (Path(__file__).parent / "pasted.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("ids", "text"), PASTED)
def test_a_pasted_error_has_its_meaning(ids: str, text: str) -> None:
    found = explained(text)
    assert [match["id"] for match in found] == ids.split(",")
    for match in found:
        assert match["title"] and match["cause"] and match["cures"]


@pytest.mark.parametrize("text", ["", "the dog ate it", "exit status 1"])
def test_what_nobody_knows(text: str) -> None:
    assert explained(text) == []


def test_what_only_a_pull_could_mean_counts_where_nothing_else_does() -> None:
    assert [match["id"] for match in explained("failed to register layer: unexpected EOF")] == ["registry.broken"]


def test_every_fault_has_a_note() -> None:
    from devbox.engine.fault_notes import NOTES
    from devbox.engine.fault_table import FAULTS

    assert {fault.id for fault in FAULTS} == set(NOTES)
    assert all(link.startswith("https://github.com/") for note in NOTES.values() for link in note.links)
