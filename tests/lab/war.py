"""The stand-in's WAR: compiled from `standin/jenkins/java`, Groovy inside, its version in the manifest."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path

from tests.lab.debian import GROOVY, JAVA_HOME
from tests.lab.places import Places
from tests.lab.recipe import key
from tests.lab.shell import run

JAVA = Path(__file__).parent / "standin" / "jenkins" / "java"
MANIFEST = """\
Manifest-Version: 1.0
Main-Class: standin.Main
Implementation-Version: {version}
Jenkins-Version: {version}

"""
MATRIX = """\
Manifest-Version: 1.0
Short-Name: matrix-auth
Long-Name: Matrix Authorization Strategy Plugin
Plugin-Version: 1.1
Hudson-Version: 1.535

"""
EXTRAS = {"WEB-INF/web.xml": "<web-app/>\n", "robots.txt": "User-agent: *\nDisallow: /\n"}


def war(places: Places, version: str) -> Path:
    """The WAR of this version, made when its recipe is new; `devbox up --war` can be tried with it as it is."""
    body = _body(places, "legacy" if version.startswith("1.") else "current")
    target = body.with_name(f"jenkins-{version}-{key(body.name, version, MANIFEST)}.war")
    if not target.exists():
        part = target.with_suffix(".part")
        shutil.copyfile(body, part)
        with zipfile.ZipFile(part, "a") as jar:
            jar.writestr("META-INF/MANIFEST.MF", MANIFEST.format(version=version))
        part.rename(target)
    return target


def _body(places: Places, variant: str) -> Path:
    """What the WARs of one generation share: all but the manifest."""
    target = places.cache / "wars" / f"{variant}-{key(JAVA, GROOVY, str(EXTRAS), MATRIX)}.zip"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            _classes(Path(scratch), variant)
            part = target.with_suffix(".part")
            _zip(Path(scratch) / "classes", part)
            part.rename(target)
    return target


def _classes(scratch: Path, variant: str) -> None:
    classes = scratch / "classes"
    _compile([JAVA / "common", JAVA / variant], classes, GROOVY)
    if variant == "legacy":
        _compile([JAVA / "matrix"], scratch / "matrix", classes)
        _bundle(scratch, classes / "WEB-INF" / "plugins" / "matrix-auth.hpi")
    for name, text in EXTRAS.items():
        (classes / name).parent.mkdir(exist_ok=True)
        (classes / name).write_text(text)


def _bundle(scratch: Path, target: Path) -> None:
    """The plugin that old WARs bring along."""
    jar = scratch / "matrix-auth.jar"
    run([JAVA_HOME / "bin/jar", "--create", "--file", jar, "-C", scratch / "matrix", "."])
    target.parent.mkdir(parents=True)
    with zipfile.ZipFile(target, "w") as plugin:
        plugin.writestr("META-INF/MANIFEST.MF", MATRIX)
        plugin.write(jar, "WEB-INF/lib/matrix-auth.jar")


def _compile(sources: list[Path], target: Path, classpath: Path) -> None:
    files = [file for source in sources for file in sorted(source.rglob("*.java"))]
    run([JAVA_HOME / "bin/javac", "--release", "17", "-Xlint:all,-serial,-processing", "-Werror", "-cp", classpath,
         "-d", target, *files])  # fmt: skip


def _zip(classes: Path, target: Path) -> None:
    """Groovy, without its manifest, and our own files."""
    with zipfile.ZipFile(GROOVY) as groovy, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as jar:
        for member in groovy.infolist():
            if member.filename != "META-INF/MANIFEST.MF" and not member.is_dir():
                jar.writestr(member.filename, groovy.read(member))
        for file in sorted(path for path in classes.rglob("*") if path.is_file()):
            jar.write(file, str(file.relative_to(classes)))
