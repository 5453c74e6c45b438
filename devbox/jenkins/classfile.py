"""A Java class file, as far as devbox reads it: its name, its source file, and whether it is whole (JVMS chapter 4)."""

from __future__ import annotations

import struct

from devbox.frozen import dataclass

MAGIC = 0xCAFEBABE
_SIZES = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
"""Bytes of a constant behind its tag; 1 (text) has a length of its own, 5 and 6 take two places."""
_TEXT, _LONG, _DOUBLE = 1, 5, 6


@dataclass(frozen=True)
class ClassFile:
    """`name` as the JVM has it ("org/x/Hello$1"); `major` is the class file's version (52: Java 8)."""

    name: str
    major: int
    source: str | None = None

    @property
    def signature(self) -> str:
        """As JDWP asks for it."""
        return f"L{self.name};"

    @property
    def dotted(self) -> str:
        """As Java people write it."""
        return self.name.replace("/", ".")

    @property
    def java(self) -> int:
        """The Java that it needs at least."""
        return self.major - 44


def read(data: bytes) -> ClassFile | None:
    """The class file, None for one that is not whole (a compiler is still writing it) or none at all."""
    try:
        return _Reader(data).whole()
    except (struct.error, IndexError, KeyError):
        return None


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def number(self, form: str) -> int:
        value: int = struct.unpack_from(f">{form}", self.data, self.at)[0]
        self.at += struct.calcsize(f">{form}")
        return value

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) < count:
            raise IndexError
        self.at += count
        return piece

    def whole(self) -> ClassFile | None:
        if self.number("I") != MAGIC:
            return None
        self.number("H")
        major = self.number("H")
        texts, classes = self.constants()
        self.number("H")
        this = self.number("H")
        self.number("H")
        self.take(2 * self.number("H"))
        for _ in range(2):  # fields, methods
            for _ in range(self.number("H")):
                self.take(6)
                self.attributes(texts)
        source = self.attributes(texts).get("SourceFile")
        if self.at != len(self.data):
            return None
        source_name = texts[struct.unpack(">H", source)[0]].decode("utf-8", "replace") if source else None
        return ClassFile(texts[classes[this]].decode("utf-8", "replace"), major, source_name)

    def constants(self) -> tuple[dict[int, bytes], dict[int, int]]:
        texts: dict[int, bytes] = {}
        classes: dict[int, int] = {}
        index, count = 1, self.number("H")
        while index < count:
            tag = self.number("B")
            if tag == _TEXT:
                texts[index] = self.take(self.number("H"))
            else:
                piece = self.take(_SIZES[tag])
                if tag == 7:
                    classes[index] = struct.unpack(">H", piece)[0]
            index += 2 if tag in (_LONG, _DOUBLE) else 1
        return texts, classes

    def attributes(self, texts: dict[int, bytes]) -> dict[str, bytes]:
        found = {}
        for _ in range(self.number("H")):
            name = texts[self.number("H")].decode("utf-8", "replace")
            found[name] = self.take(self.number("I"))
        return found
