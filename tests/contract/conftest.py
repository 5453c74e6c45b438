"""Runs the contract suite over the fake engine and, where there is one, a real engine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from devbox.engine.endpoint import resolve
from devbox.engine.sdk import DockerEngine, connect
from tests.contract.bench import Bench, fake_bench, install_tiny, real_host


@pytest.fixture(scope="session")
def real_engine() -> Iterator[DockerEngine]:
    """A real engine with the suite's image."""
    host = real_host()
    if host is None:
        pytest.skip("no real engine (DEVBOX_TEST_ENGINE)")
    engine = connect(resolve(host=host, context=None, env=dict(os.environ), home=Path.home()))
    install_tiny(engine)
    yield engine
    engine.close()


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.engine)])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """An engine to work on; what the test makes is removed."""
    made = fake_bench() if request.param == "fake" else Bench(request.getfixturevalue("real_engine"))
    yield made
    made.clean()
