"""Fixtures over the lab's stand-ins: containers that are gone when their test is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.box import Box
from tests.lab.lab import Lab
from tests.lab.tags import BEFORE_HEALTH

Boxes = Callable[..., Box]


@pytest.fixture(scope="session")
def lab_war(lab: Lab) -> Path:
    """A WAR of another version than the LTS images have."""
    return lab.war(BEFORE_HEALTH)


@pytest.fixture
def box(lab: Lab) -> Iterator[Boxes]:
    """Make containers of stand-ins: `box("lts", scripts={...}, env={...})`."""
    yield from _boxes(lab)


@pytest.fixture(scope="module")
def lasting_box(lab: Lab) -> Iterator[Boxes]:
    """The same for a whole module: for tests that only look."""
    yield from _boxes(lab)


def _boxes(lab: Lab) -> Iterator[Boxes]:
    made: list[Box] = []

    def make(tag: str, **options: object) -> Box:
        made.append(Box.create(lab.engine, f"jenkins/jenkins:{tag}", **options))  # type: ignore[arg-type]
        return made[-1]

    try:
        yield make
    finally:
        for one in made:
            one.remove()
