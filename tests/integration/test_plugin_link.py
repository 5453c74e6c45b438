"""`plugin link` and `unlink`: a project in the running Jenkins, and nothing of it left afterwards."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.support.box import HOME, Box
from tests.integration.support.loop import PATIENCE, Loop
from tests.integration.support.ports import free_port
from tests.integration.support.waiting import until
from tests.lab import Lab
from tests.lab.project import Project

pytestmark = [pytest.mark.engine, pytest.mark.lab]


@pytest.fixture
def loop(box: Box, tmp_path: Path, lab: Lab, lts: str) -> Iterator[Loop]:
    """A built project, and a sandbox that is not there yet."""
    made = Loop(box, Project.make(tmp_path / "project", "hello", lab.places))
    yield made
    if made.running is not None:
        made.running.process.kill()


def options(box: Box) -> str:
    """Java's options in the container."""
    found = box.docker.container(box.container)
    assert found is not None
    return dict(pair.split("=", 1) for pair in found["Config"]["Env"])["JAVA_OPTS"]


def listens(box: Box) -> bool:
    """Whether the debug agent listens on the container's own loopback (5005 is 138D)."""
    return "0100007F:138D" in box.devbox.run("exec", box.name, "--", "cat", "/proc/net/tcp").ok().stdout


def test_link_asks_for_the_agent_and_unlink_undoes_all_of_it(loop: Loop) -> None:
    box, root = loop.box, str(loop.project.root)
    box.up().ok()
    before = box.life()
    loop.plugin("link", root).failed("confirm.needed", 3)
    planned = loop.plugin("link", root, "--dry-run").ok().changes
    assert ("create", box.container) in planned and ("link", "hello") in planned
    assert box.life() == before and not box.docker.has(box.container, loop.inside)

    linked = loop.plugin("link", root, "--yes").ok().data
    assert (linked["name"], linked["version"]) == ("hello", "1.0-SNAPSHOT (private-0123abcd-dev)")
    assert str(loop.project.views.parents[3]) in linked["folders"] and linked["restarted"]
    assert loop.page() == "first view hello model text"
    assert loop.static() == "first file\n"
    assert loop.same() and loop.owners() == {(1000, 1000)}
    assert "address=127.0.0.1:5005" in options(box) and listens(box)
    found = box.docker.container(box.container)
    assert found is not None and not found["NetworkSettings"]["Ports"].get("5005/tcp"), "nothing is published"

    life = box.life()
    again = loop.plugin("link", root).ok()
    assert not again.data["restarted"] and box.life() == life
    assert box.again().ok().changes == []

    loop.project.view("second view")
    assert not loop.plugin("link", root).ok().data["restarted"], "views need no restart"
    loop.shows("second view hello")
    loop.project.page("bonjour")
    loop.project.compile()
    assert loop.plugin("link", root).ok().data["restarted"], "a class that is loaded does"
    loop.shows("second view bonjour")

    for name in ("nope", "../plugins", "."):
        loop.plugin("unlink", name).failed("link.unknown")
    planned = loop.plugin("unlink", "hello", "--dry-run").ok().changes
    assert planned[0] == ("unlink", "hello") and ("create", box.container) in planned
    unlinking = box.devbox.start("--json", "plugin", "unlink", "hello", "-n", box.name)
    until(lambda: not box.docker.has(box.container, f"{HOME}/plugins/hello.hpl"), "the .hpl is gone", PATIENCE, 0.02)
    unlinking.signal(signal.SIGINT)
    unlinking.end()
    loop.plugin("unlink", "hello")  # one that is interrupted can be finished
    assert loop.page().startswith("404")
    assert not box.docker.has(box.container, f"{HOME}/devbox-link")
    assert not box.docker.has(box.container, f"{HOME}/plugins/hello.hpl")
    assert "jdwp" not in options(box) and "noCache" not in options(box)
    loop.plugin("unlink", "hello").failed("link.unknown")


def test_up_links_from_the_start_and_a_second_plugin_is_linked_hot(loop: Loop, tmp_path: Path, lab: Lab) -> None:
    box = loop.box
    (box.devbox.cwd / "devbox.toml").write_text(f'[jenkins]\nplugin_dir = "{loop.project.root}"\n')
    ran = box.up().ok()
    assert ("link", "hello") in ran.changes and ran.warnings == []
    assert loop.page() == "first view hello model text"
    life = box.life()
    assert box.again().ok().changes == [] and box.life() == life
    other = Loop(box, Project.make(tmp_path / "second", "other", lab.places))
    assert not other.plugin("link", str(other.project.root)).ok().data["restarted"]
    assert other.page() == "first view hello model text" and box.life() == life
    other.project.view("live at once")
    box.docker.write(box.container, other.inside, {"resources/org/x/other/Page/index.jelly": "<p>by hand</p>"})
    assert other.page() == "by hand", "noCache is on"
    assert not other.plugin("link", str(other.project.root)).ok().data["restarted"]
    assert other.page().startswith("live at once")
    assert other.plugin("unlink", "other").ok()
    assert other.page().startswith("404") and loop.page().startswith("first view")
    assert "jdwp" in options(box), "the other one is still linked"
    box.down().ok()
    box.again().ok()
    assert loop.page() == "first view hello model text", "a link lives in the home"


def test_what_cannot_be_loaded_is_taken_back(loop: Loop) -> None:
    box = loop.box
    assert box.up("jenkins", "--plugin", str(loop.project.root)).ok()
    bad = Project(loop.project.root.with_name("bad"), "bad", loop.project.places)
    Project.make(bad.root, "bad", bad.places)
    manifest = bad.plugin / "target/bad/META-INF/MANIFEST.MF"
    manifest.write_text(bad.manifest().replace("org.x.bad.Main", "org.x.bad.Gone"))
    life = box.life()
    ran = Loop(box, bad).plugin("link", str(bad.root)).failed("link.failed")
    assert "org.x.bad.Gone" in ran.error["cause"]
    assert not box.docker.has(box.container, f"{HOME}/plugins/bad.hpl")
    assert not box.docker.has(box.container, f"{HOME}/devbox-link/bad")
    assert box.life() == life and loop.page().startswith("first view")

    manifest.write_text(bad.manifest())
    mended = Loop(box, bad)
    assert not mended.plugin("link", str(bad.root)).ok().data["restarted"], "Jenkins keeps the failure in its list"
    assert mended.page() == "first view hello model text" and box.life() == life


def test_a_published_debugger_is_said_and_one_debugger_is_enough(loop: Loop) -> None:
    from devbox.jenkins.jdwp import attached
    from tests.integration.support.wire import Wire

    box, port = loop.box, free_port()
    ran = box.up("jenkins", "--plugin", str(loop.project.root), "--debug-port", str(port)).ok()
    assert ran.warnings == ["debug.open"]
    assert ran.sandbox["services"][0]["ports"]["5005/tcp"] == f"127.0.0.1:{port}"
    assert f"jdb -attach 127.0.0.1:{port}" in box.devbox.run("up", "jenkins", "-n", box.name).ok().stdout
    loop.watch("--restart", "never")
    with attached(Wire(port)) as ide:
        assert ide.loaded("Lorg/x/hello/Page;")
        loop.project.page("while the IDE is there")
        loop.project.compile()
        failed = loop.tells("class", "failed", "Page")
        assert "another debugger" in failed["detail"]
    loop.project.page("when it is gone")
    loop.project.compile()
    loop.tells("class", "swapped", "Page")
    loop.shows("when it is gone")
    assert loop.stop().code == 130
    closed = box.again("jenkins", "--no-debug").ok()
    assert closed.warnings == [] and "5005/tcp" not in closed.sandbox["services"][0]["ports"]
    assert listens(box), "it is inside again"


def test_an_old_core_under_a_prefix(loop: Loop, have: Callable[[str], str]) -> None:
    have("1.610")
    box = loop.box
    box.up("jenkins:1.610", "--prefix", "/jenkins", "--plugin", str(loop.project.root)).ok()
    assert loop.page() == "first view hello model text"
    loop.project.view("second view")
    loop.project.page("bonjour")
    loop.project.compile()
    (loop.project.webapp / "static.txt").unlink()
    box.docker.api.stop(box.container)
    assert loop.plugin("link", str(loop.project.root)).ok(), "one that is stopped is started"
    assert loop.page() == "second view bonjour model text" and loop.static() == "404" and loop.same()
    loop.watch()
    loop.project.page("swapped")
    loop.project.compile()
    loop.tells("class", "swapped", "Page")
    assert loop.page() == "second view swapped model text"
    loop.project.views.joinpath("index.jelly").write_text("<p>\n")
    loop.tells("view", "failed", "index.jelly:")
    loop.stop()
    box.docker.api.stop(box.container)
    planned = loop.plugin("unlink", "hello", "--dry-run").ok().changes
    assert planned[0] == ("unlink", "hello") and ("start", box.container) in planned
    loop.plugin("unlink", "hello").ok()
    assert loop.page().startswith("404") and not box.docker.has(box.container, f"{HOME}/devbox-link")


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        (("plugin", "link", "nowhere"), "project.none", 2),
        (("plugin", "link", "."), "project.none", 2),
        (("plugin", "watch", ".", "--restart", "maybe"), "option.invalid", 2),
        (("up", "jenkins", "--plugin", "git"), "plugin.unsupported", 2),
        (("up", "jenkins", "--plugin", "git:5.2.0"), "plugin.unsupported", 2),
        (("up", "jenkins", "--plugin", "nowhere/git:1"), "project.none", 2),
        (("up", "jenkins", "--plugin", ""), "option.invalid", 2),
        (("up", "jenkins", "--plugin", "a-file.hpi"), "plugin.unfit", 1),
        (("up", "jenkins", "--plugin", ".", "--no-wait"), "option.conflict", 2),
        (("up", "jenkins", "--debug-port", "0"), "option.invalid", 2),
    ],
)
def test_wrong_usage(box: Box, words: tuple[str, ...], code: str, status: int) -> None:
    (box.devbox.cwd / "a-file.hpi").write_text("x")
    box.devbox.json(*words, "-n", box.name).failed(code, status)
    assert box.parts() == set()


def test_link_and_unlink_of_a_sandbox_that_is_not_there(loop: Loop) -> None:
    loop.plugin("link", str(loop.project.root)).failed("sandbox.unknown")
    loop.plugin("unlink", "hello").failed("sandbox.unknown")
