"""Files of a backup: written with their checksum, forced to the disk, and read back before anything is deleted."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from devbox.errors import DevboxError

CHUNK = 1 << 20


def store(path: Path, chunks: Iterator[bytes], reader: Callable[[Iterator[bytes]], str]) -> tuple[int, str, str]:
    """Write a stream, which `reader` reads through meanwhile; gives size, SHA-256, and what the reader said.

    The file has its name only once it is whole. Raises `backup.failed` where the disk does not take it.
    """
    part = path.with_name(f"{path.name}.part")
    total = hashlib.sha256()
    size = 0
    try:
        with part.open("wb") as file:
            part.chmod(0o600)

            def passing() -> Iterator[bytes]:
                nonlocal size
                for chunk in chunks:
                    file.write(chunk)
                    total.update(chunk)
                    size += len(chunk)
                    yield chunk

            source = passing()
            said = reader(source)
            for _ in source:  # what comes after the archive's end belongs to the file, too
                pass
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise DevboxError("backup.failed", f"{path} could not be written", cause=str(error)) from error
    return size, total.hexdigest(), said


def pieces(path: Path) -> Iterator[bytes]:
    """A file in pieces."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def intact(path: Path, size: int, sha256: str) -> bool:
    """Whether a file is still what was written."""
    total = hashlib.sha256()
    try:
        if path.stat().st_size != size:
            return False
        for chunk in pieces(path):
            total.update(chunk)
    except OSError:
        return False
    return total.hexdigest() == sha256


def name_of(number: int, volume: str) -> str:
    """A file's name for a volume: readable, and no other one's on a disk that knows no capitals."""
    readable = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in volume)[:100]
    return f"{number:04}-{readable}.tar"
