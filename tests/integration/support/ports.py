"""Ports of this machine for tests: free ones, and ones that somebody holds."""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

LOW, HIGH = 21000, 31000
"""Below the range that outgoing connections take their ports from."""

_next = LOW + os.getpid() * 37 % (HIGH - LOW)
_reserved: deque[socket.socket] = deque(maxlen=200)


def free_port() -> int:
    """A port that nobody listens on, another one each time, and no other test process has it either.

    The UDP port of the same number is the reservation: bound as long as this process lives (or until 200 later ones).
    """
    global _next
    while True:
        _next = _next + 1 if _next + 1 < HIGH else LOW
        if (reservation := _reserve(_next)) is not None:
            _reserved.append(reservation)
            return _next


def _reserve(port: int) -> socket.socket | None:
    reservation = socket.socket(type=socket.SOCK_DGRAM)
    with socket.socket() as probe:
        try:
            reservation.bind(("127.0.0.1", port))
            probe.bind(("127.0.0.1", port))
        except OSError:
            reservation.close()
            return None
    return reservation


@contextmanager
def listening(port: int = 0, address: str = "127.0.0.1") -> Iterator[int]:
    """A process of this machine, namely this one, listens on a port; gives the port."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen()
        yield int(listener.getsockname()[1])


def say(port: int, words: bytes, seconds: float = 30) -> bytes:
    """Send bytes to a port of this machine, and give all that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(words)
        answer = b""
        while piece := connection.recv(4096):
            answer += piece
        return answer
