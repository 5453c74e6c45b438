"""Scripted engines for the unit tests, on both transports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from devbox.engine.api import Endpoint
from devbox.engine.sdk import DockerEngine, connect
from tests.replay import ReplayServer, Route

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


def engine_of(server: ReplayServer) -> DockerEngine:
    """A connection to it."""
    return connect(at(server))
