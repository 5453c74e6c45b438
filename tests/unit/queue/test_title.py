"""The process' title where the command line cannot be written over."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from devbox import __version__
from devbox.queue import title


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(title, "_room", lambda: None)
    monkeypatch.setattr(title, "_package", title._package.__wrapped__)


def test_a_package_sets_it_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setitem(sys.modules, "setproctitle", SimpleNamespace(setproctitle=said.append))
    title.set_title("Waiting for q")
    assert said == [f"resque-{__version__}: Waiting for q"]


def test_without_one_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "setproctitle", None)
    title.set_title("Waiting for q")
