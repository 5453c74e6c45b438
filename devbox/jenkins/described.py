"""What a build has left that describes a plugin: exploded, packed, or as an `.hpl`. The newest one counts."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from devbox.errors import Cure, UsageError
from devbox.frozen import dataclass
from devbox.jenkins import manifest
from devbox.jenkins.project import NAME, Jar

MANIFEST = "META-INF/MANIFEST.MF"
LIMIT = 1 << 20
"""Bytes of a manifest that are read."""
JAR = re.compile(r"WEB-INF/lib/[^/]+\.jar")
FOLDERS = frozenset({"classes", "test-classes", "generated-sources", "surefire-reports", "site"})
"""Folders of `target` that are never an exploded plugin."""


@dataclass(frozen=True)
class Description:
    """A manifest of a plugin, the file it was read from, and the runtime jars and folders of classes beside it.

    `written` is the file's modification time.
    """

    file: Path
    attributes: Mapping[str, str]
    written: float
    jars: tuple[Jar, ...] = ()
    folders: tuple[Path, ...] = ()


def newest(found: Iterable[Description]) -> Description | None:
    """The one that was written last."""
    return max(found, key=lambda d: d.written, default=None)


def identity(found: Description, artifact: str) -> tuple[str, str]:
    """Short name and version; raises `project.broken` for a name that could not be a folder's."""
    attributes = found.attributes
    name = attributes.get("Short-Name") or attributes.get("Extension-Name") or artifact
    if not NAME.fullmatch(name):
        raise UsageError(
            "project.broken",
            f"{found.file}: {name!r} is no short name of a plugin",
            cures=(Cure("correct its artifactId, and build again"),),
        )
    return name, attributes.get("Plugin-Version") or attributes.get("Implementation-Version") or ""


def exploded(target: Path) -> Iterator[Description]:
    """`target/NAME/META-INF/MANIFEST.MF`, with `WEB-INF/lib`."""
    for file in sorted(target.glob(f"*/{MANIFEST}")):
        place = file.parent.parent
        if place.name not in FOLDERS and (attributes := _read(file)):
            jars = tuple(Jar(jar) for jar in sorted((place / "WEB-INF" / "lib").glob("*.jar")))
            yield Description(file, attributes, file.stat().st_mtime, jars)


def packed(folder: Path) -> Iterator[Description]:
    """A built `.hpi` or `.jpi`; its jars stay in it until they are asked for."""
    for file in sorted([*folder.glob("*.hpi"), *folder.glob("*.jpi")]):
        try:
            with zipfile.ZipFile(file) as archive:
                with archive.open(MANIFEST) as member:
                    attributes = manifest.parse(member.read(LIMIT))
                members = [name for name in archive.namelist() if JAR.fullmatch(name)]
        except (OSError, zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError):
            continue
        if _plugin(attributes):
            jars = tuple(Jar(file, member) for member in members)
            yield Description(file, attributes, file.stat().st_mtime, jars)


def plain(folder: Path) -> Iterator[Description]:
    """A manifest by itself."""
    for file in sorted(folder.glob("*.mf")):
        if attributes := _read(file):
            yield Description(file, attributes, file.stat().st_mtime)


def links(*folders: Path, own: tuple[Path, ...]) -> Iterator[Description]:
    """An `.hpl` with one of the project's `own` folders of classes in it: `hpi:hpl` and `hpi:test-hpl` write one."""
    mine = {place.resolve() for place in own}
    for folder in folders:
        for file in sorted(folder.glob("*.hpl")):
            attributes = _read(file)
            libraries = [place.resolve() for place in _libraries(attributes.get("Libraries", ""), folder)]
            if attributes and mine & {*libraries}:
                jars = tuple(Jar(place) for place in libraries if not place.is_dir())
                others = tuple(place for place in libraries if place.is_dir() and place not in mine)
                yield Description(file, attributes, file.stat().st_mtime, jars, others)


def _libraries(line: str, folder: Path) -> Iterator[Path]:
    """Paths of an `.hpl`: absolute or from its folder, with globs in the last part."""
    for word in filter(None, (part.strip() for part in line.split(","))):
        path = folder / word
        if "*" in path.name:
            yield from sorted(path.parent.glob(path.name))
        elif path.is_dir() or path.name.endswith(".jar"):
            yield path


def _read(file: Path) -> dict[str, str]:
    """The attributes, {} for a file that describes no plugin."""
    try:
        with file.open("rb") as opened:
            attributes = manifest.parse(opened.read(LIMIT))
    except OSError:
        return {}
    return attributes if _plugin(attributes) else {}


def _plugin(attributes: Mapping[str, str]) -> bool:
    names = {name.lower() for name in attributes}
    return bool(names & {"short-name", "plugin-version", "hudson-version", "jenkins-version"})


def safe(name: str) -> str:
    """A jar's name as an `.hpl` can list it: a comma would end it, a star would be a pattern."""
    return re.sub(r"[^A-Za-z0-9._+-]", "_", name)
