"""Redis' protocol (RESP 2) on a connected socket: a command, its answer, and nothing in between.

redis-py connects (addresses, TLS, passwords) and has the errors; its own way of asking is not used between two jobs,
where each page of memory that it touches is copied at each fork, nor by a short command: it takes long to import.
"""

from __future__ import annotations

import socket
from typing import TypeAlias

Answer: TypeAlias = "bytes | int | list[Answer] | Refused | None"
"""Redis' strings are bytes, its nil is None."""
CHUNK, MOST = 4096, 1 << 20
"""Bytes to ask a socket for: at least, at most."""


class Refused(Exception):
    """An answer that is an error, in Redis' own words (`WRONGTYPE Operation against ...`)."""


class Channel:
    """Both directions of one connection. What is wrong with the way is an `OSError`, an answer of no Redis', too."""

    def __init__(self, way: socket.socket) -> None:
        self._way = way
        self._came = b""
        self._at = 0

    def ask(self, *words: bytes | str | int) -> Answer:
        """Send a command and give its answer; raises `Refused` when it is an error."""
        parts = [b"*%d\r\n" % len(words)]
        for word in words:
            data = word if isinstance(word, bytes) else str(word).encode("utf-8", "surrogateescape")
            parts.append(b"$%d\r\n%b\r\n" % (len(data), data))
        self._way.sendall(b"".join(parts))
        answer = self._read()
        if isinstance(answer, Refused):
            raise answer
        return answer

    def _read(self) -> Answer:
        line = self._line()
        kind, said = line[:1], line[1:]
        try:
            if kind == b"$":
                return None if said == b"-1" else self._exactly(int(said))
            if kind == b"*":
                return None if said == b"-1" else [self._read() for _ in range(int(said))]
            if kind == b":":
                return int(said)
        except ValueError:
            kind = b""
        if kind == b"+":
            return said
        if kind == b"-":
            return Refused(said.decode("utf-8", "replace"))
        raise ConnectionError(f"Protocol Error: {line[:40]!r}")

    def _line(self) -> bytes:
        while (end := self._came.find(b"\r\n", self._at)) < 0:
            self._came, self._at = self._came[self._at :] + self._receive(CHUNK), 0
        line, self._at = self._came[self._at : end], end + 2
        return line

    def _exactly(self, size: int) -> bytes:
        missing = self._at + size + 2 - len(self._came)
        if missing > 0:
            parts, self._at = [self._came[self._at :]], 0
            while missing > 0:
                parts.append(self._receive(min(max(missing, CHUNK), MOST)))
                missing -= len(parts[-1])
            self._came = b"".join(parts)
        start, self._at = self._at, self._at + size + 2
        return self._came[start : start + size]

    def _receive(self, size: int) -> bytes:
        came = self._way.recv(size)
        if not came:
            raise ConnectionError("Connection closed by server.")
        return came
