"""Manifests as the JAR specification has them: of `.hpi`, `.hpl` and exploded plugins alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

WIDTH = 72
"""Bytes of a line: Java 8 refuses one of more than 512."""


def render(attributes: Mapping[str, str]) -> bytes:
    """A main section, its lines folded."""
    return b"".join(_folded(f"{key}: {value}".encode()) for key, value in attributes.items()) + b"\r\n"


def _folded(line: bytes) -> bytes:
    parts = [line[:WIDTH]]
    rest = line[WIDTH:]
    while rest:
        parts.append(b" " + rest[: WIDTH - 1])
        rest = rest[WIDTH - 1 :]
    return b"".join(part + b"\r\n" for part in parts)


def parse(data: bytes) -> dict[str, str]:
    """The main section of a manifest. A line may go on in the next one in the middle of a character.

    What is no attribute is left out; undecodable bytes are shown as U+FFFD.
    """
    found: dict[str, str] = {}
    for line in _unfolded(data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")):
        key, colon, value = line.partition(b":")
        if colon and key.strip():
            found[key.decode("utf-8", "replace").strip()] = value.decode("utf-8", "replace").strip()
    return found


def _unfolded(lines: Iterable[bytes]) -> list[bytes]:
    whole: list[bytes] = []
    for line in lines:
        if not line:
            if whole:
                break  # the main section is over
        elif line.startswith(b" ") and whole:
            whole[-1] += line[1:]
        else:
            whole.append(line)
    return whole
