"""Hot swap: the Java Debug Wire Protocol over any stream, as far as replacing classes needs it.

Numbers are big-endian. A packet is length, id, flags, then command set and command, or (flag 0x80) an error code.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Protocol

from devbox.errors import Cure, DevboxError
from devbox.frozen import dataclass

HANDSHAKE = b"JDWP-Handshake"
REPLY = 0x80
HEADER = 11
LIMIT = 1 << 26
"""Bytes of an answer; a longer one is no answer to what is asked here."""

VERSION = (1, 1)
CLASSES_BY_SIGNATURE = (1, 2)
DISPOSE = (1, 6)
ID_SIZES = (1, 7)
CAPABILITIES = (1, 17)
REDEFINE = (1, 18)

ERRORS: Mapping[int, tuple[str, str]] = {
    20: ("gone", "the class was unloaded meanwhile"),
    21: ("gone", "the class was unloaded meanwhile"),
    22: ("gone", "the class is not ready yet"),
    60: ("invalid", "the class file is broken or half-written"),
    61: ("invalid", "the class is its own ancestor"),
    62: ("invalid", "the class does not pass Java's verification"),
    63: ("structure", "a method was added"),
    64: ("structure", "a field was added, removed or changed"),
    65: ("invalid", "the type of a field or method does not fit"),
    66: ("structure", "its superclass or interfaces changed"),
    67: ("structure", "a method was removed"),
    68: ("java", "it was compiled for a newer Java than the one in the container"),
    69: ("invalid", "the class in the file has another name"),
    70: ("structure", "its modifiers changed"),
    71: ("structure", "the modifiers of a method changed"),
    72: ("structure", "its nest, record or permitted subclasses changed"),
    99: ("unable", "this Java cannot replace classes"),
    112: ("dead", "the Java in the container has ended"),
}
"""RedefineClasses' errors: what kind, and what it means for the class."""


class Stream(Protocol):
    """Bytes both ways. Both verbs raise `DevboxError`."""

    def send(self, data: bytes) -> None:
        """Send all of it."""

    def receive(self, count: int) -> bytes:
        """Exactly so many bytes; fewer when the stream has ended."""

    def close(self) -> None:
        """End it; never raises."""


@dataclass(frozen=True)
class Swap:
    """What became of a class: kind "swapped", "not loaded", or one of `ERRORS`; `why` says it in words."""

    kind: str
    why: str = ""


class Refused(Exception):
    """The JVM said no to one command; `number` is JDWP's error code."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.kind, self.why = ERRORS.get(number, ("unknown", f"JDWP error {number}"))
        super().__init__(self.why)

    def error(self) -> DevboxError:
        """The same for a person."""
        return DevboxError("jdwp.refused", f"Java's debug agent refused: {self.why}")


def held() -> DevboxError:
    """The error for a debugger that is there already."""
    return DevboxError(
        "jdwp.held",
        "another debugger is attached to this Jenkins, and Java takes one at a time",
        cures=(Cure("let it go there (disconnect the IDE), or restart for the change", "devbox restart"),),
        retryable=True,
    )


class Debugger:
    """A debugger's end of the wire, after the handshake."""

    def __init__(self, stream: Stream) -> None:
        """Shake hands; raises `jdwp.held` when the JVM hangs up, as it does on a second debugger."""
        self._stream = stream
        self._last = 0
        stream.send(HANDSHAKE)
        answer = stream.receive(len(HANDSHAKE))
        if not answer:
            raise held()
        if answer != HANDSHAKE:
            raise DevboxError("jdwp.protocol", "what listens on the debugger's port is no Java debug agent")
        try:
            self._type: int = struct.unpack_from(">5i", self.call(ID_SIZES))[3]
        except Refused as refused:
            raise refused.error() from refused

    def call(self, command: tuple[int, int], data: bytes = b"") -> bytes:
        """One command and its answer; events and others' answers are passed over. Raises `Refused`."""
        self._last += 1
        head = struct.pack(">IIBBB", HEADER + len(data), self._last, 0, *command)
        self._stream.send(head + data)
        while True:
            length, number, flags, error = struct.unpack(">IIBH", self._exactly(HEADER))
            if not HEADER <= length <= LIMIT:
                raise DevboxError("jdwp.protocol", "the debug agent's answer makes no sense")
            body = self._exactly(length - HEADER)
            if flags & REPLY and number == self._last:
                if error:
                    raise Refused(error)
                return body

    def _exactly(self, count: int) -> bytes:
        data = self._stream.receive(count)
        if len(data) < count:
            raise DevboxError("jdwp.lost", "the debug agent broke off; did Jenkins restart?", retryable=True)
        return data

    def loaded(self, signature: str) -> list[bytes]:
        """The ids of the classes of this name that are loaded, one for each class loader that has it."""
        name = signature.encode()
        body = self.call(CLASSES_BY_SIGNATURE, struct.pack(">I", len(name)) + name)
        (count,) = struct.unpack_from(">I", body)
        step = 1 + self._type + 4
        return [body[4 + i * step + 1 : 4 + i * step + 1 + self._type] for i in range(count)]

    def redefine(self, classes: list[tuple[bytes, bytes]]) -> None:
        """Replace classes (id, class file), all or none; raises `Refused`."""
        parts = [struct.pack(">I", len(classes))]
        for identity, content in classes:
            parts += [identity, struct.pack(">I", len(content)), content]
        self.call(REDEFINE, b"".join(parts))

    def swap(self, classes: Mapping[str, bytes]) -> dict[str, Swap]:
        """Replace these classes (by signature) wherever they are loaded, in one step where the JVM takes them so.

        Where it refuses, they are tried one by one, so that each has its own answer. Raises `jdwp.refused`.
        """
        try:
            found = {signature: self.loaded(signature) for signature in classes}
        except Refused as refused:
            raise refused.error() from refused
        whole = [(identity, classes[s]) for s, identities in found.items() for identity in identities]
        result = {s: Swap("swapped" if identities else "not loaded") for s, identities in found.items()}
        if not whole:
            return result
        try:
            self.redefine(whole)
        except Refused:
            for signature, identities in found.items():
                result[signature] = self._one(identities, classes[signature])
        return result

    def _one(self, identities: list[bytes], content: bytes) -> Swap:
        if not identities:
            return Swap("not loaded")
        try:
            self.redefine([(identity, content) for identity in identities])
        except Refused as refused:
            return Swap(refused.kind, refused.why)
        return Swap("swapped")

    def dispose(self) -> None:
        """Let the JVM go on without us, and listen again; what it answers does not matter."""
        with suppress(DevboxError, Refused):
            self.call(DISPOSE)


@contextmanager
def attached(stream: Stream) -> Iterator[Debugger]:
    """A debugger on this stream, which is closed afterwards."""
    try:
        debugger = Debugger(stream)
        try:
            yield debugger
        finally:
            debugger.dispose()
    finally:
        stream.close()
