"""`devbox plugin check`, `deploy`, `list` in real sandboxes: the reference's pitfalls, told as stories.

One current Jenkins and one of the 1.6xx line under a prefix serve all of them; each story has plugins of its own.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devbox.engine.endpoint import resolve
from devbox.engine.sdk import connect
from devbox.errors import DevboxError
from devbox.jenkins import pluginfile
from devbox.jenkins.pluginfile import PluginFile
from devbox.sandbox.plugins import deploy as deploying
from devbox.sandbox.request import World
from tests.integration.conftest import sandbox_name
from tests.integration.support.box import HOME, Box
from tests.integration.support.command import Devbox, Ran
from tests.integration.support.docker import Docker
from tests.integration.support.ports import free_port
from tests.lab import Lab
from tests.lab.plugin import Plugin, hpi

pytestmark = [pytest.mark.engine, pytest.mark.lab]
BOOM = 'throw new IllegalStateException("boom in start");'
Make = Callable[..., Path]
Folders = pytest.TempPathFactory


def _box(docker: Docker, engine_host: str | None, folder: Path, stack: str, *words: str) -> Iterator[Box]:
    box = Box(sandbox_name(), Devbox.at(folder, engine_host), docker, free_port(), free_port())
    try:
        box.up(stack, *words).ok()
        yield box
    finally:
        docker.sweep(box.name)


@pytest.fixture(scope="module")
def current(
    docker: Docker, lts: str, engine_host: str | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Box]:
    """The current LTS."""
    yield from _box(docker, engine_host, tmp_path_factory.mktemp("current"), "jenkins")


@pytest.fixture(scope="module")
def legacy(docker: Docker, engine_host: str | None, tmp_path_factory: Folders) -> Iterator[Box]:
    """A Jenkins of the 1.6xx line, below a path."""
    docker.have("jenkins/jenkins:1.610")
    yield from _box(docker, engine_host, tmp_path_factory.mktemp("legacy"), "jenkins:1.610", "--prefix", "/ci")


@pytest.fixture
def make(lab: Lab, tmp_path: Path) -> Make:
    """Makes a plugin's file."""
    return lambda name, file=None, **more: hpi(lab.places, Plugin(name, **more), tmp_path, file)


def deploy(box: Box, *words: str | Path) -> Ran:
    return box.devbox.json("plugin", "deploy", "-n", box.name, *words)


def plugins(box: Box) -> dict[str, tuple[str, str]]:
    """What `plugin list` says: version and source."""
    listed = box.devbox.json("plugin", "list", "-n", box.name).ok().data["plugins"]
    return {plugin["name"]: (plugin["version"], plugin["source"]) for plugin in listed if plugin["active"]}


def files(box: Box) -> dict[str, str]:
    """What plugins/ holds, with the content's sum for files."""
    script = "cd plugins && for f in *; do test -f $f && sha256sum $f || echo folder $f; done"
    said = box.devbox.run("exec", box.name, "--", "sh", "-c", f"cd {HOME} && mkdir -p plugins && {script}").ok().stdout
    return {line.split()[1]: line.split()[0] for line in said.splitlines() if line.split()[1] != "*"}


def page(box: Box, name: str) -> str:
    answer = box.jenkins().get(f"/{name}/")
    return answer.text if answer.status_code == 200 else ""


def test_a_new_one_is_live_at_once_and_the_next_one_after_a_quick_restart(current: Box, make: Make) -> None:
    session = current.jenkins().session_id()
    (first,) = deploy(current, make("hello")).ok().data["plugins"]
    assert {**first, "seconds": 0} == {
        "name": "hello", "version": "1.0", "previous": None, "active": True, "restarted": False, "seconds": 0,
    }  # fmt: skip
    assert "hello" in page(current, "hello") and current.jenkins().session_id() == session
    made = [make("user", depends="hello:1.1"), make("hello", version="1.1", greeting="hello again")]
    ran = deploy(current, *made).ok()
    assert [(p["name"], p["version"], p["previous"], p["restarted"]) for p in ran.data["plugins"]] == [
        ("hello", "1.1", "1.0", True), ("user", "1.0", None, True),
    ]  # fmt: skip
    assert "hello again" in page(current, "hello") and "hello" in page(current, "user")
    found = current.docker.container(current.container)
    assert found is not None and found["RestartCount"] == 0
    log = current.docker.api.logs(current.container).decode()
    assert log.count("fully up and running") == 2 and "Restart in" not in log, "one restart, and not Jenkins' slow one"
    listed = plugins(current)
    assert (listed["hello"], listed["user"]) == (("1.1", "deployed"), ("1.0", "deployed"))


def test_what_fails_is_taken_away_and_the_earlier_one_comes_back(current: Box, make: Make) -> None:
    deploy(current, make("kept")).ok()
    before, session = files(current), current.jenkins().session_id()
    failed = deploy(current, make("boom", start=BOOM)).failed("plugin.failed")
    assert failed.error["cause"] == "java.lang.IllegalStateException: boom in start"
    assert files(current) == before and current.jenkins().session_id() == session
    failed = deploy(current, make("kept", version="2.0", start=BOOM)).failed("plugin.failed")
    assert "boom in start" in failed.error["cause"] and failed.warnings == []
    assert files(current) == before and plugins(current)["kept"] == ("1.0", "deployed")
    assert "hello" in page(current, "kept")
    (blank,) = deploy(current, make("blank", version="1.0 ")).ok().data["plugins"]
    assert blank["version"] == "1.0" and plugins(current)["blank"] == ("1.0", "deployed")
    (mended,) = deploy(current, make("boom", version="1.1")).ok().data["plugins"]
    assert (mended["restarted"], mended["version"]) == (False, "1.1")


def test_several_that_fail_together_leave_nothing_of_any(current: Box, make: Make) -> None:
    before = files(current)
    ran = deploy(current, make("fine"), make("breaks", depends="fine:1.0", start=BOOM)).failed("plugin.failed")
    assert ran.error["message"].startswith("breaks 1.0")
    assert files(current) == before
    assert not {"fine", "breaks"} & plugins(current).keys() and page(current, "fine") == ""


def test_the_check_stops_what_does_not_fit(current: Box, make: Make) -> None:
    before = files(current)
    made = [make("future", core="2.999"), make("lonely", depends="nowhere:1.0"), make("young", release=17)]
    ran = current.devbox.json("plugin", "check", "-n", current.name, *made).failed("plugin.unfit")
    found = {file["name"]: [(p["code"], p["severity"]) for p in file["problems"]] for file in ran.data["files"]}
    assert found == {
        "future": [("plugin.core", "fail")], "lonely": [("plugin.missing_dependency", "fail")], "young": [],
    }  # fmt: skip
    assert set(ran.data["files"][0]) >= {"file", "name", "version", "requires_core", "dependencies", "problems"}
    deploy(current, made[0]).failed("plugin.unfit")
    forced = deploy(current, "--force", made[1]).failed("plugin.failed")
    assert "Plugin is missing: nowhere" in forced.error["cause"] and "plugin.missing_dependency" in forced.warnings
    assert files(current) == before


def test_a_linked_copy_or_another_file_is_told_instead_of_winning_silently(current: Box, make: Make) -> None:
    hpl = "Manifest-Version: 1.0\nShort-Name: tied\nPlugin-Version: dev\nLibraries: .\nResource-Path: .\n"
    current.docker.write(current.container, f"{HOME}/plugins", {"tied.hpl": hpl, "spare-9.jpi": ""})
    content = make("spare", version="9").read_bytes()
    current.devbox.run("exec", current.name, "--", "sh", "-c", f"cat > {HOME}/plugins/spare-9.jpi", stdin=content).ok()
    before = files(current)
    try:
        refused = deploy(current, make("tied")).failed("plugin.linked")
        unlink = f"devbox plugin unlink tied -n {current.name}"
        assert any(cure["command"] == unlink for cure in refused.error["cures"])
        assert deploy(current, "--force", make("tied")).failed("plugin.linked")
        assert "spare-9.jpi" in deploy(current, make("spare")).failed("plugin.unfit").error["message"]
        assert files(current) == before
    finally:
        current.devbox.run("exec", current.name, "--", "sh", "-c", f"rm {HOME}/plugins/tied.hpl {HOME}/plugins/spare*")


def test_a_running_build_is_asked_about(current: Box, make: Make) -> None:
    deploy(current, make("busy")).ok()
    build = "Jenkins.instance.computers[0].executors[0].standinRun"
    current.jenkins().script(f"{build}('job #7')")
    before, session = files(current), current.jenkins().session_id()
    again = make("busy", version="1.1")
    asked = deploy(current, again).failed("confirm.needed", 3)
    assert "job #7" in asked.error["message"]
    assert files(current) == before and current.jenkins().session_id() == session
    assert deploy(current, make("idle")).ok().data["plugins"][0]["restarted"] is False, "nothing to ask"
    planned = deploy(current, "--dry-run", again).ok().changes
    assert planned == [("deploy", "busy"), ("restart", current.container)] and files(current).keys() >= before.keys()
    deploy(current, "--yes", again).ok()
    assert plugins(current)["busy"] == ("1.1", "deployed")


def test_an_interrupt_takes_back_what_was_begun(current: Box, make: Make) -> None:
    deploy(current, make("cut")).ok()
    before = files(current)
    running = current.devbox.start("plugin", "deploy", "-n", current.name, make("cut", version="2.0"))
    running.sees("restart devbox-")
    running.signal(signal.SIGINT)
    assert running.end().code == 130
    assert files(current) == before and plugins(current)["cut"] == ("1.0", "deployed")


def test_what_jenkins_cannot_name_leaves_no_file_under_a_temporary_one(
    current: Box, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.hpi"
    broken.write_bytes(make("whole").read_bytes()[:200])
    before = files(current)
    trusting = PluginFile(broken, "whole", "1.0")
    monkeypatch.setattr(pluginfile, "read", lambda path: trusting)
    endpoint = resolve(host=None, context=None, env=current.devbox.env, platform="linux", home=tmp_path)
    engine = connect(endpoint)
    with pytest.raises(DevboxError) as caught:
        deploying.deploy(World(engine, tmp_path / "state"), deploying.Request(current.name, (broken,)))
    engine.close()
    assert caught.value.code == "plugin.failed" and "zip" in str(caught.value.cause).lower()
    assert files(current) == before


def test_an_old_core_below_a_path(legacy: Box, make: Make) -> None:
    assert plugins(legacy)["matrix-auth"][1] == "bundled"
    deploy(legacy, make("hello")).ok()
    assert "hello" in page(legacy, "hello")
    (again,) = deploy(legacy, make("hello", version="1.1", greeting="again")).ok().data["plugins"]
    assert (again["previous"], again["restarted"]) == ("1.0", True)
    assert "again" in page(legacy, "hello")
    before = files(legacy)
    assert deploy(legacy, make("future", core="2.999")).failed("plugin.unfit").error["message"].endswith("1.610")
    assert deploy(legacy, make("needy", depends="hello:99")).failed("plugin.unfit")
    missing = deploy(legacy, "--force", make("lonely", depends="nowhere:1.0")).failed("plugin.failed")
    assert missing.error["cause"] == "java.io.IOException: Dependency nowhere (1.0) doesn't exist"
    broken = deploy(legacy, make("hello", version="6.6", start=BOOM)).failed("plugin.failed")
    assert "boom in start" in broken.error["cause"]
    assert files(legacy) == before and plugins(legacy)["hello"] == ("1.1", "deployed")
    deploy(legacy, "--force", make("future", core="2.999")).ok()


def test_up_brings_a_file_and_brings_it_once(box: Box, lts: str, make: Make, tmp_path: Path) -> None:
    file = make("hello")
    assert box.up("jenkins", "--plugin", file, "--dry-run").ok().changes[-1] == ("deploy", file.name)
    assert box.up("jenkins", "--plugin", file).ok().changes[-1] == ("deploy", "hello")
    assert "hello" in page(box, "hello") and plugins(box) == {"hello": ("1.0", "deployed")}
    life = box.jenkins().session_id()
    assert box.again("jenkins", "--plugin", file).ok().changes == [] and box.jenkins().session_id() == life
    make("hello", greeting="built anew")
    assert box.again("jenkins", "--plugin", file).ok().changes == [("deploy", "hello")]
    assert "built anew" in page(box, "hello")
    box.again("jenkins", "--plugin", file, "--no-wait").failed("option.conflict", 2)


@pytest.mark.parametrize("verb", ["deploy", "list", "groovy"])
def test_a_sandbox_that_does_not_run_is_told(box: Box, make: Make, verb: str, tmp_path: Path) -> None:
    script = tmp_path / "a.groovy"
    script.write_text("return 1")
    words: dict[str, list[Any]] = {
        "deploy": ["plugin", "deploy", make("hello")], "list": ["plugin", "list"], "groovy": ["groovy", script],
    }  # fmt: skip
    box.devbox.json(*words[verb], "-n", box.name).failed("sandbox.unknown")


def test_bad_files_are_told_without_any_engine(make: Make, tmp_path: Path) -> None:
    user = Devbox.at(tmp_path, "unix:///nowhere/docker.sock")
    good, bad = make("hello"), tmp_path / "bad.hpi"
    bad.write_bytes(b"no zip at all")
    assert user.json("plugin", "check", good).ok().data["files"][0]["problems"] == []
    assert user.json("plugin", "check", good, bad).failed("plugin.unfit").data["files"][1]["name"] is None
    user.json("plugin", "deploy", bad).failed("plugin.unfit")
    user.json("plugin", "deploy", tmp_path / "nothing.hpi").failed("plugin.unreadable", 2)
    user.json("plugin", "check", tmp_path).failed("plugin.unreadable", 2)
    user.json("plugin", "deploy", good, good).failed("plugin.twice", 2)
    user.json("plugin", "deploy", good).failed("engine.unreachable")
