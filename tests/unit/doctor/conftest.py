"""Patience for a slow machine: what answers here answers at once, and what hangs says so in its test."""

from __future__ import annotations

import pytest

from devbox.doctor.sources import engine, gathering, things


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time enough for a replayed engine on a loaded machine."""
    monkeypatch.setattr(engine, "SECONDS", 30.0)
    monkeypatch.setattr(engine, "_OTHER_SECONDS", 30.0)
    monkeypatch.setattr(things, "SECONDS", 30.0)
    monkeypatch.setattr(gathering, "SECONDS", 60.0)
