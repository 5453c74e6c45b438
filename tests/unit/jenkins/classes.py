"""Class files made by hand, so that unit tests need no compiler."""

from __future__ import annotations

import struct


def class_file(
    name: str, *, major: int = 52, source: str = "", body: bytes = b"", methods: tuple[str, ...] = ()
) -> bytes:
    """A class with these methods and nothing in them; `body` makes one content differ from another."""
    constants: list[bytes] = []

    def text(value: str) -> int:
        data = value.encode()
        constants.append(b"\x01" + struct.pack(">H", len(data)) + data)
        return len(constants)

    def type_(value: str) -> int:
        constants.append(b"\x07" + struct.pack(">H", text(value)))
        return len(constants)

    this, parent = type_(name), type_("java/lang/Object")
    constants.append(b"\x05" + struct.pack(">q", 7))  # a long takes two places
    constants.append(b"")
    members = b"".join(struct.pack(">HHHH", 1, text(method), text("()V"), 0) for method in methods)
    attributes = [(text("Body"), body)]
    if source:
        attributes.append((text("SourceFile"), struct.pack(">H", text(source))))
    pool = b"".join(constants)
    tail = b"".join(struct.pack(">HI", name_, len(data)) + data for name_, data in attributes)
    return (
        struct.pack(">IHHH", 0xCAFEBABE, 0, major, len(constants) + 1) + pool
        + struct.pack(">HHHH", 0x21, this, parent, 0) + struct.pack(">H", 0)
        + struct.pack(">H", len(methods)) + members + struct.pack(">H", len(attributes)) + tail
    )  # fmt: skip
