"""A plugin's project on this machine: its folders, jars and manifest, found without running Maven or Gradle.

The manifest comes from whatever the build wrote last: the exploded plugin (`target/NAME/META-INF/MANIFEST.MF`), the
`.hpi`, or an `.hpl`; the runtime jars from beside it. Classes, views and static files come from where they are edited.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from devbox.errors import Cure, UsageError
from devbox.frozen import dataclass

Kind = Literal["resources", "classes", "webapp", "lib"]

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
"""What a Short-Name may be: it becomes a folder's name."""


@dataclass(frozen=True)
class Root:
    """A folder of the project and where its files go, below the link's folder.

    `sources` are those that a folder of classes is compiled from: they tell when a build has taken classes away that
    it will bring back.
    """

    kind: Kind
    local: Path
    inside: str
    sources: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Jar:
    """A runtime jar: a file, or a member of the built plugin."""

    file: Path
    member: str = ""

    @property
    def name(self) -> str:
        """Its own name, without folders."""
        return self.member.rpartition("/")[2] if self.member else self.file.name

    def read(self) -> bytes:
        """Its content."""
        if not self.member:
            return self.file.read_bytes()
        import zipfile

        with zipfile.ZipFile(self.file) as archive:
            return archive.read(self.member)


@dataclass(frozen=True)
class Project:
    """A plugin that can be linked. `manifest` is the main section as the build wrote it; `version` may be ""."""

    name: str
    version: str
    folder: Path
    manifest: Mapping[str, str]
    roots: tuple[Root, ...]
    jars: Mapping[str, Jar]
    """The runtime jars by their name in `lib`."""
    described_by: Path
    """The file that the manifest was read from."""
    build: str = "mvn -q process-classes"
    """The command that makes the classes."""

    @property
    def libraries(self) -> tuple[str, ...]:
        """What the `.hpl` lists, in its order: resources, then classes, then jars."""
        folders = [r.inside for kind in ("resources", "classes") for r in self.roots if r.kind == kind]
        return (*folders, *(f"lib/{name}" for name in self.jars))

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of this machine that are linked, those that are there."""
        return tuple(root.local for root in self.roots if root.local.is_dir())


def find(folder: Path) -> Project:
    """The plugin of this folder, of the project around it, or the one plugin module below it.

    Raises `project.none`, `project.ambiguous`, `project.not_built`, `project.broken`.
    """
    from devbox.jenkins import gradle, maven

    if not folder.is_dir():
        raise UsageError(
            "project.none", f"{folder} is no folder", cures=(Cure("give the folder of a plugin's pom.xml"),)
        )
    for place in (folder.resolve(), *folder.resolve().parents):
        if (place / maven.POM).is_file():
            return _whole(maven.project(place))
        if gradle.script(place) is not None:
            return _whole(gradle.project(place))
    raise none(folder)


def _whole(found: Project) -> Project:
    """With every jar that its description lists: Jenkins drops a plugin whose `.hpl` names what is not there."""
    for jar in found.jars.values():
        if not jar.file.is_file():
            raise not_built(f"{jar.file}, which {found.described_by} lists, is not there", found.build)
    return found


def none(folder: Path) -> UsageError:
    """The error for a folder with no plugin in it."""
    return UsageError(
        "project.none",
        f"{folder} is no project of a Jenkins plugin: there is neither a pom.xml of packaging hpi nor a build.gradle "
        "with the jpi plugin",
        cures=(Cure("go to the folder of one, or give it"),),
    )


def not_built(what: str, command: str) -> UsageError:
    """The error for what a build has to make first."""
    return UsageError("project.not_built", what, cures=(Cure("make it", command),))
