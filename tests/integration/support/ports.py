"""Ports of this machine for tests: free ones, and ones that somebody holds."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

LOW, HIGH = 21000, 31000
"""Below the range that outgoing connections take their ports from."""

_next = LOW + os.getpid() * 37 % (HIGH - LOW)


def free_port() -> int:
    """A port that nobody listens on, and another one each time."""
    global _next
    while True:
        _next = _next + 1 if _next + 1 < HIGH else LOW
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", _next))
            except OSError:
                continue
            return _next


@contextmanager
def listening(port: int = 0, address: str = "127.0.0.1") -> Iterator[int]:
    """A process of this machine, namely this one, listens on a port; gives the port."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen()
        yield int(listener.getsockname()[1])


def say(port: int, words: bytes, seconds: float = 5) -> bytes:
    """Send bytes to a port of this machine, and give all that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(words)
        answer = b""
        while piece := connection.recv(4096):
            answer += piece
        return answer
