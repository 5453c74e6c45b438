"""Fixtures of the queue's tests: a Redis for all of a process' tests, each in a namespace of its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devbox.queue.client import Client
from tests.lab.debian import install_missing
from tests.queue.redis_server import RedisServer
from tests.queue.running import Yard


@pytest.fixture(scope="session")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    install_missing()
    server = RedisServer(tmp_path_factory.mktemp("redis")).start()
    yield server
    server.stop()


@pytest.fixture
def server(_server: RedisServer) -> RedisServer:
    """The Redis that tests share: none may stop it, fill it, or look outside its namespace."""
    return _server


@pytest.fixture
def namespace() -> str:
    return f"t{secrets.token_hex(5)}"


@pytest.fixture
def client(server: RedisServer, namespace: str) -> Iterator[Client]:
    with server.client(namespace=namespace) as made:
        yield made


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Callable[..., RedisServer]]:
    """Makes a Redis of the test's own, to be hurt."""
    install_missing()
    made: list[RedisServer] = []

    def make(*options: str) -> RedisServer:
        folder = tmp_path / f"redis{len(made)}"
        folder.mkdir()
        made.append(RedisServer(folder, options).start())
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def yard(client: Client, server: RedisServer, tmp_path: Path) -> Iterator[Yard]:
    """Pools on the shared Redis, in a namespace of their own; none outlives the test."""
    made = Yard(client, server.url, tmp_path)
    yield made
    made.sweep()
