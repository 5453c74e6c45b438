"""Hot swap against a real JVM of this machine: what Java itself says to each change of a class."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from devbox.errors import DevboxError
from devbox.jenkins import classfile
from devbox.jenkins.jdwp import Swap, attached
from tests.integration.support.ports import free_port
from tests.integration.support.waiting import until
from tests.integration.support.wire import Wire
from tests.lab import Lab
from tests.lab.debian import JAVA_HOME
from tests.lab.project import QUICK

pytestmark = pytest.mark.lab

GREETER = """\
package x;
public class Greeter %(parent)s {
    %(members)s
    String greet() { return "%(says)s"; }
}
"""
LOOP = """\
package x;
public class Loop {
    public static void main(String[] words) throws Exception {
        Greeter greeter = new Greeter();
        while (true) { System.out.println(greeter.greet()); Thread.sleep(50); }
    }
}
"""


@dataclass(frozen=True)
class Java:
    """A JVM that greets for ever, with a debug agent on `port`."""

    folder: Path
    port: int
    said: Path

    def compile(self, says: str, members: str = "", parent: str = "") -> bytes:
        """The greeter's class file, changed."""
        place = self.folder / "new"
        source = self.folder / "src" / "Greeter.java"
        source.write_text(GREETER % {"says": says, "members": members, "parent": parent})
        subprocess.run([f"{JAVA_HOME}/bin/javac", *QUICK, "-d", place, source], check=True, capture_output=True)
        return (place / "x/Greeter.class").read_bytes()

    def swap(self, content: bytes) -> Swap:
        """What Java says to it."""
        file = classfile.read(content)
        assert file is not None and file.name == "x/Greeter"
        with attached(Wire(self.port)) as debugger:
            return debugger.swap({file.signature: content})[file.signature]

    def says(self, text: str) -> None:
        """Wait until it greets so."""
        until(lambda: self.said.read_text().endswith(f"{text}\n"), f"it says {text}", 60)


@pytest.fixture(scope="module")
def java(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Java]:
    folder = tmp_path_factory.mktemp("jvm")
    (folder / "src").mkdir()
    (folder / "src/Loop.java").write_text(LOOP)
    made = Java(folder, free_port(), folder / "out.txt")
    made.compile("one")
    sources = [folder / "src/Greeter.java", folder / "src/Loop.java"]
    subprocess.run([f"{JAVA_HOME}/bin/javac", "-d", folder / "run", *sources], check=True, capture_output=True)
    agent = f"-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:{made.port}"
    with made.said.open("w") as out:
        process = subprocess.Popen([f"{JAVA_HOME}/bin/java", agent, "-cp", folder / "run", "x.Loop"], stdout=out)
    until(lambda: made.said.read_text().count("one\n") > 1, "it greets", 60)
    yield made
    process.kill()
    process.wait()


def test_a_body_is_swapped_and_back(java: Java) -> None:
    assert java.swap(java.compile("two")) == Swap("swapped")
    java.says("two")
    assert java.swap(java.compile("one")) == Swap("swapped")
    java.says("one")


@pytest.mark.parametrize(
    ("members", "parent", "why"),
    [
        ("int more() { return 1; }", "", "a method was added"),
        ("int field;", "", "a field was added"),
        ("", "implements java.io.Serializable", "superclass or interfaces"),
    ],
)
def test_another_structure_is_what_java_cannot_take(java: Java, members: str, parent: str, why: str) -> None:
    found = java.swap(java.compile("changed", members, parent))
    assert found.kind == "structure" and why in found.why
    java.says("one")


def test_a_half_written_class_is_refused_and_harms_nothing(java: Java) -> None:
    whole = java.compile("two")
    with attached(Wire(java.port)) as debugger:
        found = debugger.swap({"Lx/Greeter;": whole[:-20]})["Lx/Greeter;"]
    assert found.kind == "invalid"
    java.says("one")


def test_a_class_for_a_newer_java(java: Java) -> None:
    newer = bytearray(java.compile("two"))
    newer[6:8] = (200).to_bytes(2, "big")
    assert java.swap(bytes(newer)).kind == "java"


def test_a_class_that_is_not_loaded(java: Java) -> None:
    with attached(Wire(java.port)) as debugger:
        assert debugger.swap({"Lx/Nobody;": b""}) == {"Lx/Nobody;": Swap("not loaded")}


def test_the_second_debugger_is_turned_away_and_the_first_goes_on(java: Java) -> None:
    with attached(Wire(java.port)) as first:
        with pytest.raises((DevboxError, OSError)), attached(Wire(java.port)):
            pytest.fail("two at once")
        assert first.loaded("Lx/Greeter;")
    assert java.swap(java.compile("one")) == Swap("swapped")
