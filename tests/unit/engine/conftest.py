"""Scripted engines for the unit tests, on both transports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from devbox.engine.api import Endpoint
from devbox.engine.sdk import DockerEngine, connect
from devbox.engine.watch import Patience
from tests.replay import ReplayServer, Route

# A busy machine makes single examples slow; that says nothing about the code.
settings.register_profile("engine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("engine")

Serve = Callable[[Mapping[str, Route]], ReplayServer]


@pytest.fixture(params=["unix", "tcp"])
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serve]:
    """Starts a scripted engine: on a unix socket (straight HTTP), and on TCP (through the SDK)."""
    with ExitStack() as stack:

        def start(routes: Mapping[str, Route]) -> ReplayServer:
            unix = tmp_path / "engine.sock" if request.param == "unix" else None
            return stack.enter_context(ReplayServer(routes, unix=unix))

        yield start


def at(server: ReplayServer) -> Endpoint:
    """The endpoint of a scripted engine."""
    return Endpoint(server.url, "--host")


QUICK = Patience(quiet=0.3, ping=1.0, connect=5.0)
"""As long as the tests wait for a silent engine; one test of each kind keeps the real times."""


def engine_of(server: ReplayServer, patience: Patience = QUICK) -> DockerEngine:
    """A connection to it."""
    return connect(at(server), patience=patience)
