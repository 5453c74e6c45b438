"""A WAR of the user's in place of the image's (`--war FILE`)."""

from __future__ import annotations

import hashlib
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from devbox.engine.api import Engine, Image
from devbox.errors import Cure, DevboxError, UsageError
from devbox.jenkins import home as layout
from devbox.jenkins.version import of_war
from devbox.sandbox import home
from devbox.sandbox.archive import CHUNK, END, entry, read, read_tar
from devbox.sandbox.home import Home
from devbox.sandbox.request import UpRequest

WAR_TARGET = "/usr/share/jenkins"
"""Where the images have their WAR."""


def resolve(request: UpRequest) -> tuple[UpRequest, dict[str, Path]]:
    """The request with its WARs by content and version instead of by path, and the paths by SHA-256.

    Raises `war.invalid`.

    A file that was built anew is another WAR, wherever it lies.
    """
    paths: dict[str, Path] = {}
    asked, settings = dict(request.asked), dict(request.settings)
    for options in (settings, asked):
        if options.get("war"):
            path = Path(options["war"])
            options["war"] = found = _describe(path)
            paths[str(found["sha256"])] = path
    return replace(request, asked=asked, settings=settings), paths


def _describe(path: Path) -> dict[str, str | None]:
    try:
        version = of_war(path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        raise UsageError("war.invalid", f"{path} is no WAR of Jenkins", cause=str(error)) from error
    return {"sha256": digest, "version": version}


def version_in_image(engine: Engine, name: str, base: dict[str, str], image: Image) -> str | None:
    """The version of the WAR in an image that says it nowhere else: somebody's own, not built on the official one.

    Reads the whole WAR out of a container that is never started, which takes a second; None where there is none.
    """
    path = place(image)
    with home.helper(engine, name, base, None, image.id) as container, tempfile.TemporaryFile() as found:
        try:
            for member, content in read_tar(engine.get_archive(container, path)):
                while member.isreg() and content is not None and (piece := read(content, CHUNK)):
                    found.write(piece)
            return of_war(found)
        except (DevboxError, ValueError):
            return None


def place(image: Image) -> str:
    """Where an image's start script looks for its WAR."""
    return image.environment.get("JENKINS_WAR") or f"{WAR_TARGET}/jenkins.war"


def put_war(
    engine: Engine, container: str, war: Path | None, sha256: str, home: Home, *, at: str = f"{WAR_TARGET}/jenkins.war"
) -> None:
    """Make the container run a WAR: it lives in the home, so that it outlasts the container, and `at` is a link there.

    A link, not the variable `JENKINS_WAR`, which old images do not read. With `war` None the home has it already;
    raises `war.gone` where it does not.
    """
    path = f"{layout.WARS}/{sha256[:16]}.war"
    if engine.stat(container, f"{layout.PATH}/{path}") is not None:
        pass  # its name is its content: a container that runs it must not lose it
    elif war is not None:
        parents = [_entry(layout.WARS, home, 0o755)]
        engine.put_archive(container, layout.PATH, _tar_file(parents, path, war, home))
    else:
        raise DevboxError(
            "war.gone",
            "the WAR of this sandbox is not in its home any more",
            cures=(Cure("give it again", "devbox up jenkins --war FILE"),),
        )
    folder, _, name = at.rpartition("/")
    link = tarfile.TarInfo(name)
    link.type, link.linkname, link.mode = tarfile.SYMTYPE, f"{layout.PATH}/{path}", 0o777
    engine.put_archive(container, folder or "/", iter([link.tobuf(), END]))


def _entry(path: str, home: Home, mode: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(path)
    info.type, info.mode, info.uid, info.gid, info.mtime = tarfile.DIRTYPE, mode, home.uid, home.gid, int(time.time())
    return info


def _tar_file(parents: list[tarfile.TarInfo], path: str, file: Path, home: Home) -> Iterator[bytes]:
    info = _entry(path, home, 0o644)
    info.type, info.size = tarfile.REGTYPE, file.stat().st_size
    for parent in parents:
        yield from entry(parent)
    with file.open("rb") as source:
        yield from entry(info, source)
    yield END
