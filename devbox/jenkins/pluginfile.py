"""A plugin's file, read without trusting it: a zip with a manifest and classes, from which nothing is unpacked.

What is wrong with it is not an error here but a `Problem`, since somebody asked for just that.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path
from typing import IO, Any

from devbox.errors import Cure, UsageError
from devbox.frozen import dataclass
from devbox.jenkins import manifest as manifests

MANIFEST = "META-INF/MANIFEST.MF"
ENDINGS = (".hpi", ".jpi")
"""What Jenkins takes."""

MOST_FILES = 100_000
MOST_BYTES = 2 << 30
"""What a plugin unpacks to at most; the biggest ones have some hundred megabytes."""
BOMB_RATIO = 200
BOMB_FROM = 64 << 20
"""Bytes from which on a file that grows by that ratio is a bomb."""
MOST_MANIFEST = 1 << 20
MOST_JAR = 64 << 20
MOST_CLASSES = 4000
"""Classes whose level is looked at, the plugin's own jar first: the check is to take milliseconds."""

LONG_LINE = 512
"""Bytes that Java 8 reads of a manifest's line."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True)
class Problem:
    """Something wrong: "fail" where Jenkins would not have it (or should not), "warn" for the rest."""

    code: str
    message: str
    severity: str = "fail"


@dataclass(frozen=True)
class Dependency:
    """A plugin that another one needs, or (`optional`) uses where it is there."""

    name: str
    version: str
    optional: bool = False


@dataclass(frozen=True)
class PluginFile:
    """What a file says. `dynamic` is False where it asks for a restart; `java` the level of its classes, if known."""

    path: Path
    name: str | None = None
    version: str | None = None
    requires_core: str | None = None
    dependencies: tuple[Dependency, ...] = ()
    dynamic: bool = True
    java: int | None = None
    problems: tuple[Problem, ...] = field(default=())

    @property
    def fails(self) -> bool:
        """Whether something is wrong enough to stop."""
        return any(problem.severity == "fail" for problem in self.problems)


def read(path: Path) -> PluginFile:
    """What the file says and what is wrong with it; raises `plugin.unreadable` for what cannot be read at all."""
    try:
        with path.open("rb") as file:
            return _read(path, file)
    except OSError as error:
        if path.is_dir():
            cures = (Cure("link a project's folder instead", f"devbox plugin link {path}"),)
            raise UsageError("plugin.unreadable", f"{path} is a folder, no plugin file", cures=cures) from error
        built = Cure("give the file that the build made, such as", "devbox plugin check target/my-plugin.hpi")
        reason = error.strerror or str(error)
        raise UsageError("plugin.unreadable", f"{path} cannot be read: {reason}", cures=(built,)) from error
    except ValueError as error:  # a zero byte in the path
        raise UsageError("plugin.unreadable", f"{str(path)!r} is no path: {error}") from error


def _read(path: Path, file: IO[bytes]) -> PluginFile:
    ending = () if path.suffix in ENDINGS else (_ending(path),)
    if path.suffix in (".hpl", ".jpl"):
        return PluginFile(path, problems=ending)
    try:
        with zipfile.ZipFile(file) as content:
            unsafe = tuple(_unsafe(content.infolist()))
            if unsafe:
                return PluginFile(path, problems=(*ending, *unsafe))
            return _described(path, content, ending)
    except Exception as error:  # zipfile passes the errors of its decompressors on as they are
        said = str(error) or type(error).__name__
        return PluginFile(path, problems=(*ending, Problem("plugin.not_zip", f"it is no readable zip file: {said}")))


def _ending(path: Path) -> Problem:
    if path.suffix in (".hpl", ".jpl"):
        return Problem("plugin.ending", "it is a list of places on one machine, not a plugin: link its project instead")
    what = repr(path.suffix) if path.suffix else "a name without an ending"
    return Problem("plugin.ending", f"Jenkins takes {' and '.join(ENDINGS)} alone, not {what}")


def _unsafe(entries: list[zipfile.ZipInfo]) -> Iterator[Problem]:
    """What no plugin has: places outside of it, links, and more than there is room for."""
    if len(entries) > MOST_FILES:
        yield Problem("plugin.bomb", f"it holds {len(entries)} files")
        return
    size = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if size > MOST_BYTES or (size > BOMB_FROM and size > BOMB_RATIO * max(packed, 1)):
        yield Problem("plugin.bomb", f"{packed >> 10} KiB in it unpack to {size >> 20} MiB")
    for entry in entries:
        parts = re.split(r"[/\\]", entry.filename)
        if ".." in parts or not parts[0] or re.match(r"[A-Za-z]:", entry.filename):
            yield Problem("plugin.outside", f"a file in it leads out of it: {entry.filename[:200]!r}")
            return
        if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            yield Problem(
                "plugin.not_zip", f"Java cannot read {entry.filename[:200]!r} in it: packed or locked otherwise"
            )
            return
        if stat.S_ISLNK(entry.external_attr >> 16):
            yield Problem("plugin.symlink", f"a file in it is a link: {entry.filename[:200]!r}")
            return


def _described(path: Path, content: zipfile.ZipFile, before: tuple[Problem, ...]) -> PluginFile:
    try:
        entry = content.getinfo(MANIFEST)
    except KeyError:
        return PluginFile(path, problems=(*before, Problem("plugin.no_manifest", f"it has no {MANIFEST}")))
    with content.open(entry) as source:
        data = source.read(MOST_MANIFEST + 1)
    if len(data) > MOST_MANIFEST:
        return PluginFile(path, problems=(*before, Problem("plugin.bomb", f"its {MANIFEST} is over 1 MiB")))
    attributes = {key.lower(): value for key, value in manifests.parse(data).items()}
    dependencies, wrong = _dependencies(attributes.get("plugin-dependencies"))
    name = attributes.get("short-name")
    return PluginFile(
        path,
        name=name,
        version=attributes.get("plugin-version") or attributes.get("implementation-version"),
        requires_core=attributes.get("jenkins-version") or attributes.get("hudson-version"),
        dependencies=dependencies,
        dynamic=attributes.get("support-dynamic-loading", "true").lower() == "true",
        java=_java(content, name or ""),
        problems=(*before, *_malformed(data), *_missing(attributes), *wrong),
    )


def _malformed(data: bytes) -> Iterator[Problem]:
    """What Java refuses in a manifest, or reads otherwise than it was meant."""
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        yield Problem("manifest.invalid", "its manifest begins with a byte order mark, which Java refuses")
        return
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    end = lines.index(b"") if b"" in lines else len(lines)
    for number, line in enumerate(lines[:end], 1):
        if not re.match(rb" |[A-Za-z0-9][A-Za-z0-9_-]{0,69}: ?", line) or (number == 1 and line.startswith(b" ")):
            yield Problem("manifest.invalid", f"line {number} of its manifest is no attribute: {_shown(line)}")
            return
    if any(len(line) > LONG_LINE for line in lines[:end]):
        yield Problem(
            "manifest.long_line", f"a line of its manifest is over {LONG_LINE} bytes: Java 8 refuses it", "warn"
        )
    if end == len(lines) and len(lines) > 1:
        yield Problem("manifest.unfinished", "the last line of its manifest is not ended: Java leaves it out", "warn")
    try:
        b"\n".join(lines[:end]).replace(b"\n ", b"").decode("utf-8")
    except UnicodeDecodeError:
        yield Problem(
            "manifest.encoding", "its manifest is not UTF-8: Java shows what it cannot read as U+FFFD", "warn"
        )


def _shown(line: bytes) -> str:
    return repr(line[:60].decode("utf-8", "replace"))


def _missing(attributes: dict[str, str]) -> Iterator[Problem]:
    name = attributes.get("short-name")
    if not name:
        yield Problem("manifest.no_name", "its manifest has no Short-Name, by which Jenkins knows a plugin")
    elif not NAME.fullmatch(name):
        yield Problem("manifest.bad_name", f"its Short-Name {name[:60]!r} is no name of a file")
    if not (attributes.get("plugin-version") or attributes.get("implementation-version")):
        yield Problem("manifest.no_version", "its manifest names no version: Jenkins will show '???'", "warn")
    core = attributes.get("jenkins-version") or attributes.get("hudson-version")
    if not core:
        yield Problem("manifest.no_core", "its manifest does not say which Jenkins it needs", "warn")
    elif not re.match(r"[0-9]+(\.[0-9]+)*", core):
        yield Problem("manifest.no_core", f"the Jenkins that it needs, {core[:40]!r}, is no version", "warn")
    if attributes.get("support-dynamic-loading", "true").lower() != "true":
        yield Problem("plugin.restart", "it asks for a restart (Support-Dynamic-Loading)", "warn")


def _dependencies(line: str | None) -> tuple[tuple[Dependency, ...], list[Problem]]:
    """`name:version[;resolution:=optional]`, separated by commas; Jenkins stops at a malformed one."""
    found: list[Dependency] = []
    for word in (line or "").split(",") if (line or "").strip() else ():
        name, colon, rest = word.strip().partition(":")
        version, *options = rest.split(";")
        if not (colon and NAME.fullmatch(name) and version.strip()):
            wrong = Problem("manifest.dependencies", f"its Plugin-Dependencies have {word[:60]!r}, not name:version")
            return tuple(found), [wrong]
        found.append(Dependency(name, version.strip(), "resolution:=optional" in options))
    return tuple(found), []


def _java(content: zipfile.ZipFile, name: str) -> int | None:
    """The Java that the classes need: the highest level among them. Versions for newer Javas in a jar do not count."""
    highest, left = 0, MOST_CLASSES
    own = (f"WEB-INF/lib/{name}.jar", "WEB-INF/lib/classes.jar")
    jars = [entry for entry in content.infolist() if re.fullmatch(r"WEB-INF/lib/[^/]+\.jar", entry.filename)]
    jars.sort(key=lambda entry: entry.filename not in own)
    for major in _majors(content, "WEB-INF/classes/"):
        highest, left = max(highest, major), left - 1
    for entry in jars:
        if left <= 0 or entry.file_size > MOST_JAR:
            continue
        try:
            with content.open(entry) as packed, zipfile.ZipFile(io.BytesIO(packed.read(MOST_JAR))) as jar:
                for major in _majors(jar, ""):
                    highest, left = max(highest, major), left - 1
                    if left <= 0:
                        break
        except Exception:  # noqa: S112 - a jar that Java cannot read either: it says so when it is used
            continue
    return highest - 44 if highest > 44 else None


def _majors(jar: zipfile.ZipFile, below: str) -> Iterator[int]:
    for entry in jar.infolist():
        path = entry.filename
        if not path.startswith(below) or not path.endswith(".class") or "META-INF/versions/" in path:
            continue
        if path.endswith("module-info.class"):
            continue
        with jar.open(entry) as source:
            head = source.read(8)
        if len(head) == 8 and head.startswith(b"\xca\xfe\xba\xbe"):
            yield int.from_bytes(head[6:8], "big")


def shown(file: PluginFile, problems: tuple[Problem, ...]) -> dict[str, Any]:
    """As `files[]` has it."""
    return {
        "file": str(file.path),
        "name": file.name,
        "version": file.version,
        "requires_core": file.requires_core,
        "dependencies": [
            {"name": need.name, "version": need.version, "optional": need.optional} for need in file.dependencies
        ],
        "java": file.java,
        "problems": [{"code": p.code, "message": p.message, "severity": p.severity} for p in problems],
    }
