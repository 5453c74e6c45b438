"""A debugger of the test's own, as an IDE has one: JDWP over a port of this machine."""

from __future__ import annotations

import socket


class Wire:
    """A TCP connection as `jdwp` wants its stream."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self, count: int) -> bytes:
        data = b""
        while len(data) < count and (piece := self._socket.recv(count - len(data))):
            data += piece
        return data

    def close(self) -> None:
        self._socket.close()
