"""Runs the contract suite over the fake engine and, where there is one, a real engine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from devbox.engine.endpoint import resolve
from devbox.engine.sdk import DockerEngine, connect
from tests.contract.bench import Bench, fake_bench, install_image, remove_image


@pytest.fixture(scope="session")
def real_engine(request: pytest.FixtureRequest) -> Iterator[tuple[DockerEngine, str]]:
    """A real engine with the suite's image: the one that `DEVBOX_TEST_ENGINE` names, else the session's.

    The image gets a name in the lab's engine alone; in a developer's own engine nothing is tagged, and nothing stays.
    """
    named = os.environ.get("DEVBOX_TEST_ENGINE")
    host = named or request.getfixturevalue("engine_host")
    engine = connect(resolve(host=host, context=None, env=os.environ, home=Path.home()))
    tagged = bool(named) or request.config.getoption("--engine") == "lab"
    image = install_image(engine, tagged=tagged)
    yield engine, image
    if not tagged:
        remove_image(engine, image)
    engine.close()


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.engine)])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """An engine to work on; what the test makes is removed."""
    made = fake_bench() if request.param == "fake" else Bench(*request.getfixturevalue("real_engine"))
    yield made
    made.clean()
