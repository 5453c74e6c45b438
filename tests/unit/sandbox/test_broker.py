"""The few questions that `up` asks a Redis, over a socket: what is no answer is None, whatever it is."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from devbox.queue.keys import Keys
from devbox.sandbox import broker
from devbox.sandbox.broker import Redis

Serve = Callable[[bytes], Redis]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A Redis that gives one answer to whatever it is asked."""
    listener = socket.create_server(("127.0.0.1", 0))
    answers: list[bytes] = []

    def run() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(4096)
                connection.sendall(answers[-1])

    threading.Thread(target=run, daemon=True).start()

    def made(answer: bytes) -> Redis:
        answers.append(answer)
        return Redis(f"redis://127.0.0.1:{listener.getsockname()[1]}")

    yield made
    listener.close()


def test_the_keys_are_those_of_the_queue() -> None:
    keys = Keys()
    assert (keys.workers, keys.lives, keys.pool("default")) == (broker.WORKERS, broker.LIVES, broker.POOL)


def test_a_redis_that_answers(serve: Serve) -> None:
    assert serve(b"+PONG\r\n").ping()
    assert serve(b"*2\r\n$3\r\na:1\r\n$1\r\nb\r\n").workers() == {"a:1", "b"}
    assert serve(b"*1\r\n$14\r\n1700 900 h:1:*\r\n").lives() == {"h:1:*": 1700}
    assert serve(b"$1\r\n4\r\n").wanted() == 4
    assert serve(b":0\r\n").scale(3)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"-LOADING wait\r\n",
        b"$-1\r\n",
        b"*-1\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"$x\r\n",
        b"*2\r\n$1\r\na",
    ],
)
def test_what_is_no_answer(serve: Serve, answer: bytes) -> None:
    redis = serve(answer)
    assert not redis.ping()
    assert not redis.workers()
    assert not redis.lives()
    assert redis.wanted() is None
    assert not redis.scale(3)


def test_nobody_there() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        redis = Redis(f"redis://127.0.0.1:{probe.getsockname()[1]}")
        assert (redis.ping(), redis.workers()) == (False, None)
