"""The slim copy of a home that is taken before another Jenkins runs on it."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator

from devbox.engine.api import Engine, Mount
from devbox.jenkins import home as layout
from devbox.sandbox import labels, names
from devbox.sandbox.foreign import foreign
from devbox.sandbox.home import helper, last_version

CHUNK = 1 << 16
"""Bytes a piece when archives are streamed."""


def copy_slim(engine: Engine, source: str, name: str, base: dict[str, str], image: str) -> str:
    """Copy the home in a container into a volume beside it, without what Jenkins makes anew; gives the volume's name.

    A copy of the same version that is there already is replaced: this home is the later one.
    """
    version = last_version(engine, source) or "before"
    volume = names.volume(name, "home-" + re.sub(r"[^a-zA-Z0-9_.-]+", "-", version))
    before = engine.find_volume(volume)
    if before is not None and not labels.is_ours(before.labels):
        raise foreign("volume", volume)
    if before is not None:
        engine.remove_volume(volume)
    engine.create_volume(volume, {**labels.of_volume(base, "home-copy"), labels.ROLE: "copy", labels.VERSION: version})
    with helper(engine, name, base, Mount(volume, layout.PATH), image) as container:
        engine.put_archive(container, layout.PATH, slim(engine.get_archive(source, layout.PATH)))
    return volume


def slim(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """A tar stream of a home ("jenkins_home/...") without what `layout.SKIPPED` names, rooted at the home itself."""
    sink = _Sink()
    with (
        tarfile.open(fileobj=_Source(chunks), mode="r|", bufsize=CHUNK) as old,
        tarfile.open(fileobj=sink, mode="w|", bufsize=CHUNK, format=tarfile.PAX_FORMAT) as new,
    ):
        for member in old:
            path = member.name.partition("/")[2]
            if not path or layout.SKIPPED.search(path):
                continue
            member.name = path
            if member.islnk():
                member.linkname = member.linkname.partition("/")[2]
            new.addfile(member, old.extractfile(member) if member.isreg() else None)
            yield from sink.take()
    yield from sink.take()


class _Source(io.RawIOBase):
    """A readable file over chunks."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._rest) < size:
            piece = next(self._chunks, None)
            if piece is None:
                break
            self._rest += piece
        size = len(self._rest) if size < 0 else size
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


class _Sink(io.RawIOBase):
    """A writable file whose content is taken away as it comes."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._parts.append(piece)
        return len(piece)

    def take(self) -> list[bytes]:
        """What was written since the last call."""
        parts, self._parts = self._parts, []
        return parts
