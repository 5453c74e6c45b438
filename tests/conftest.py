"""Which engine the tests run against: the lab's own (`--engine=lab`), the developer's (`mine`), or none (`none`)."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from tests.lab import Lab
from tests.lab.session import lab_for_tests


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine", choices=("lab", "mine", "none"), default="lab", help="the Docker Engine that the tests use"
    )


def pytest_configure() -> None:
    """Started in the background, this process ignores Ctrl-C, and so would every devbox that the tests interrupt."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without the lab, its tests are not chosen: deselected and counted, not skipped in silence."""
    left_out = {"lab": (), "mine": ("lab", "soak"), "none": ("lab", "engine", "soak")}
    marks: tuple[str, ...] = left_out[config.getoption("--engine")]
    kept, dropped = [], []
    for item in items:
        (dropped if any(item.get_closest_marker(mark) for mark in marks) else kept).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """The lab, up; each worker of `pytest -n 2` has an engine of its own in it, so that it may look at all it holds."""
    with lab_for_tests() as found:
        yield found


@pytest.fixture(scope="session")
def engine_host(request: pytest.FixtureRequest) -> str | None:
    """`DOCKER_HOST` of the engine under test; None: what the docker CLI's rules choose."""
    if request.config.getoption("--engine") == "mine":
        return os.environ.get("DOCKER_HOST")
    return str(request.getfixturevalue("lab").docker_host)
