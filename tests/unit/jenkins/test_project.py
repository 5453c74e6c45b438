"""Which plugin a folder holds, and what of it a build has left: Maven's layouts and Gradle's."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from devbox.errors import UsageError
from devbox.jenkins import hpl, manifest, project
from tests.unit.jenkins.classes import class_file

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
<artifactId>{artifact}</artifactId><packaging>{packaging}</packaging>{more}</project>"""
MANIFEST = "Manifest-Version: 1.0\nShort-Name: hello\nPlugin-Version: 1.2\nJenkins-Version: 2.479\n\n"


def write(file: Path, content: str | bytes = "") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def maven(folder: Path, artifact: str = "hello", packaging: str = "hpi", more: str = "") -> Path:
    """A module that is compiled."""
    write(folder / "pom.xml", POM.format(artifact=artifact, packaging=packaging, more=more))
    write(folder / "src/main/java/org/x/A.java")
    write(folder / "target/classes/org/x/A.class", class_file("org/x/A"))
    return folder


def exploded(folder: Path, *jars: str, text: str = MANIFEST) -> None:
    write(folder / "target/hello/META-INF/MANIFEST.MF", text)
    for jar in jars:
        write(folder / "target/hello/WEB-INF/lib" / jar, "a jar")


def code(folder: Path) -> str:
    with pytest.raises(UsageError) as caught:
        project.find(folder)
    assert caught.value.cures
    return caught.value.code


def test_an_exploded_plugin(tmp_path: Path) -> None:
    maven(tmp_path)
    exploded(tmp_path, "hello.jar", "commons-io-2.11.0.jar", "hello-world-1.0.jar")
    found = project.find(tmp_path)
    assert (found.name, found.version) == ("hello", "1.2")
    assert set(found.jars) == {"commons-io-2.11.0.jar", "hello-world-1.0.jar"}, "its own classes are not a library"
    assert found.libraries == ("resources", "classes", "lib/commons-io-2.11.0.jar", "lib/hello-world-1.0.jar")


def test_from_any_folder_inside(tmp_path: Path) -> None:
    maven(tmp_path)
    exploded(tmp_path)
    assert project.find(tmp_path / "src/main/java/org").folder == tmp_path.resolve()


def test_a_built_hpi_and_its_jars(tmp_path: Path) -> None:
    maven(tmp_path)
    with zipfile.ZipFile(tmp_path / "target/hello.hpi", "w") as made:
        made.writestr("META-INF/MANIFEST.MF", MANIFEST)
        made.writestr("WEB-INF/lib/hello.jar", "own")
        made.writestr("WEB-INF/lib/gson-2.10.jar", "gson")
    found = project.find(tmp_path)
    assert {name: jar.read() for name, jar in found.jars.items()} == {"gson-2.10.jar": b"gson"}


@pytest.mark.parametrize("place", ["target/test-classes/the.hpl", "work/plugins/hello.hpl"])
def test_an_hpl_that_maven_wrote(tmp_path: Path, place: str) -> None:
    maven(tmp_path)
    jar = write(tmp_path / "m2/gson-2.10.jar")
    lines = f"{tmp_path}/src/main/resources,{tmp_path}/target/classes,{jar}"
    write(tmp_path / place, manifest.render({"Manifest-Version": "1.0", "Short-Name": "hello", "Libraries": lines}))
    found = project.find(tmp_path)
    assert set(found.jars) == {"gson-2.10.jar"}
    assert "Libraries" in found.manifest and b"m2" not in hpl.render(found)


def test_a_jar_that_is_listed_and_gone(tmp_path: Path) -> None:
    maven(tmp_path)
    lines = f"{tmp_path}/target/classes,/gone/away.jar"
    text = manifest.render({"Manifest-Version": "1.0", "Short-Name": "hello", "Libraries": lines})
    write(tmp_path / "work/plugins/hello.hpl", text)
    assert code(tmp_path) == "project.not_built"


def test_anothers_hpl_in_the_work_folder_is_not_this_plugins(tmp_path: Path) -> None:
    maven(tmp_path)
    write(tmp_path / "work/plugins/other.hpl", "Manifest-Version: 1.0\nShort-Name: other\nLibraries: /else/where\n")
    assert code(tmp_path) == "project.not_built"


def test_the_newest_description_counts(tmp_path: Path) -> None:
    maven(tmp_path)
    exploded(tmp_path)
    with zipfile.ZipFile(tmp_path / "target/hello.hpi", "w") as made:
        made.writestr("META-INF/MANIFEST.MF", MANIFEST.replace("1.2", "1.3"))
    for age, version in ((60, "1.2"), (-60, "1.3")):
        at = (tmp_path / "target/hello/META-INF/MANIFEST.MF").stat().st_mtime + age
        os.utime(tmp_path / "target/hello.hpi", (at - 2 * age, at - 2 * age))
        assert project.find(tmp_path).version == version


def reactor(root: Path, *jars: str) -> Path:
    """A parent, a library module and the plugin."""
    modules = "<modules><module>core</module><module>plugin</module></modules>"
    write(root / "pom.xml", POM.format(artifact="parent", packaging="pom", more=modules))
    maven(root / "core", "core", "jar")
    maven(root / "plugin")
    exploded(root / "plugin", *jars)
    return root


def test_the_plugin_among_modules_and_the_modules_it_holds(tmp_path: Path) -> None:
    found = project.find(reactor(tmp_path, "core-1.0-SNAPSHOT.jar", "gson-2.10.jar"))
    assert found.folder == (tmp_path / "plugin").resolve()
    assert set(found.jars) == {"gson-2.10.jar"}, "a module's classes come from the module"
    assert found.libraries == (
        "resources", "modules/core/resources", "classes", "modules/core/classes", "lib/gson-2.10.jar",
    )  # fmt: skip
    assert project.find(tmp_path / "plugin").libraries == found.libraries


def test_a_module_that_the_plugin_does_not_hold_is_not_linked(tmp_path: Path) -> None:
    assert "modules/core/classes" not in project.find(reactor(tmp_path)).libraries


def test_two_plugins_are_named(tmp_path: Path) -> None:
    modules = "<modules><module>a</module><module>b</module></modules>"
    write(tmp_path / "pom.xml", POM.format(artifact="parent", packaging="pom", more=modules))
    maven(tmp_path / "a", "one")
    maven(tmp_path / "b", "two")
    with pytest.raises(UsageError) as caught:
        project.find(tmp_path)
    assert caught.value.code == "project.ambiguous"
    assert {cure.command for cure in caught.value.cures} == {
        f"devbox plugin link {tmp_path.resolve() / place}" for place in "ab"
    }


def test_modules_that_go_in_a_circle(tmp_path: Path) -> None:
    more = f"<modules><module>.</module><module>../{tmp_path.name}</module></modules>"
    write(tmp_path / "pom.xml", POM.format(artifact="parent", packaging="pom", more=more))
    assert code(tmp_path) == "project.none"


@pytest.mark.parametrize(
    ("make", "expected", "command"),
    [
        (lambda p: None, "project.none", None),
        (lambda p: write(p / "pom.xml", POM.format(artifact="a", packaging="jar", more="")), "project.none", None),
        (lambda p: write(p / "pom.xml", "<project>"), "project.broken", None),
        (lambda p: write(p / "pom.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><project/>"), "project.broken", None),
        (lambda p: write(p / "pom.xml", b"\xff\xfe\x00"), "project.broken", None),
        (lambda p: write(p / "build.gradle", "apply plugin: 'java'"), "project.none", None),
        (
            lambda p: write(p / "pom.xml", POM.format(artifact="a", packaging="hpi", more="")),
            "project.not_built",
            "mvn -q process-classes hpi:hpl -DjenkinsHome=work",
        ),
        (
            lambda p: (maven(p), exploded(p), (p / "target/classes/org/x/A.class").unlink()),
            "project.not_built",
            "mvn -q process-classes",
        ),
        (lambda p: (maven(p), exploded(p, text=MANIFEST.replace("hello", "../evil"))), "project.broken", None),
        (lambda p: (maven(p), exploded(p, text=MANIFEST.replace("hello", "a b"))), "project.broken", None),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_with_what_makes_it(
    tmp_path: Path, make: object, expected: str, command: str | None
) -> None:
    make(tmp_path)  # type: ignore[operator]
    with pytest.raises(UsageError) as caught:
        project.find(tmp_path)
    assert caught.value.code == expected
    assert caught.value.cures
    if command:
        assert caught.value.cures[0].command == command


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert code(tmp_path / "nope") == "project.none"


def test_the_projects_own_maven(tmp_path: Path) -> None:
    write(tmp_path / "mvnw")
    write(tmp_path / "pom.xml", POM.format(artifact="a", packaging="hpi", more=""))
    with pytest.raises(UsageError) as caught:
        project.find(tmp_path)
    assert (caught.value.cures[0].command or "").startswith("./mvnw -q ")


def gradle(root: Path) -> Path:
    write(root / "build.gradle.kts", 'plugins { id("org.jenkins-ci.jpi2") version "0.60.0" }')
    write(root / "src/main/java/org/x/A.java")
    write(root / "build/classes/java/main/org/x/A.class", class_file("org/x/A"))
    return root


def test_a_gradle_project_by_its_hpl(tmp_path: Path) -> None:
    gradle(tmp_path)
    jar = write(tmp_path / "cache/gson-2.10.jar")
    lines = f"{tmp_path}/src/main/resources,{tmp_path}/build/classes/java/main,{jar}"
    text = manifest.render(
        {"Manifest-Version": "1.0", "Short-Name": "hello", "Plugin-Version": "3", "Libraries": lines}
    )
    write(tmp_path / "build/hpl/hello.hpl", text)
    found = project.find(tmp_path)
    assert (found.name, found.version, set(found.jars)) == ("hello", "3", {"gson-2.10.jar"})
    assert found.libraries == ("resources", "classes", "lib/gson-2.10.jar")


def test_a_gradle_project_among_others_by_its_hpi(tmp_path: Path) -> None:
    write(tmp_path / "settings.gradle", "include 'plugin'")
    place = gradle(tmp_path / "plugin")
    (place / "build/libs").mkdir()
    with zipfile.ZipFile(place / "build/libs/hello.hpi", "w") as made:
        made.writestr("META-INF/MANIFEST.MF", MANIFEST)
        made.writestr("WEB-INF/lib/hello-1.2.jar", "own")
        made.writestr("WEB-INF/lib/gson-2.10.jar", "gson")
    found = project.find(tmp_path)
    assert (found.folder, set(found.jars)) == (place.resolve(), {"gson-2.10.jar"})


def test_a_gradle_project_that_is_not_built(tmp_path: Path) -> None:
    gradle(tmp_path)
    with pytest.raises(UsageError) as caught:
        project.find(tmp_path)
    assert caught.value.cures[0].command == "gradle classes generateJenkinsServerHpl"
    (tmp_path / "build/classes/java/main/org/x/A.class").unlink()
    with pytest.raises(UsageError) as caught:
        project.find(tmp_path)
    assert caught.value.cures[0].command == "gradle classes"


def test_the_hpl_names_folders_of_the_container_alone(tmp_path: Path) -> None:
    text = manifest.parse(hpl.render(project.find(reactor(tmp_path, "core-1.0.jar", "a,b*.jar"))))
    home = "/var/jenkins_home/devbox-link/hello"
    assert text["Libraries"].split(",") == [
        f"{home}/resources", f"{home}/modules/core/resources", f"{home}/classes", f"{home}/modules/core/classes",
        f"{home}/lib/a_b_.jar",
    ]  # fmt: skip
    assert text["Resource-Path"] == f"{home}/webapp"
    assert (text["Manifest-Version"], text["Short-Name"], text["Jenkins-Version"]) == ("1.0", "hello", "2.479")
    assert str(tmp_path) not in hpl.render(project.find(tmp_path)).decode()
