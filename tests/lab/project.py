"""A plugin's Maven project of three modules, as a developer has it on disk: built by the lab's JDK, no Maven needed.

`parent/pom.xml` with `model` (a jar), `text` (a jar that nobody edits) and `NAME` (the plugin, packaging hpi), which
holds both. `compile` does what `mvn process-classes` would do, `package` what `mvn package` would.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.lab.debian import JAVA_HOME
from tests.lab.places import Places
from tests.lab.plugin import zipped
from tests.lab.shell import run
from tests.lab.tags import LTS
from tests.lab.war import war

POM = """\
<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <parent><groupId>org.x</groupId><artifactId>parent</artifactId><version>1.0-SNAPSHOT</version></parent>
  <artifactId>{artifact}</artifactId>
  <packaging>{packaging}</packaging>
</project>
"""
PARENT = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.x</groupId><artifactId>parent</artifactId><version>1.0-SNAPSHOT</version>
  <packaging>pom</packaging>
  <modules><module>model</module><module>text</module><module>{name}</module></modules>
</project>
"""
PAGE = """\
package org.x.{name};
@hudson.Extension
public class Page implements hudson.model.RootAction {{
    public String getIconFileName() {{ return null; }}
    public String getDisplayName() {{ return "{name}"; }}
    public String getUrlName() {{ return "{name}"; }}
    public String getGreeting() {{ return "{greeting}"; }}
    public String getModel() {{ return new org.x.model.Model().say(); }}
    public String getText() {{ return org.x.text.Text.SAYS; }}
{members}}}
"""
MAIN = "package org.x.{name};\npublic class Main extends hudson.Plugin {{}}\n"
MODEL = 'package org.x.model;\npublic class Model {{\n    public String say() {{ return "{says}"; }}\n}}\n'
TEXT = 'package org.x.text;\npublic class Text {\n    public static final String SAYS = "text".toString();\n}\n'
VIEW = """\
<?jelly escape-by-default='true'?>
<j:jelly xmlns:j="jelly:core"><html><body>
<h1>{heading}</h1><p>${{it.greeting}} ${{it.model}} ${{it.text}}</p>
</body></html></j:jelly>
"""


@dataclass(frozen=True)
class Project:
    """The project in `root`; `name` is the plugin's short name."""

    root: Path
    name: str
    places: Places

    @classmethod
    def make(cls, root: Path, name: str, places: Places) -> Project:
        """Write its sources and build it."""
        made = cls(root, name, places)
        made._write(root / "pom.xml", PARENT.format(name=name))
        for artifact, packaging in (("model", "jar"), ("text", "jar"), (name, "hpi")):
            made._write(root / artifact / "pom.xml", POM.format(artifact=artifact, packaging=packaging))
        made._write(root / "model/src/main/java/org/x/model/Model.java", MODEL.format(says="model"))
        made._write(root / "text/src/main/java/org/x/text/Text.java", TEXT)
        made._write(made.java / "Main.java", MAIN.format(name=name))
        made.page("hello")
        made.view("first view")
        made._write(made.webapp / "static.txt", "first file\n")
        made.package()
        return made

    @property
    def plugin(self) -> Path:
        """The plugin's module."""
        return self.root / self.name

    @property
    def java(self) -> Path:
        return self.plugin / "src/main/java/org/x" / self.name

    @property
    def views(self) -> Path:
        """Where the page's views are."""
        return self.plugin / "src/main/resources/org/x" / self.name / "Page"

    @property
    def webapp(self) -> Path:
        return self.plugin / "src/main/webapp"

    @property
    def classes(self) -> Path:
        return self.plugin / "target/classes"

    def page(self, greeting: str, members: str = "") -> None:
        """Write the action's source; `members` are further ones, in Java."""
        lines = "".join(f"    {line}\n" for line in members.splitlines())
        self._write(self.java / "Page.java", PAGE.format(name=self.name, greeting=greeting, members=lines))

    def view(self, heading: str, name: str = "index") -> Path:
        """Write a view."""
        return self._write(self.views / f"{name}.jelly", VIEW.format(heading=heading))

    def model(self, says: str) -> None:
        """Write the source of the other module."""
        self._write(self.root / "model/src/main/java/org/x/model/Model.java", MODEL.format(says=says))

    def compile(self) -> None:
        """`mvn process-classes`: resources are copied, then classes written, then the index."""
        for module in ("model", "text", self.name):
            self._compile(self.root / module)

    def clean(self) -> None:
        """`mvn clean`, of the plugin's module alone."""
        shutil.rmtree(self.plugin / "target")

    def package(self) -> None:
        """`mvn package`: jars of the modules, and the plugin exploded."""
        self.compile()
        exploded = self.plugin / "target" / self.name
        for module in ("model", "text", self.name):
            target = self.root / module / "target"
            jar = exploded / "WEB-INF/lib" / (f"{module}.jar" if module == self.name else f"{module}-1.0-SNAPSHOT.jar")
            jar.parent.mkdir(parents=True, exist_ok=True)
            files = sorted(file for file in (target / "classes").rglob("*") if file.is_file())
            jar.write_bytes(zipped({str(f.relative_to(target / "classes")): f.read_bytes() for f in files}))
        other = zipped({"org/other/notes.txt": b"a jar from elsewhere\n"})
        (exploded / "WEB-INF/lib/other-2.1.jar").write_bytes(other)
        self._write(exploded / "META-INF/MANIFEST.MF", self.manifest())

    def manifest(self) -> str:
        """What Maven's hpi plugin writes."""
        lines = {
            "Manifest-Version": "1.0",
            "Short-Name": self.name,
            "Long-Name": f"The {self.name} plugin",
            "Group-Id": "org.x",
            "Artifact-Id": self.name,
            "Plugin-Version": "1.0-SNAPSHOT (private-0123abcd-dev)",
            "Jenkins-Version": "1.580",
            "Hudson-Version": "1.580",
            "Plugin-Class": f"org.x.{self.name}.Main",
        }
        return "".join(f"{key}: {value}\r\n" for key, value in lines.items()) + "\r\n"

    def _compile(self, module: Path) -> None:
        classes, resources = module / "target/classes", module / "src/main/resources"
        classes.mkdir(parents=True, exist_ok=True)
        if resources.is_dir():
            shutil.copytree(resources, classes, dirs_exist_ok=True)
        sources = sorted((module / "src/main/java").rglob("*.java"))
        made = [file.stat().st_mtime_ns for file in classes.rglob("*.class")]
        if len(made) >= len(sources) and min(made) > max(file.stat().st_mtime_ns for file in sources):
            return  # as Maven does
        path = ":".join(str(p) for p in (war(self.places, LTS), *(self.root / m / "target/classes" for m in OTHERS)))
        run([JAVA_HOME / "bin/javac", *QUICK, "--release", "8", "-proc:none", "-nowarn", "-Xlint:-options", "-cp", path,
             "-d", classes, *sources])  # fmt: skip
        if module == self.plugin:
            self._write(classes / "META-INF/annotations/hudson.Extension.txt", f"org.x.{self.name}.Page\n")

    def _write(self, file: Path, text: str) -> Path:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file


QUICK = ("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-J-Xshare:auto")
OTHERS = ("model", "text")
"""The modules that are jars."""
