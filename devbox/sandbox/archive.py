"""Tar streams in pieces: read and written without ever holding a whole one, or a whole file of one."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from typing import IO

from devbox.errors import DevboxError

CHUNK = 1 << 16
"""Bytes a piece."""

END = b"\0" * 1024
"""What ends an archive."""


def read_tar(chunks: Iterator[bytes]) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
    """The members of a tar stream, each with its content (None for all but files), to be read before the next.

    Raises `engine.error` for a stream that is no tar or ends early.
    """
    source = _Source(chunks)
    try:
        with tarfile.open(fileobj=source, mode="r|", bufsize=CHUNK) as archive:
            for member in archive:
                yield member, archive.extractfile(member) if member.isreg() else None
        if not source.has_end():
            raise tarfile.ReadError("it ends early")
    except tarfile.TarError as error:
        raise _broken(error) from error


def entry(member: tarfile.TarInfo, content: IO[bytes] | None = None) -> Iterator[bytes]:
    """A member as it stands in an archive: header, content, padding; raises `archive.short` when content lacks."""
    # A long name that was read would go before the one that the member has now.
    member.pax_headers = {k: v for k, v in member.pax_headers.items() if k not in ("path", "linkpath", "size")}
    yield member.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
    left = member.size if content is not None else 0
    while content is not None and left and (piece := read(content, min(CHUNK, left))):
        left -= len(piece)
        yield piece
    if left:
        raise DevboxError("archive.short", f"{member.name} became shorter while it was read", retryable=True)
    if content is not None:
        yield b"\0" * (-member.size % 512)


def read(content: IO[bytes], size: int) -> bytes:
    """At most `size` bytes of a member's content; raises `engine.error` where the stream ends in the middle of it."""
    try:
        return content.read(size)
    except tarfile.TarError as error:
        raise _broken(error) from error


def _broken(error: tarfile.TarError) -> DevboxError:
    return DevboxError("engine.error", "the engine sent a broken archive", cause=str(error))


class _Source(io.RawIOBase):
    """A readable file over chunks."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = bytearray()
        self._tail = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._rest) < size:
            piece = next(self._chunks, None)
            if piece is None:
                break
            self._rest += piece
            self._tail = (self._tail + piece[-512:])[-512:]
        size = len(self._rest) if size < 0 else size
        found = bytes(self._rest[:size])
        del self._rest[:size]
        return found

    def has_end(self) -> bool:
        """Whether the stream, read to its end, has a block of noughts there.

        An engine that fails in the middle of an archive just stops, and `tarfile` takes half a header for the end.
        """
        self.read()
        return self._tail == bytes(512)
