"""Redis' protocol on a socket, however an answer is cut on its way."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from devbox.queue import resp
from devbox.queue.resp import Channel, Refused


class Way:
    """What a socket would give, in pieces of these sizes; and what it was sent."""

    def __init__(self, data: bytes, sizes: Iterator[int]) -> None:
        self.data = data
        self.sizes = sizes
        self.sent = b""

    def sendall(self, data: bytes) -> None:
        self.sent += data

    def recv(self, size: int) -> bytes:
        size = min(size, next(self.sizes))
        came, self.data = self.data[:size], self.data[size:]
        return came


def channel(data: bytes, seed: int | None = None) -> tuple[Channel, Way]:
    sizes = random.Random(seed)
    way = Way(data, iter(lambda: 1 if seed is None else sizes.choice((1, 2, 3, 10, 5000)), 0))
    pretended: Any = way
    return Channel(pretended), way


ANSWERS: list[tuple[bytes, object]] = [
    (b"+PONG\r\n", b"PONG"),
    (b":-17\r\n", -17),
    (b"$0\r\n\r\n", b""),
    (b"$6\r\na\r\n\xff\x00b\r\n", b"a\r\n\xff\x00b"),
    (b"$-1\r\n", None),
    (b"*-1\r\n", None),
    (b"*0\r\n", []),
    (b"*3\r\n*2\r\n:1\r\n$1\r\nx\r\n$-1\r\n+job\r\n", [[1, b"x"], None, b"job"]),
    (b"$10000\r\n" + b"\r\n" * 5000 + b"\r\n", b"\r\n" * 5000),
]


@pytest.mark.parametrize("seed", [None, *range(20)])
def test_answers_in_any_pieces_one_after_the_other(seed: int | None) -> None:
    redis, _ = channel(b"".join(data for data, _ in ANSWERS), seed)
    assert [redis.ask("PING") for _ in ANSWERS] == [said for _, said in ANSWERS]


def test_more_than_is_taken_at_once() -> None:
    whole = random.Random(1).randbytes(3 * resp.MOST + 5)
    way = Way(b"$%d\r\n%b\r\n:1\r\n" % (len(whole), whole), iter(lambda: resp.MOST, 0))
    pretended: Any = way
    redis = Channel(pretended)
    assert redis.ask("GET", "big") == whole
    assert redis.ask("INCR", "n") == 1


def test_a_command_is_sent_as_redis_wants_it() -> None:
    redis, way = channel(b"+OK\r\n")
    redis.ask("SET", b"\xff\r\n", 12, "ü\udcff")
    assert way.sent == b"*4\r\n$3\r\nSET\r\n$3\r\n\xff\r\n\r\n$2\r\n12\r\n$3\r\n\xc3\xbc\xff\r\n"


def test_an_error_is_raised_and_the_next_answer_is_the_next() -> None:
    redis, _ = channel(b"-WRONGTYPE Operation against\r\n*2\r\n-ERR inside\r\n:1\r\n:2\r\n")
    with pytest.raises(Refused, match=r"^WRONGTYPE Operation against$"):
        redis.ask("LPOP", "x")
    inside = redis.ask("EXEC")
    assert isinstance(inside, list)
    assert isinstance(inside[0], Refused)
    assert (inside[1], redis.ask("INCR")) == (1, 2)


@pytest.mark.parametrize("data", [b"HTTP/1.1 400\r\n", b"$x\r\n", b"*x\r\n", b":x\r\n", b"\r\n", b"%1\r\n"])
def test_what_is_no_redis(data: bytes) -> None:
    with pytest.raises(ConnectionError, match=r"^Protocol Error: "):
        channel(data)[0].ask("PING")


@pytest.mark.parametrize("data", [b"", b"$5\r\nab", b"*2\r\n:1\r\n", b"+PON", b"$2\r\nab\r"])
def test_an_answer_that_ends_early(data: bytes) -> None:
    with pytest.raises(ConnectionError, match="closed"):
        channel(data)[0].ask("PING")


def test_a_server_that_does_not_answer() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0.01)
        with pytest.raises(TimeoutError):
            Channel(ours).ask("PING")
        assert theirs.recv(100) == b"*1\r\n$4\r\nPING\r\n"
