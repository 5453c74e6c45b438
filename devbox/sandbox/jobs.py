"""The user's job classes (`--jobs DIR`) and what else a worker's container is filled with, as tar streams."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from devbox.errors import Cure, UsageError
from devbox.sandbox.archive import END, entry
from devbox.sandbox.request import UpRequest
from devbox.stacks.reader import folder as stacks_folder

FOLDER = "/devbox"
"""Where a worker's container has what devbox puts in: `lib` (PYTHONPATH), `jobs` (a link to the latest ones)."""

LIMIT = 64 << 20
"""Bytes of job classes that are put in at most: a folder that was meant otherwise is noticed."""

SKIPPED = frozenset({"__pycache__", "node_modules", "venv"})
"""Folders that no job is in; what begins with a dot neither."""


def samples() -> Path:
    """The sample jobs, which are there as long as no others are given."""
    return stacks_folder() / "worker"


def resolve(request: UpRequest) -> tuple[UpRequest, Path | None]:
    """The request with its job folder by content as well as by path, and the folder. Raises `jobs.invalid`."""
    found: Path | None = None
    asked, settings = dict(request.asked), dict(request.settings)
    for options in (settings, asked):
        if options.get("jobs"):
            found = Path(options["jobs"]).resolve()
            options["jobs"] = describe(found)
    return replace(request, asked=asked, settings=settings), found


def describe(folder: Path) -> dict[str, Any]:
    """A folder of job classes as the choices hold it; raises `jobs.invalid`."""
    digest = hashlib.sha256()
    try:
        for name, path in files(folder):
            content = path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape") + content)
    except OSError as error:
        raise UsageError("jobs.invalid", f"{folder} cannot be read", cause=str(error)) from error
    return {"folder": str(folder), "sha256": digest.hexdigest()}


def files(folder: Path) -> list[tuple[str, Path]]:
    """The files of a folder of job classes, by their path in it, sorted; raises `jobs.invalid`."""
    if not folder.is_dir():
        raise UsageError(
            "jobs.invalid",
            f"{str(folder)!r} is no folder of job classes",
            cures=(Cure("give the folder that your Python modules are in", "devbox up queue --jobs DIR"),),
        )
    found = sorted(_walk(folder, folder))
    if not any(name.endswith(".py") for name, _ in found):
        raise UsageError("jobs.invalid", f"there is no Python module in {str(folder)!r}")
    if sum(path.stat().st_size for _, path in found) > LIMIT:
        raise UsageError("jobs.invalid", f"{str(folder)!r} holds more than {LIMIT >> 20} MiB: it is no folder of jobs")
    return found


def _walk(root: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name in SKIPPED:
            continue
        if path.is_dir():
            if not path.is_symlink():  # it might lead back up
                yield from _walk(root, path)
        elif path.is_file():
            yield path.relative_to(root).as_posix(), path


def put_in(version: str, folder: Path) -> Iterator[bytes]:
    """A tar for `FOLDER`: the jobs under a name of their own; `relink` makes them the ones in use."""
    yield from _tree(f"jobs-{version[:16]}", files(folder))
    yield END


def place(version: str) -> str:
    """Where they are in the container."""
    return f"{FOLDER}/jobs-{version[:16]}"


def in_folder(said: str) -> str:
    """A container's words about the jobs with their files as they are named in the user's folder."""
    return re.sub(rf"{FOLDER}/jobs(-[0-9a-f]{{16}})?/", "", said)


def relink(version: str) -> Iterator[bytes]:
    """A tar for `FOLDER` that makes jobs that are there the ones in use."""
    link = tarfile.TarInfo("jobs")
    link.type, link.linkname, link.mode, link.mtime = tarfile.SYMTYPE, f"jobs-{version[:16]}", 0o777, int(time.time())
    yield link.tobuf()
    yield END


def library(parts: Iterable[tuple[str, Path]]) -> Iterator[bytes]:
    """A tar for `/`: the worker itself, its parts as they are named in the folder that becomes PYTHONPATH."""
    root = tarfile.TarInfo(FOLDER.strip("/"))
    root.type, root.mode, root.mtime = tarfile.DIRTYPE, 0o755, int(time.time())
    yield from entry(root)
    yield from _tree(f"{root.name}/lib", list(parts))
    yield END


def _tree(top: str, parts: list[tuple[str, Path]]) -> Iterator[bytes]:
    now = int(time.time())
    named = {Path(top, name).parent for name, _ in parts}
    folders = sorted({p.as_posix() for path in named for p in (path, *path.parents) if p.as_posix().startswith(top)})
    for name in folders:
        info = tarfile.TarInfo(name)
        info.type, info.mode, info.mtime = tarfile.DIRTYPE, 0o755, now
        yield from entry(info)
    for name, path in parts:
        content = path.read_bytes()
        info = tarfile.TarInfo(f"{top}/{name}")
        info.mode, info.size, info.mtime = 0o644, len(content), now
        yield from entry(info, io.BytesIO(content))
