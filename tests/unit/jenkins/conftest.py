"""The stage of the waits."""

from collections.abc import Iterator

import pytest

from tests.unit.jenkins.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()
