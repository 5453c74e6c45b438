"""`plugin watch`: an edit is on the page; and after random edits the container has what the project has."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.integration.conftest import sandbox_name
from tests.integration.support.box import HOME, Box
from tests.integration.support.command import Devbox
from tests.integration.support.docker import Docker
from tests.integration.support.loop import Loop
from tests.integration.support.ports import free_port
from tests.lab import Lab
from tests.lab.project import Project

pytestmark = [pytest.mark.engine, pytest.mark.lab]


@pytest.fixture(scope="module")
def linked(
    docker: Docker, lts: str, engine_host: str | None, tmp_path_factory: pytest.TempPathFactory, lab: Lab
) -> Iterator[Box]:
    """One sandbox with the debug agent for all stories; each has a plugin of its own in it."""
    folder = tmp_path_factory.mktemp("watch")
    box = Box(sandbox_name(), Devbox.at(folder, engine_host), docker, free_port(), free_port())
    box.up("jenkins", "--plugin", str(Project.make(folder / "first", "first", lab.places).root)).ok()
    yield box
    docker.sweep(box.name)


@pytest.fixture
def loop(linked: Box, tmp_path: Path, lab: Lab, request: pytest.FixtureRequest) -> Iterator[Loop]:
    """A project that nobody has linked yet."""
    name = f"p{sandbox_name()}"
    made = Loop(linked, Project.make(tmp_path / "project", name, lab.places))
    yield made
    if made.running is not None:
        made.running.process.kill()
        made.running.end()


def test_a_day_of_edits(loop: Loop) -> None:
    project = loop.watch().project
    assert loop.page() == "first view hello model text"
    life = loop.box.life()

    project.view("second view")
    loop.tells("view", "live", "Page/index.jelly")
    assert loop.page() == "second view hello model text", "the next request shows it"
    (project.webapp / "static.txt").write_text("second file\n")
    loop.tells("static", "live", "static.txt")
    assert loop.static() == "second file\n"

    project.page("bonjour")
    project.compile()
    loop.tells("class", "swapped", f"{project.name}.Page")
    assert loop.page() == "second view bonjour model text", "a method's body is swapped"
    project.model("other")
    project.compile()
    loop.tells("class", "swapped", "org.x.model.Model")
    assert loop.page() == "second view bonjour other text", "that of a module beside it, too"
    assert loop.box.life() == life, "nothing of it took a restart"

    project.views.joinpath("index.jelly").write_text('<j:jelly xmlns:j="jelly:core">\n  <p>oops</j:jelly>\n')
    broken = loop.tells("view", "failed", "Page/index.jelly:2:")
    assert '"p"' in broken["detail"], "Jenkins' own words"
    project.view("mended")
    loop.tells("view", "live", "index.jelly")
    loop.shows("mended bonjour")

    (project.views / "index.properties").write_text("a=b\n")
    assert "restart" in loop.tells("bundle", "restart", "index.properties")["detail"]
    project.view("another page", "more")
    loop.tells("view", "live", "more.jelly")
    assert loop.page("more").startswith("another page")
    shutil.copytree(project.plugin / "src/main/resources", project.classes, dirs_exist_ok=True)
    loop.becomes_the_same("Maven's copies are there, too")
    (project.views / "more.jelly").unlink()
    loop.tells("view", "deleted", "more.jelly")
    assert loop.page("more").startswith("404"), "it does not fall back to the copy among the classes"
    assert loop.same()

    project.page("structure", "public int extra() { return 3; }")
    project.compile()
    restarting = loop.tells("jenkins", "restarting")
    assert f"org.x.{project.name}.Page" in restarting["detail"] and "method was added" in restarting["detail"]
    loop.tells("jenkins", "restarted")
    loop.shows("mended structure")
    assert loop.box.life() != life and loop.same()
    ran = loop.stop()
    assert ran.code == 130 and ran.error["code"] == "interrupted" and "Traceback" not in ran.stderr
    assert loop.page().startswith("mended structure"), "the link stays"


def test_a_build_from_scratch_is_waited_for(loop: Loop) -> None:
    project = loop.watch().project
    before = loop.files()
    project.clean()
    loop.tells("build", "waiting")
    assert loop.files() == before, "nothing was taken away"
    half = project.classes / "org/x" / project.name / "Page.class"
    half.parent.mkdir(parents=True)
    half.write_bytes(before[f"classes/org/x/{project.name}/Page.class"][:50])
    project.page("after the build")
    project.package()
    loop.tells("class", "swapped", "Page")
    loop.shows("after the build")
    loop.becomes_the_same("after the build")


def test_never_restart_says_what_it_would_take_and_the_class_is_in_place(loop: Loop) -> None:
    project = loop.watch("--restart", "never").project
    life = loop.box.life()
    project.page("later", "public int extra() { return 3; }")
    project.compile()
    told = loop.tells("class", "restart")
    assert "Page: a method was added" in told["detail"]
    assert loop.page() == "first view hello model text" and loop.box.life() == life and loop.same()
    loop.stop()
    loop.box.devbox.json("restart", loop.box.name).ok()
    loop.shows("later")


def test_always_restart_and_a_new_extension(loop: Loop) -> None:
    project = loop.watch("--restart", "always").project
    life = loop.box.life()
    project.page("by a restart")
    project.compile()
    assert "Page changed" in loop.tells("jenkins", "restarting")["detail"]
    loop.tells("jenkins", "restarted")
    assert loop.box.life() != life
    loop.shows("by a restart")
    index = project.classes / "META-INF/annotations/hudson.Extension.txt"
    index.write_text(index.read_text() + "# another one\n")
    assert "index of extensions" in loop.tells("jenkins", "restarting")["detail"]
    loop.tells("jenkins", "restarted")


def test_a_plugin_that_does_not_come_back_is_said_with_its_cause(loop: Loop) -> None:
    project = loop.watch().project
    main = project.java / "Main.java"
    good = main.read_text()
    main.write_text(
        good.replace("{}", '{ @Override public void start() { throw new IllegalStateException("boom"); } }')
    )
    project.compile()
    loop.tells("jenkins", "restarted")
    assert "boom" in loop.tells("jenkins", "failed", project.name)["detail"]
    main.write_text(good)
    project.compile()
    loop.tells("jenkins", "restarted")
    loop.shows("first view")


def test_a_watch_by_looking_and_a_sandbox_that_goes_away(loop: Loop) -> None:
    project = loop.watch("--poll").project
    project.view("seen")
    loop.tells("view", "live", "index.jelly")
    loop.box.docker.api.stop(loop.box.container)
    project.page("while it is down")
    project.compile()
    loop.told(lambda edit: edit["result"] == "failed", "that Jenkins is not there is said")
    loop.box.again().ok()
    loop.becomes_the_same("what was edited meanwhile is sent")
    loop.shows("while it is down")


HOLD = """
import sys, time
from pathlib import Path
from devbox.engine.endpoint import resolve
from devbox.engine.sdk import connect
from devbox.jenkins.bridge import Bridge
from devbox.jenkins.jdwp import Debugger
import os
endpoint = resolve(host=None, context=None, env=os.environ, platform=sys.platform, home=Path.home())
held = Debugger(Bridge(connect(endpoint), sys.argv[1], 5005))
print("held", flush=True)
time.sleep(600)
"""


def test_a_devbox_that_is_killed_leaves_no_debugger_behind(loop: Loop) -> None:
    """The JVM takes one debugger at a time: a dead one would lock all others out."""
    project = loop.watch().project
    words = [sys.executable, "-c", HOLD, loop.box.container]
    with subprocess.Popen(words, env=dict(loop.box.devbox.env), stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        project.page("one")
        project.compile()
        assert "another debugger" in loop.tells("class", "failed", "Page")["detail"]
        holder.kill()
    project.page("two")
    project.compile()
    loop.tells("class", "swapped", "Page")
    loop.shows("two")


@dataclass
class Editor:
    """Edits a project at random, and remembers what its page has to show."""

    loop: Loop
    dice: random.Random
    heading: str = "first view"
    greeting: str = "hello"
    model: str = "model"
    extra: int = 0
    pages: dict[str, str] = field(default_factory=dict)
    statics: dict[str, str] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        return self.loop.project

    def edit(self, number: int, structure: bool) -> str:
        """One edit; gives its name."""
        edits = [self.view, self.view, self.half_view, self.body, self.module, self.static, self.new_page]
        edits += [self.rename_page, self.delete_page, self.delete_static, self.many, self.editor_save]
        edits += [self.structure] if structure else []
        edits += [self.clean] if number % 20 == 10 else []
        chosen = edits[-1] if number % 20 == 10 else self.dice.choice(edits)
        chosen(number)
        return chosen.__name__

    def view(self, number: int) -> None:
        self.heading = f"view {number}"
        self.project.view(self.heading)

    def half_view(self, number: int) -> None:
        """Written in two pieces, as over a slow disk."""
        self.heading = f"half {number}"
        file = self.project.views / "index.jelly"
        self.project.view(self.heading)
        text = file.read_text()
        with file.open("w") as out:
            out.write(text[:40])
            out.flush()
            os.fsync(out.fileno())
            out.write(text[40:])

    def editor_save(self, number: int) -> None:
        """As editors do: beside it, and then in its place."""
        self.heading = f"saved {number}"
        file = self.project.views / "index.jelly"
        before = file.read_text()
        self.project.view(self.heading)
        after = file.read_text()
        file.write_text(before)
        beside = file.with_name(".index.jelly.swp")
        beside.write_text(after)
        beside.replace(file)

    def body(self, number: int) -> None:
        self.greeting = f"body{number}"
        self.java()

    def structure(self, number: int) -> None:
        self.extra += 1
        self.greeting = f"structure{number}"
        self.java()

    def module(self, number: int) -> None:
        self.model = f"model{number}"
        self.java()

    def java(self) -> None:
        members = "\n".join(f"public int extra{n}() {{ return {n}; }}" for n in range(self.extra))
        self.project.page(self.greeting, members)
        self.project.model(self.model)
        self.project.compile()

    def clean(self, number: int) -> None:
        self.greeting = f"built{number}"
        self.project.clean()
        self.java()
        self.project.package()

    def static(self, number: int) -> None:
        name = f"{self.dice.choice('abc')}/{self.dice.choice('xyz')}.txt"
        self.statics[name] = f"static {number}"
        file = self.project.webapp / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(self.statics[name])

    def delete_static(self, number: int) -> None:
        folder = self.dice.choice("abc")
        shutil.rmtree(self.project.webapp / folder, ignore_errors=True)
        self.statics = {name: text for name, text in self.statics.items() if not name.startswith(f"{folder}/")}

    def new_page(self, number: int) -> None:
        name = f"page{self.dice.randrange(4)}"
        self.pages[name] = f"new {number}"
        self.project.view(self.pages[name], name)

    def rename_page(self, number: int) -> None:
        if self.pages:
            old, new = self.dice.choice(sorted(self.pages)), f"renamed{number}"
            (self.project.views / f"{old}.jelly").rename(self.project.views / f"{new}.jelly")
            self.pages[new] = self.pages.pop(old)

    def delete_page(self, number: int) -> None:
        if self.pages:
            name = self.dice.choice(sorted(self.pages))
            (self.project.views / f"{name}.jelly").unlink()
            del self.pages[name]

    def many(self, number: int) -> None:
        """As a change of branch does."""
        for n in range(10):
            self.statics[f"many/{n}.txt"] = f"many {number}"
            file = self.project.webapp / f"many/{n}.txt"
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"many {number}")

    def check(self, what: str) -> None:
        """The container's files equal the project's, and the pages show the last edit."""
        self.loop.becomes_the_same(f"after {what}")
        self.loop.shows(f"{self.heading} {self.greeting} {self.model} text")
        for name, text in self.pages.items():
            assert self.loop.page(name).startswith(text), what
        for name, text in list(self.statics.items())[:3]:
            assert self.loop.static(name) == text, what


def _random_edits(loop: Loop, count: int, structures: int, seed: int) -> None:
    editor = Editor(loop.watch(), random.Random(seed))
    every = max(1, count // max(1, structures))
    for number in range(count):
        what = editor.edit(number, structure=number % every == every - 1)
        editor.check(f"edit {number} (seed {seed}, {what})")
    assert "Traceback" not in loop.stop().stderr


def test_random_edits(loop: Loop) -> None:
    _random_edits(loop, 40, 2, random.randrange(1 << 30))


@pytest.mark.soak
def test_two_hundred_random_edits(loop: Loop) -> None:
    _random_edits(loop, 200, 20, random.randrange(1 << 30))


def test_a_link_of_this_home_names_no_folder_of_this_machine(linked: Box, lab: Lab) -> None:
    text = linked.file("plugins/first.hpl").replace("\r\n ", "")
    assert f"Resource-Path: {HOME}/devbox-link/first/webapp" in text
    assert str(linked.devbox.cwd.parent) not in text
