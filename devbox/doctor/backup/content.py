"""What is in a tar, as one number: the same for two archives with the same files, in whatever order they come."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from devbox.sandbox.archive import CHUNK, read, read_tar

_SPACE = 1 << 256
_XATTR = "SCHILY.xattr."


@dataclass
class Sum:
    """A sum over entries; `hexdigest` names how many there were, too."""

    value: int = 0
    entries: int = 0

    def add(self, record: bytes) -> None:
        """One entry."""
        self.value = (self.value + int.from_bytes(hashlib.sha256(record).digest())) % _SPACE
        self.entries += 1

    def hexdigest(self) -> str:
        """As text."""
        return f"{self.entries}:{self.value:064x}"


def digest(chunks: Iterator[bytes]) -> str:
    """The sum over a tar stream, which is read to its end; raises `engine.error` for one that is broken or cut off.

    An entry counts with its path below the archive's first folder, type, mode, owner, time in seconds, link, extended
    attributes and content. The first folder itself counts without its time: mounting a volume may touch it. Names of
    one file count as such, whichever of them comes first in the archive.
    """
    total = Sum()
    files: dict[str, bytes] = {}
    groups: dict[str, list[str]] = {}
    for member, content in read_tar(chunks):
        path = _below(member.name)
        if member.islnk():
            first = _below(member.linkname)
            groups.setdefault(first, [first]).append(path)
            record = files.get(first, b"?")
        else:
            record = _record(member, path, content)
            if member.isreg():
                files[path] = record
        total.add(_bytes(path) + b"\0" + record)
    for names in groups.values():
        total.add(b"\0".join([b"one file", *map(_bytes, sorted(names))]))
    return total.hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _record(member: tarfile.TarInfo, path: str, content: IO[bytes] | None) -> bytes:
    link = member.linkname if member.issym() else ""
    kind = tarfile.REGTYPE if member.isreg() else member.type
    mode = 0 if member.issym() else member.mode & 0o7777
    device = (member.devmajor, member.devminor) if member.ischr() or member.isblk() else ()
    extra = sorted((k, v) for k, v in member.pax_headers.items() if k.startswith(_XATTR))
    about = (kind, mode, member.uid, member.gid, int(member.mtime) if path else 0, link, device, extra)
    return hashlib.sha256(_bytes(repr(about)) + _hash(content)).digest()


def _below(path: str) -> str:
    return path.removeprefix("/").partition("/")[2].rstrip("/")


def _hash(content: IO[bytes] | None) -> bytes:
    total = hashlib.sha256()
    while content is not None and (piece := read(content, CHUNK)):
        total.update(piece)
    return total.digest()
