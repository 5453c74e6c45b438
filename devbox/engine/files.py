"""Files in and out of containers as tar streams (`/containers/ID/archive`); containers need not run."""

from __future__ import annotations

import contextlib
import io
import posixpath
import time
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, cast

from devbox.engine.api import File, FileStat
from devbox.engine.wire import Call, Wire, segment
from devbox.errors import DevboxError

if TYPE_CHECKING:
    import tarfile

_LINKS = 8
_CHUNK = 1 << 20


def tar_of(files: tuple[File, ...], now: float) -> bytes:
    """A tar with these entries in their order, directories as entries of their own, all of them `now` old."""
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for file in files:
            entry = tarfile.TarInfo(file.path)
            entry.mode, entry.uid, entry.gid, entry.mtime = file.mode, file.uid, file.gid, int(now)
            if file.content is None:
                entry.type = tarfile.DIRTYPE
            else:
                entry.size = len(file.content)
            tar.addfile(entry, io.BytesIO(file.content or b""))
    return out.getvalue()


def put_files(wire: Wire, container: str, path: str, files: tuple[File, ...]) -> None:
    """Write files under a directory that exists."""
    data = tar_of(files, time.time())
    put_archive(wire, container, path, (data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)))


def put_archive(wire: Wire, container: str, path: str, chunks: Iterator[bytes]) -> None:
    """Unpack a tar stream under a directory that exists. What `chunks` itself raises comes out as it is."""
    source = _Source(chunks)
    try:
        with wire.open(
            "PUT",
            _archive(container),
            params={"path": path},
            data=source,
            limit=None,
            about={"name": container, "path": path},
        ) as call:
            call.all()
    except DevboxError as error:
        if source.error is not None:
            raise source.error from None
        if error.code == "engine.unreachable":
            # The engine may refuse, and break off, before it has read everything: then a question tells why.
            _open(wire, container, path).close()
        raise


class _Source:
    """Chunks that remember what broke them, so that a file that cannot be read does not pass for a broken engine."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.error: Exception | None = None
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        try:
            # An empty chunk would end the chunked body early.
            yield from (chunk for chunk in self._chunks if chunk)
        except Exception as error:
            self.error = error
            raise


def get_archive(wire: Wire, container: str, path: str) -> Iterator[bytes]:
    """A file or folder as a tar stream; the question is asked now, so that what is missing is said now."""
    call = _open(wire, container, path)

    def pieces() -> Iterator[bytes]:
        with call:
            yield from call.pieces()

    return pieces()


def get_file(wire: Wire, container: str, path: str, limit: int) -> bytes | None:
    """At most `limit` bytes of a file; None where there is none, or a folder."""
    for _ in range(_LINKS):
        try:
            call = _open(wire, container, path)
        except DevboxError as error:
            if error.code == "file.not_found":
                return None
            raise
        with call, _tar(call) as tar:
            entry = tar.next()
            if entry is None or not (entry.isfile() or entry.issym()):
                return None
            if entry.isfile():
                content = tar.extractfile(entry)
                return content.read(limit) if content else b""
            path = posixpath.join(posixpath.dirname(path), entry.linkname)
    return None


def stat(wire: Wire, container: str, path: str) -> FileStat | None:
    """From the archive's first header; the rest is not read."""
    try:
        call = _open(wire, container, path)
    except DevboxError as error:
        if error.code == "file.not_found":
            return None
        raise
    with call, _tar(call) as tar:
        entry = tar.next()
    return FileStat(entry.uid, entry.gid, entry.mode & 0o7777, entry.size, entry.isdir()) if entry else None


def _open(wire: Wire, container: str, path: str) -> Call:
    about = {"name": container, "path": path}
    return wire.open("GET", _archive(container), params={"path": path}, limit=None, about=about)


def _archive(container: str) -> str:
    return f"/containers/{segment(container)}/archive"


@contextlib.contextmanager
def _tar(call: Call) -> Iterator[tarfile.TarFile]:
    import tarfile

    try:
        reader = cast("IO[bytes]", _Reader(call.pieces()))
        with tarfile.open(fileobj=reader, mode="r|", bufsize=tarfile.BLOCKSIZE) as tar:
            yield tar
    except tarfile.TarError as error:
        raise DevboxError("engine.error", "The engine sent a broken archive.", cause=str(error)) from error


class _Reader(io.RawIOBase):
    """Pieces as something that can be read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces, self._held = pieces, b""

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._held) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._held += piece
        end = len(self._held) if size < 0 else size
        out, self._held = self._held[:end], self._held[end:]
        return out
