"""Who stops the lab: the last of those who use it, and only where a test session started it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.lab import session
from tests.lab.places import Places


class Stub:
    """A lab that only notes whether it is up."""

    def __init__(self, folder: Path, *, up: bool) -> None:
        self.places = Places(folder / "cache", folder / "run")
        self.up = up
        self.by_tests = folder / "run" / "started-by-tests"
        self.registry = self.engine = self
        self.pid = None

    def answers(self) -> bool:
        return self.up

    def down(self) -> None:
        self.up = False

    @contextmanager
    def alone(self) -> Iterator[None]:
        yield


def labs(monkeypatch: pytest.MonkeyPatch, folder: Path, *, up: bool) -> Stub:
    stub: Any = Stub(folder, up=up)
    monkeypatch.setattr(session.Lab, "find", lambda: stub)
    return stub


def test_the_last_one_stops_what_tests_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lab = labs(monkeypatch, tmp_path, up=False)
    with session._users():
        lab.up = True
        with session._users():
            pass
        assert lab.up, "somebody uses it yet"
    assert not lab.up


def test_what_a_person_started_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lab = labs(monkeypatch, tmp_path, up=True)
    with session._users(), session._users():
        pass
    assert lab.up


def test_a_person_who_asks_for_it_meanwhile_keeps_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lab = labs(monkeypatch, tmp_path, up=False)
    with session._users():
        lab.up = True
        lab.by_tests.unlink()  # as `python -m tests.lab up` does
    assert lab.up
