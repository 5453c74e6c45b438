"""A Gradle project's plugin, as the jpi plugin (`org.jenkins-ci.jpi`, `org.jenkins-ci.jpi2`) builds it."""

from __future__ import annotations

import re
from pathlib import Path

from devbox.errors import Cure, UsageError
from devbox.jenkins import described
from devbox.jenkins.project import Jar, Project, Root, none, not_built

SCRIPTS = ("build.gradle", "build.gradle.kts")
SETTINGS = ("settings.gradle", "settings.gradle.kts")
JPI = re.compile(r"org\.jenkins-ci\.jpi2?\b|\bjenkinsPlugin\b")
"""What the script of a plugin says, in either language."""
LANGUAGES = ("java", "groovy", "kotlin", "scala")


def script(folder: Path) -> Path | None:
    """The build script of a folder, or its settings where a whole build begins."""
    return next((folder / name for name in (*SCRIPTS, *SETTINGS) if (folder / name).is_file()), None)


def project(folder: Path) -> Project:
    """The plugin that this folder's script builds, or the only one below it."""
    place = folder if _is_plugin(folder) else _only(folder)
    command = "./gradlew" if any((p / "gradlew").is_file() for p in (place, *list(place.parents)[:3])) else "gradle"
    build = place / "build"
    classes = _classes(place, f"{command} classes")
    found = described.newest(
        [
            *described.links(build / "hpl", place / "work" / "plugins", own=tuple(root.local for root in classes)),
            *described.packed(build / "libs"),
            *described.plain(build / "jenkins-manifests"),
        ]
    )
    if found is None:
        command = f"{command} classes generateJenkinsServerHpl"
        raise not_built(f"{place} has no manifest of the plugin yet", command)
    name, version = described.identity(found, place.name)
    main = place / "src" / "main"
    roots = (Root("resources", main / "resources", "resources"), *classes, Root("webapp", main / "webapp", "webapp"))
    jars = {described.safe(j.name): j for j in found.jars if not _own(j, {name, place.name})}
    return Project(name, version, place, found.attributes, roots, jars, found.file, f"{command} classes")


def _is_plugin(folder: Path) -> bool:
    for name in SCRIPTS:
        try:
            if JPI.search((folder / name).read_text("utf-8", "replace")):
                return True
        except OSError:
            continue
    return False


def _only(folder: Path) -> Path:
    """The one plugin among the folders below, two levels deep."""
    below = sorted({s.parent for name in SCRIPTS for depth in ("*", "*/*") for s in folder.glob(f"{depth}/{name}")})
    plugins = [place for place in below if _is_plugin(place)]
    if not plugins:
        raise none(folder)
    if len(plugins) > 1:
        raise UsageError(
            "project.ambiguous",
            f"{folder} has {len(plugins)} plugins: {', '.join(place.name for place in plugins)}",
            cures=tuple(Cure("this one", f"devbox plugin link {place}") for place in plugins),
        )
    return plugins[0]


def _classes(place: Path, command: str) -> list[Root]:
    """A folder of classes for each language that there is, and the copies of resources."""
    found = []
    for language in LANGUAGES:
        local = place / "build" / "classes" / language / "main"
        sources = place / "src" / "main" / language
        if sources.is_dir() and not any(local.rglob("*.class")):
            raise not_built(f"{local} has no classes yet", command)
        if local.is_dir():
            found.append(Root("classes", local, "classes" if language == "java" else f"classes-{language}", (sources,)))
    copies = place / "build" / "resources" / "main"
    if copies.is_dir():
        found.append(Root("classes", copies, "classes-resources"))
    return found or [Root("classes", place / "build" / "classes" / "java" / "main", "classes")]


def _own(jar: Jar, names: set[str]) -> bool:
    """Whether a jar is the plugin's own classes."""
    return re.sub(r"(-\d[^/]*)?\.jar$", "", jar.name) in names
