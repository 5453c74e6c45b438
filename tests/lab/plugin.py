"""Plugins for tests: compiled once with the lab's JDK against the stand-in's WAR, kept in the cache, zipped on demand.

`Plugin` is a plugin's content; `hpi` makes the file. What a test needs broken it breaks by `manifest` and `files`.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.debian import JAVA_HOME
from tests.lab.places import Places
from tests.lab.recipe import key
from tests.lab.shell import run
from tests.lab.tags import LTS
from tests.lab.war import war

ACTION = """\
package org.x.{name};
@hudson.Extension
public class Page implements hudson.model.RootAction {{
    public String getIconFileName() {{ return null; }}
    public String getDisplayName() {{ return "{name}"; }}
    public String getUrlName() {{ return "{name}"; }}
    public String getGreeting() {{ return "{greeting}"; }}
}}
"""
MAIN = """\
package org.x.{name};
public class Main extends hudson.Plugin {{
    @Override public void start() throws Exception {{ {start} }}
}}
"""
VIEW = """\
<j:jelly xmlns:j="jelly:core"><html><body><h1>{view}</h1><p>${{it.greeting}}</p></body></html></j:jelly>
"""


@dataclass(frozen=True)
class Plugin:
    """A plugin with a page `/NAME/` that shows `view` and its class's `greeting`, and a static file.

    `start` is Java that runs at its start. `manifest` adds attributes, or takes one away (None); `files` adds files.
    """

    name: str
    version: str = "1.0"
    greeting: str = "hello"
    view: str = "first view"
    static: str = "first file\n"
    start: str = ""
    core: str = "1.580"
    depends: str = ""
    release: int = 8
    manifest: Mapping[str, str | None] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def sources(self) -> dict[str, str]:
        """Its Java."""
        texts = {"Page": ACTION.format(name=self.name, greeting=self.greeting)}
        return texts | {"Main": MAIN.format(name=self.name, start=self.start)}

    def attributes(self) -> dict[str, str]:
        """The manifest's attributes."""
        usual: dict[str, str | None] = {
            "Manifest-Version": "1.0",
            "Extension-Name": self.name,
            "Short-Name": self.name,
            "Long-Name": f"The {self.name} plugin",
            "Implementation-Version": self.version,
            "Plugin-Version": self.version,
            "Hudson-Version": self.core,
            "Jenkins-Version": self.core,
            "Plugin-Class": f"org.x.{self.name}.Main",
            "Plugin-Dependencies": self.depends or None,
        }
        return {name: value for name, value in {**usual, **self.manifest}.items() if value is not None}

    def manifest_text(self) -> str:
        """The manifest, each attribute on a line of its own, however long."""
        return "".join(f"{name}: {value}\r\n" for name, value in self.attributes().items()) + "\r\n"


def classes(places: Places, plugin: Plugin) -> dict[str, bytes]:
    """The class files by their path, compiled when their sources are new, and the index of extensions."""
    jar = _compiled(places, plugin)
    with zipfile.ZipFile(jar) as content:
        found = {name: content.read(name) for name in content.namelist()}
    return found | {"META-INF/annotations/hudson.Extension.txt": f"org.x.{plugin.name}.Page\n".encode()}


def resources(plugin: Plugin) -> dict[str, bytes]:
    """What lies in `src/main/resources`."""
    return {f"org/x/{plugin.name}/Page/index.jelly": VIEW.format(view=plugin.view).encode()}


def jar(places: Places, plugin: Plugin) -> bytes:
    """The plugin's jar: classes and views."""
    return zipped({**classes(places, plugin), **resources(plugin)})


def hpi(places: Places, plugin: Plugin, folder: Path, name: str | None = None) -> Path:
    """The plugin's file in `folder`, as `NAME.hpi`."""
    target = folder / (name or f"{plugin.name}.hpi")
    inside = {
        "META-INF/MANIFEST.MF": plugin.manifest_text().encode(),
        f"WEB-INF/lib/{plugin.name}.jar": jar(places, plugin),
        "static.txt": plugin.static.encode(),
    }
    target.write_bytes(zipped({**inside, **plugin.files}))
    return target


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip with these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as content:
        for name, data in files.items():
            content.writestr(zipfile.ZipInfo(name), data)  # without the time of now, so that the same is the same
    return out.getvalue()


def _compiled(places: Places, plugin: Plugin) -> Path:
    target = places.cache / "plugins" / f"{key(str(plugin.sources), str(plugin.release))}.jar"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            made = _javac(Path(scratch), plugin, war(places, LTS))
            part = Path(scratch) / "part.jar"
            part.write_bytes(zipped({str(file.relative_to(made)): file.read_bytes() for file in made.rglob("*.class")}))
            part.replace(target)
    return target


def _javac(scratch: Path, plugin: Plugin, classpath: Path) -> Path:
    files = []
    for name, text in plugin.sources.items():
        file = scratch / "src" / f"{name}.java"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        files.append(file)
    # the WAR's own classes may be newer than what the plugin is compiled for: javac only warns of that
    run([JAVA_HOME / "bin/javac", "--release", str(plugin.release), "-proc:none", "-nowarn", "-Xlint:-options",
         "-cp", classpath, "-d", scratch / "out", *files])  # fmt: skip
    return scratch / "out"
