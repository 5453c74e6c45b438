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


def war(places: Places, version: str) -> Path:
    """The WAR of this version, made when its recipe is new; `jenkins --war` can be tried with it as it is."""
    target = places.cache / "wars" / f"jenkins-{version}-{key(version, JAVA, GROOVY, MANIFEST)}.war"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            made = _assemble(Path(scratch), version)
            made.rename(target)
    return target


def _assemble(scratch: Path, version: str) -> Path:
    legacy = version.startswith("1.")
    classes = scratch / "classes"
    _compile([JAVA / "common", JAVA / ("legacy" if legacy else "current")], classes, GROOVY)
    if legacy:
        _compile([JAVA / "matrix"], scratch / "matrix", classes)
        plugins = classes / "WEB-INF" / "plugins"
        plugins.mkdir(parents=True)
        run([JAVA_HOME / "bin/jar", "--create", "--file", plugins / "matrix-auth.jar", "-C", scratch / "matrix", "."])
    (classes / "WEB-INF").mkdir(exist_ok=True)
    (classes / "WEB-INF" / "web.xml").write_text("<web-app/>\n")
    (classes / "robots.txt").write_text("User-agent: *\nDisallow: /\n")
    shutil.copyfile(GROOVY, scratch / "jenkins.war")
    _without_manifest(scratch / "jenkins.war")
    (scratch / "manifest").write_text(MANIFEST.format(version=version))
    run([JAVA_HOME / "bin/jar", "--update", "--file", scratch / "jenkins.war", "--manifest", scratch / "manifest",
         "-C", classes, "."])  # fmt: skip
    return scratch / "jenkins.war"


def _compile(sources: list[Path], target: Path, classpath: Path) -> None:
    files = [file for source in sources for file in sorted(source.rglob("*.java"))]
    run([JAVA_HOME / "bin/javac", "--release", "17", "-Xlint:all,-serial,-processing", "-Werror", "-cp", classpath,
         "-d", target, *files])  # fmt: skip


def _without_manifest(jar: Path) -> None:
    """Groovy's own manifest must not shine through the WAR's."""
    bare = jar.with_suffix(".bare")
    with zipfile.ZipFile(jar) as old, zipfile.ZipFile(bare, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for member in old.infolist():
            if member.filename != "META-INF/MANIFEST.MF" and not member.is_dir():
                new.writestr(member.filename, old.read(member))
    bare.rename(jar)
