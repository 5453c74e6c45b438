"""The command line under test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.harness import Devbox


@pytest.fixture
def devbox(tmp_path: Path) -> Devbox:
    """`devbox(...)` runs a command line on fakes."""
    return Devbox(tmp_path)
