"""The second try that CI gives to the few tests that failed."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import again


@pytest.mark.parametrize(
    ("first", "second", "status", "code", "says"),
    [
        (["a", "b"], [], 0, 0, "flaky: a passed only the second time"),
        (["a", "b"], ["b"], 1, 1, "failed twice: b"),
        (["a"], [], 3, 1, "1 tests failed"),
        ([], [], 0, 1, "0 tests failed"),
        ([f"t{n}" for n in range(11)], [], 0, 1, "11 tests failed"),
    ],
)
def test_it_ends_well_only_when_few_failed_and_all_of_them_pass_now(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    first: list[str],
    second: list[str],
    status: int,
    code: int,
    says: str,
) -> None:
    memory = tmp_path / "lastfailed"
    memory.write_text(json.dumps(dict.fromkeys(first, True)))

    def run(words: tuple[str, ...]) -> SimpleNamespace:
        assert "--last-failed" in words
        memory.write_text(json.dumps(dict.fromkeys(second, True)))
        return SimpleNamespace(returncode=status)

    monkeypatch.setattr(again, "REMEMBERED", memory)
    monkeypatch.setattr(again.subprocess, "run", run)
    assert again.main() == code
    assert says in capfd.readouterr().out


def test_nothing_remembered_means_that_no_test_was_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "REMEMBERED", tmp_path / "none")
    assert again.main() == 1
