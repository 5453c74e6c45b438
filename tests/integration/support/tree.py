"""What is in a volume, file by file, as the engine hands it out; and a tree with files of every sort."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator
from typing import IO, Any

from tests.integration.support.docker import Docker

Entry = tuple[Any, ...]

EVERY_SORT = """
set -e
cd /data
printf plain > plain; ln plain again; ln plain "again again"
ln -s plain link; ln -s /nowhere/at/all dangling; ln -s .. up
mkfifo pipe
truncate -s 8M sparse; printf end >> sparse
mkdir -p deep/er/est empty; printf x > deep/er/est/file
printf s > setuid; chmod 4711 setuid; printf g > sticky; chmod 1777 sticky
printf n > none; chmod 000 none
printf o > owned; chown 1234:4321 owned; chown 99:98 empty; chmod 2770 empty
printf q > "$(printf 'tab\\there')"; printf q > "$(printf 'line\\nbreak')"; printf q > "$(printf 'bytes\\377\\376')"
printf q > "blank  and 'quotes\\"" ; printf q > -- ; printf q > '*'; printf q > 'ünïcödé'
printf l > "$(printf '%0.sx' $(seq 1 200))"
mkdir -p "$(printf '%0.sd' $(seq 1 120))/$(printf '%0.se' $(seq 1 120))"
printf l > "$(printf '%0.sd' $(seq 1 120))/$(printf '%0.se' $(seq 1 120))/file"
touch -d '1999-12-31 23:59:58' plain; touch -h -d '2001-02-03 04:05:06' link; touch -d '2038-01-20 00:00:00' owned
touch -d '1985-01-01' deep/er; chown 7:8 /data; chmod 1755 /data
"""
"""A shell's work, as root, in a volume at /data."""


class _Pieces:
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        out, self._rest = self._rest[:size], self._rest[size:]
        return out


def tree(docker: Docker, volume: str, image: str) -> dict[str, Entry]:
    """Every entry of a volume: type, mode, owner, time, size, link, checksum; read through a container of its own."""
    host = docker.api.create_host_config(binds=[f"{volume}:/look"])
    made = docker.api.create_container(image, host_config=host, entrypoint=["true"])["Id"]
    try:
        pieces, _ = docker.api.get_archive(made, "/look")
        with tarfile.open(fileobj=_Pieces(pieces), mode="r|") as tar:  # type: ignore[call-overload]
            return {member.name: _entry(member, tar.extractfile(member) if member.isreg() else None) for member in tar}
    finally:
        docker.api.remove_container(made)


def _entry(member: tarfile.TarInfo, content: IO[bytes] | None) -> Entry:
    total = hashlib.sha256()
    while content is not None and member.isreg() and (piece := content.read(1 << 20)):
        total.update(piece)
    when = member.mtime if member.name != "look" else 0
    return (
        member.type,
        member.mode & 0o7777,
        member.uid,
        member.gid,
        when,
        member.size,
        member.linkname,
        total.hexdigest(),
    )
