"""A Maven project's plugin: which module it is, what `target` has of it, which jars are modules of the same project."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator
from pathlib import Path

from devbox.errors import Cure, UsageError
from devbox.frozen import dataclass
from devbox.jenkins import described
from devbox.jenkins.project import Jar, Project, Root, none, not_built

POM = "pom.xml"
PACKAGINGS = ("hpi", "jpi")
LIMIT = 4 << 20
"""Bytes of a pom.xml."""
TARGET = Path("target", "classes")
LANGUAGES = ("java", "groovy", "kotlin", "scala")


@dataclass(frozen=True)
class Pom:
    """What devbox reads of a pom.xml; `final_name` only where it is written out."""

    folder: Path
    artifact: str
    packaging: str
    modules: tuple[str, ...]
    final_name: str | None

    @property
    def command(self) -> str:
        """Maven as this project is built: by its wrapper where it has one."""
        places = (self.folder, *self.folder.parents)
        return "./mvnw" if any((place / "mvnw").is_file() for place in places[:4]) else "mvn"


def project(folder: Path) -> Project:
    """The plugin of the pom.xml in this folder: its own, or that of the one plugin module below it."""
    pom = read(folder)
    if pom.packaging not in PACKAGINGS:
        pom = _only([module for module in _modules(pom) if module.packaging in PACKAGINGS], folder)
    build = f"{pom.command} -q process-classes"
    found = _description(pom)
    name, version = described.identity(found, pom.artifact)
    roots, jars = _roots(pom, name, found, build)
    return Project(name, version, pom.folder, found.attributes, roots, jars, found.file, build)


def read(folder: Path) -> Pom:
    """The pom.xml of a folder; raises `project.broken`."""
    file = folder / POM
    try:
        data = file.read_bytes()
        if len(data) > LIMIT or b"<!DOCTYPE" in data:
            raise ElementTree.ParseError("too big, or with a document type")
        root = ElementTree.fromstring(data)  # noqa: S314  (no document type, so no entities)
    except OSError as error:
        raise _broken(file, error.strerror or str(error)) from error
    except (ElementTree.ParseError, ValueError) as error:
        raise _broken(file, str(error)) from error

    def text(path: str) -> str:
        found = root.find("/".join(f"{{*}}{part}" for part in path.split("/")))
        return (found.text or "").strip() if found is not None else ""

    modules = tuple((m.text or "").strip() for m in root.iterfind("{*}modules/{*}module"))
    final = text("build/finalName")
    return Pom(
        folder,
        text("artifactId"),
        text("packaging") or "jar",
        tuple(m for m in modules if m),
        final if final and "$" not in final else None,
    )


def _broken(file: Path, why: str) -> UsageError:
    return UsageError("project.broken", f"{file} cannot be read: {why}", cures=(Cure("correct it"),))


def _modules(pom: Pom, seen: frozenset[Path] = frozenset()) -> Iterator[Pom]:
    """The modules below, modules of modules too."""
    for module in pom.modules:
        place = (pom.folder / module).resolve()
        place = place.parent if place.name.endswith(".xml") else place
        if place in seen or not (place / POM).is_file():
            continue
        found = read(place)
        yield found
        yield from _modules(found, seen | {place, pom.folder})


def _only(plugins: list[Pom], folder: Path) -> Pom:
    if not plugins:
        raise none(folder)
    if len(plugins) > 1:
        places = [str(p.folder) for p in plugins]
        raise UsageError(
            "project.ambiguous",
            f"{folder} has {len(plugins)} plugins: {', '.join(p.artifact for p in plugins)}",
            cures=tuple(Cure("this one", f"devbox plugin link {place}") for place in places),
        )
    return plugins[0]


def _description(pom: Pom) -> described.Description:
    """The newest manifest of the plugin that a build has left."""
    target = pom.folder / "target"
    found = described.newest(
        [
            *described.exploded(target),
            *described.packed(target),
            *described.links(target / "test-classes", pom.folder / "work" / "plugins", own=(target / "classes",)),
        ]
    )
    if found is None:
        command = f"{pom.command} -q process-classes hpi:hpl -DjenkinsHome=work"
        raise not_built(f"{pom.folder} has no manifest of the plugin yet", command)
    return found


def _roots(pom: Pom, name: str, found: described.Description, build: str) -> tuple[tuple[Root, ...], dict[str, Jar]]:
    """The folders of the plugin and of modules beside it whose classes it holds, and the other jars."""
    own = _folders(pom, "")
    classes = own[1]
    if any(source.is_dir() for source in classes.sources) and not any(classes.local.rglob("*.class")):
        raise not_built(f"{classes.local} has no classes yet", build)
    beside = {p.artifact: p for p in _reactor(pom) if (p.folder / TARGET).is_dir()}
    own_names = {pom.artifact, name, pom.final_name or name}
    jars = [jar for jar in found.jars if _artifact(jar.name) not in own_names]
    modules = [beside[_artifact(jar.name)] for jar in jars if _artifact(jar.name) in beside]
    modules += [p for p in beside.values() if (p.folder / TARGET).resolve() in found.folders]
    linked = [root for p in dict.fromkeys(modules) for root in _folders(p, f"modules/{described.safe(p.artifact)}/")]
    webapp = Root("webapp", pom.folder / "src" / "main" / "webapp", "webapp")
    rest = {described.safe(jar.name): jar for jar in jars if _artifact(jar.name) not in beside}
    return (*own, *linked, webapp), rest


def _folders(pom: Pom, below: str) -> tuple[Root, Root]:
    main = pom.folder / "src" / "main"
    return (
        Root("resources", main / "resources", f"{below}resources"),
        Root(
            "classes",
            pom.folder / TARGET,
            f"{below}classes",
            tuple(main / language for language in LANGUAGES),
        ),
    )


def _artifact(jar: str) -> str:
    """The artifactId in a jar's name: what stands before the version."""
    return re.sub(r"(-\d[^/]*)?\.jar$", "", jar)


def _reactor(pom: Pom) -> Iterable[Pom]:
    """The other modules of the project that this one belongs to: those of the farthest parent that lists it."""
    top = pom
    for place in list(pom.folder.parents)[:4]:
        if (place / POM).is_file():
            above = read(place)
            if any(module.folder == top.folder for module in [above, *_modules(above)]):
                top = above
    return [module for module in _modules(top) if module.folder != pom.folder and module.artifact]
