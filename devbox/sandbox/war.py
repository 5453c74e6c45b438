"""A WAR of the user's in place of the image's (`--war FILE`)."""

from __future__ import annotations

import hashlib
import tarfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from devbox.engine.api import Engine
from devbox.errors import Cure, DevboxError, UsageError
from devbox.jenkins import home as layout
from devbox.jenkins.version import of_war
from devbox.sandbox.home import Home
from devbox.sandbox.request import UpRequest

CHUNK = 1 << 20
"""Bytes a piece when the file is sent."""


def resolve(request: UpRequest) -> tuple[UpRequest, Path | None]:
    """The request with its WAR by content and version instead of by path, and the path; raises `war.invalid`.

    A file that was built anew is another WAR, wherever it lies.
    """
    path: Path | None = None
    asked, settings = dict(request.asked), dict(request.settings)
    for options in (settings, asked):
        if options.get("war"):
            path = Path(options["war"])
            options["war"] = _describe(path)
    return replace(request, asked=asked, settings=settings), path


def _describe(path: Path) -> dict[str, str | None]:
    try:
        version = of_war(path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        raise UsageError("war.invalid", f"{path} is no WAR of Jenkins", cause=str(error)) from error
    return {"sha256": digest, "version": version}


WAR_TARGET = "/usr/share/jenkins"


def put_war(engine: Engine, container: str, war: Path | None, sha256: str, home: Home) -> None:
    """Make the container run a WAR: it lives in the home, so that it outlasts the container, and a link leads there.

    Every image reads `/usr/share/jenkins/jenkins.war`, and only newer ones `JENKINS_WAR`. With `war` None the home has
    it already; raises `war.gone` where it does not.
    """
    path = f"{layout.FOLDER}/war/{sha256[:16]}.war"
    if war is not None:
        parents = [_entry(layout.FOLDER, home, 0o700), _entry(f"{layout.FOLDER}/war", home, 0o755)]
        engine.put_archive(container, layout.PATH, _tar_file(parents, path, war, home))
    elif engine.stat(container, f"{layout.PATH}/{path}") is None:
        raise DevboxError(
            "war.gone",
            "the WAR of this sandbox is not in its home any more",
            cures=(Cure("give it again", "devbox up jenkins --war FILE"),),
        )
    link = tarfile.TarInfo("jenkins.war")
    link.type, link.linkname, link.mode = tarfile.SYMTYPE, f"{layout.PATH}/{path}", 0o777
    engine.put_archive(container, WAR_TARGET, iter([link.tobuf(), b"\0" * 1024]))


def _entry(path: str, home: Home, mode: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(path)
    info.type, info.mode, info.uid, info.gid, info.mtime = tarfile.DIRTYPE, mode, home.uid, home.gid, int(time.time())
    return info


def _tar_file(parents: list[tarfile.TarInfo], path: str, file: Path, home: Home) -> Iterator[bytes]:
    info = _entry(path, home, 0o644)
    info.type, info.size = tarfile.REGTYPE, file.stat().st_size
    for entry in (*parents, info):
        yield entry.tobuf()
    left = info.size
    with file.open("rb") as source:
        while left and (piece := source.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece
    if left:
        raise DevboxError("war.invalid", f"{file} became shorter while it was read")
    yield b"\0" * (-info.size % 512 + 1024)
