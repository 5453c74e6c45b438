"""Another version of Jenkins on the same home: a copy first, never an older one, and no way back for what is newer."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable

import pytest

from tests.integration.support.box import HOME, Box
from tests.integration.support.docker import Docker
from tests.integration.support.jenkins import Jenkins
from tests.integration.support.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.lab]

Have = Callable[[str], str]

FILES = {
    "jobs/mine/": "", "jobs/mine/config.xml": "<project/>", "jobs/mine/builds/": "", "jobs/mine/builds/1/": "",
    "jobs/mine/builds/1/log": "built", "workspace/": "", "workspace/big.bin": "anew", "plugins/mine.jpi": "archive",
    "plugins/mine/": "", "plugins/mine/exploded.txt": "anew", "caches/": "", "caches/x": "anew", "logs/old.log": "anew",
}  # fmt: skip


@pytest.fixture
def older(box: Box, have: Have, lts: str) -> Box:
    """A sandbox of an older LTS with some content."""
    have("2.555.1")
    box.up("jenkins:2.555.1").ok()
    box.docker.write(box.container, HOME, FILES)
    return box


def _names(docker: Docker, volume: str, image: str) -> set[str]:
    """The paths in a volume, read by a container that is never started."""
    made = docker.create(f"{volume}-look", image, binds=[f"{volume}:/look"])
    try:
        pieces, _ = docker.api.get_archive(made, "/look")
        with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as tar:
            return {member.name.removeprefix("look/") for member in tar.getmembers()}
    finally:
        docker.api.remove_container(made, force=True, v=True)


def test_a_newer_version_runs_on_the_same_home(older: Box) -> None:
    password = older.jenkins().password
    ran = older.again("jenkins:lts").ok()
    assert ran.sandbox["version"] == "2.568.2"
    assert older.file("jenkins.install.InstallUtil.lastExecVersion") == "2.568.2"
    assert older.file("jobs/mine/builds/1/log") == "built"
    assert older.jenkins().password == password
    assert older.jenkins().answers()


def test_a_copy_of_the_home_is_taken_first_without_what_jenkins_makes_anew(older: Box, lts: str) -> None:
    ran = older.again("jenkins:lts").ok()
    copies = older.docker.volumes(label=[f"dev.devbox.name={older.name}", "dev.devbox.role=copy"])
    assert [copy["Labels"]["dev.devbox.version"] for copy in copies] == ["2.555.1"]
    assert [action for action, _ in ran.changes].index("copy home") < [a for a, _ in ran.changes].index("start")
    names = _names(older.docker, copies[0]["Name"], lts)
    assert {"config.xml", "jobs/mine/config.xml", "jobs/mine/builds/1/log", "plugins/mine.jpi", "secrets/master.key",
            "devbox/admin.password"} <= names  # fmt: skip
    assert not {"workspace/big.bin", "plugins/mine/exploded.txt", "caches/x", "logs/old.log"} & names
    assert not [name for name in names if name.startswith("war/")]


def test_a_change_of_an_option_alone_keeps_the_version_and_takes_no_copy(older: Box) -> None:
    assert older.again("jenkins", "--memory", "1g").ok().sandbox["version"] == "2.555.1"
    assert older.parts() == older.whole()


def test_a_version_change_after_down_takes_the_copy_too(older: Box) -> None:
    older.down().ok()
    older.again("jenkins:lts").ok()
    assert older.jenkins().answers()
    kept = {one["name"] for one in older.down().ok().data["kept"]}
    assert kept == {older.volume, f"{older.volume}-2.555.1"}
    older.down("--volumes", "-y").ok()
    assert older.parts() == set()


def test_a_change_that_fails_takes_its_copy_back(older: Box) -> None:
    identity, _ = older.life()
    older.again("jenkins:lts", "--java-opts", "-XX:+NoSuchOption").failed("jvm.option")
    assert older.life()[0] == identity
    assert older.parts() == older.whole()


@pytest.mark.parametrize("version", ["2.555.1", "2.492.3", "1.610"])
def test_an_older_one_does_not_start_on_a_newer_home(steady: Box, have: Have, version: str) -> None:
    have(version)
    ran = steady.again(f"jenkins:{version}").failed("home.newer")
    assert "2.568.2" in ran.error["message"] and version in ran.error["message"]
    commands = [cure["command"] for cure in ran.error["cures"]]
    assert f"devbox up jenkins:2.568.2 -n {steady.name}" in commands
    assert f"devbox down {steady.name} --volumes" in commands


def test_an_older_one_does_not_start_on_a_newer_home_after_down_either(up: Box, have: Have) -> None:
    have("2.555.1")
    up.down().ok()
    kept = up.parts()
    up.again("jenkins:2.555.1").failed("home.newer")
    assert up.parts() == kept == {f"volume {up.volume}"}
    up.again().ok()
    assert up.jenkins().answers()


def test_before_2_0_a_home_tells_its_version_in_config_xml_alone(box: Box, have: Have) -> None:
    have("1.610")
    box.up("jenkins:1.610").ok()
    assert not box.docker.has(box.container, f"{HOME}/jenkins.install.InstallUtil.lastExecVersion")
    box.docker.api.stop(box.container)
    config = box.file("config.xml")
    assert "<version>1.610</version>" in config
    box.docker.write(box.container, HOME, {"config.xml": config.replace("<version>1.610<", "<version>1.651.3<")})
    ran = box.again().failed("home.newer")
    assert box.docker.state(box.container) == "exited"
    assert "1.651.3" in ran.error["message"]


def test_a_newer_one_that_does_not_start_leaves_the_home_to_the_old_one(box: Box, have: Have) -> None:
    have("1.610")
    have("lts")
    box.up("jenkins:1.610").ok()
    identity, _ = box.life()
    box.again("jenkins:lts", "--java-opts", "-XX:+NoSuchOption").failed("jvm.option")
    assert box.life()[0] == identity
    assert f"volume {box.volume}" in box.parts()
    until(box.jenkins().answers, "the old Jenkins answers again")


def test_the_old_one_stays_stopped_when_a_newer_jenkins_has_written_its_home(older: Box) -> None:
    identity, _ = older.life()
    fail_when_newer = (
        "if (jenkins.model.Jenkins.VERSION.startsWith('2.568')) { throw new Error('a plugin that broke') }\n"
    )
    older.docker.write(older.container, HOME, {"init.groovy.d/zz.groovy": fail_when_newer})
    ran = older.again("jenkins:lts").failed("jenkins.boot_failed")
    assert older.file("jenkins.install.InstallUtil.lastExecVersion") == "2.568.2"
    assert older.life()[0] == identity
    assert older.docker.state(older.container) == "exited"
    assert f"volume {older.volume}-2.555.1" in older.parts()
    assert "home.newer" in ran.stderr


@pytest.mark.parametrize(
    ("tag", "version", "health"),
    [("latest", "2.578", 200), ("lts-jdk21", "2.568.2", 200), ("2.492.3", "2.492.3", 404)],
)
def test_every_kind_of_current_version_comes_up_signed_in(
    box: Box, have: Have, tag: str, version: str, health: int
) -> None:
    have(tag)
    assert box.up(f"jenkins:{tag}").ok().sandbox["version"] == version
    jenkins = box.jenkins()
    assert jenkins.get().headers["X-Jenkins"] == version
    assert jenkins.get("/health").status_code == health
    assert Jenkins(box.url).get().status_code == 403


def test_a_jenkins_of_2015_comes_up_signed_in(box: Box, have: Have) -> None:
    have("1.610")
    assert box.up("jenkins:1.610").ok().sandbox["version"] == "1.610"
    jenkins = box.jenkins()
    assert jenkins.get().headers["X-Jenkins"] == "1.610"
    assert jenkins.script("println jenkins.model.Jenkins.instance.useSecurity") == "true"
    assert Jenkins(box.url).get().status_code == 403
    assert Jenkins(box.url).get("/").status_code == 403
    assert jenkins.post("/scriptText", crumb=False, script="println 1").status_code == 403
    assert jenkins.get("/tcpSlaveAgentListener/").headers["X-Hudson-JNLP-Port"] == str(box.agent)
    token = box.devbox.json("credentials", box.name).ok().data["token"]
    assert token and Jenkins(box.url, token).get().status_code == 200
