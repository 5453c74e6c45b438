"""A JVM's end of JDWP, played by the test: classes by signature, and what it says to each redefinition."""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import dataclass, field

HANDSHAKE = b"JDWP-Handshake"


@dataclass
class Jvm:
    """A stream for `Debugger`. `loaded`: ids by signature; `refuses`: error codes by class file's content.

    `sizes` is that of reference type ids. `events` are sent in between, as a real JVM does. `silent`: hangs up.
    """

    loaded: dict[str, list[int]] = field(default_factory=dict)
    refuses: dict[bytes, int] = field(default_factory=dict)
    size: int = 8
    events: bool = True
    silent: bool = False
    greeting: bytes = HANDSHAKE
    errors: dict[tuple[int, int], int] = field(default_factory=dict)
    redefined: list[list[tuple[int, bytes]]] = field(default_factory=list)
    asked: list[tuple[int, int]] = field(default_factory=list)
    closed: bool = False
    breaks_at: tuple[int, int] | None = None
    _out: deque[bytes] = field(default_factory=deque)
    _greeted: bool = False

    def send(self, data: bytes) -> None:
        if not self._greeted:
            assert data == HANDSHAKE
            self._greeted = True
            self._out.append(b"" if self.silent else self.greeting)
            return
        length, number, flags, group, command = struct.unpack_from(">IIBBB", data)
        assert (length, flags) == (len(data), 0)
        self.asked.append((group, command))
        if (group, command) == self.breaks_at:
            self._out.append(b"\0\0\0")
            return
        error = self.errors.get((group, command), 0)
        body = b""
        if not error:
            body, error = self._answer((group, command), data[11:])
        if self.events:
            self._out.append(struct.pack(">IIBBB", 11 + 3, 77, 0, 64, 100) + b"\2\0\0")
            self._out.append(struct.pack(">IIBH", 11, number + 1000, 0x80, 0))
        self._out.append(struct.pack(">IIBH", 11 + len(body), number, 0x80, error) + body)

    def _answer(self, command: tuple[int, int], data: bytes) -> tuple[bytes, int]:
        match command:
            case (1, 7):
                return struct.pack(">5i", 8, 8, 8, self.size, 8), 0
            case (1, 2):
                (length,) = struct.unpack_from(">I", data)
                assert length == len(data) - 4
                ids = self.loaded.get(data[4:].decode(), [])
                parts = [b"\1" + one.to_bytes(self.size, "big") + struct.pack(">I", 7) for one in ids]
                return struct.pack(">I", len(ids)) + b"".join(parts), 0
            case (1, 18):
                return b"", self._redefine(data)
            case (1, 6):
                return b"", 0
            case _:
                return b"", 99

    def _redefine(self, data: bytes) -> int:
        (count,) = struct.unpack_from(">I", data)
        at, classes = 4, []
        for _ in range(count):
            identity = int.from_bytes(data[at : at + self.size], "big")
            (length,) = struct.unpack_from(">I", data, at + self.size)
            start = at + self.size + 4
            classes.append((identity, data[start : start + length]))
            at = start + length
        assert at == len(data)
        for _, content in classes:
            if error := self.refuses.get(content):
                return error
        self.redefined.append(classes)
        return 0

    def receive(self, count: int) -> bytes:
        data = b""
        while len(data) < count and self._out:
            piece = self._out.popleft()
            if len(data) + len(piece) > count:
                keep = count - len(data)
                self._out.appendleft(piece[keep:])
                piece = piece[:keep]
            data += piece
        return data

    def close(self) -> None:
        self.closed = True
