"""`devbox up` again: what is not asked for is not touched, what was chosen stays chosen."""

from __future__ import annotations

import pytest

from tests.integration.support.box import Box
from tests.integration.support.ports import free_port

pytestmark = [pytest.mark.engine, pytest.mark.lab]


def _variables(box: Box) -> dict[str, str]:
    found = box.docker.container(box.container)
    assert found is not None
    return dict(pair.split("=", 1) for pair in found["Config"]["Env"])


def test_again_touches_nothing_and_says_so(steady: Box) -> None:
    life, parts = steady.life(), steady.parts()
    for ran in (steady.again(), steady.up()):
        assert steady.life() == life and steady.parts() == parts
        assert ran.ok().changes == [] and ran.warnings == []
        assert ran.sandbox["state"] == "running"


def test_again_in_words_is_short_and_tells_the_url(steady: Box) -> None:
    ran = steady.devbox.run("up", "jenkins", "-n", steady.name).ok()
    assert steady.url in ran.stdout
    assert len(ran.stdout.splitlines()) < 12 and ran.stderr == ""


def test_a_stopped_one_is_started_as_it_is(up: Box) -> None:
    identity, _ = up.life()
    up.docker.api.stop(up.container)
    ran = up.again().ok()
    assert up.life()[0] == identity
    assert ran.changes == [("start", up.container)]
    assert up.jenkins().answers()


def test_a_paused_one_runs_again(up: Box) -> None:
    life = up.life()
    up.docker.api.pause(up.container)
    ran = up.again().ok()
    assert up.docker.state(up.container) == "running"
    assert up.life()[0] == life[0]
    assert ran.sandbox["state"] == "running"


def test_a_removed_container_comes_back_on_the_same_home(up: Box) -> None:
    password = up.jenkins().password
    up.docker.api.remove_container(up.container, force=True)
    up.again().ok()
    assert up.parts() == up.whole()
    assert up.jenkins().password == password
    assert up.jenkins().answers()


def test_the_home_survives_down_with_its_sign_in(up: Box) -> None:
    up.docker.write(up.container, "/var/jenkins_home", {"jobs/mine/": "", "jobs/mine/config.xml": "<project/>"})
    password = up.jenkins().password
    up.down().ok()
    up.again().ok()
    assert up.file("jobs/mine/config.xml") == "<project/>"
    assert up.jenkins().password == password
    assert up.jenkins().answers()


def test_choices_stay_over_down_and_up(box: Box, lts: str) -> None:
    box.up("jenkins:2.555.1", "--memory", "1g", "--java-opts", "-Dmy=1", "--env", "MINE=two words").ok()
    box.down().ok()
    ran = box.again().ok()
    found = box.docker.container(box.container)
    assert found is not None
    assert found["HostConfig"]["Memory"] == 1 << 30
    assert found["Config"]["Image"] == "jenkins/jenkins:2.555.1"
    assert "-Dmy=1" in _variables(box)["JAVA_OPTS"]
    assert _variables(box)["MINE"] == "two words"
    assert ran.sandbox["url"] == box.url
    assert ran.sandbox["version"] == "2.555.1"


def test_a_changed_option_recreates_the_container_on_the_same_home(up: Box) -> None:
    password, (identity, _) = up.jenkins().password, up.life()
    ran = up.again("jenkins", "--memory", "1500m").ok()
    found = up.docker.container(up.container)
    assert found is not None
    assert found["Id"] != identity
    assert found["HostConfig"]["Memory"] == 1500 << 20
    assert up.docker.container(identity) is None
    assert up.parts() == up.whole()
    assert up.jenkins().password == password
    assert [action for action, _ in ran.changes] == ["stop", "set aside", "create", "start", "remove"]
    assert any("memory" in change["reason"] for change in ran.data["changes"])


def test_the_same_option_again_changes_nothing(box: Box, lts: str) -> None:
    box.up("jenkins", "--env", "A=1", "--memory", "1g").ok()
    life = box.life()
    assert box.again("jenkins", "--env", "A=1", "--memory", "1g").ok().changes == []
    assert box.life() == life


def test_a_changed_variable_is_taken_and_its_value_shown_nowhere(box: Box, lts: str) -> None:
    box.up("jenkins", "--env", "TOKEN=sesame-one").ok()
    ran = box.again("jenkins", "--env", "TOKEN=sesame-two").ok()
    assert _variables(box)["TOKEN"] == "sesame-two"
    assert "TOKEN" in ran.stdout
    assert "sesame" not in ran.stdout + ran.stderr
    found = box.docker.container(box.container)
    assert found is not None and "sesame" not in str(found["Config"]["Labels"])


def test_a_changed_port_moves_the_url(up: Box) -> None:
    port = free_port()
    ran = up.again("jenkins", "--http-port", str(port)).ok()
    assert ran.sandbox["url"] == f"http://127.0.0.1:{port}"
    jenkins = up.jenkins()
    assert jenkins.url == f"http://127.0.0.1:{port}"
    assert jenkins.script("println jenkins.model.JenkinsLocationConfiguration.get().url") == f"{jenkins.url}/"


def test_reset_returns_to_the_defaults(box: Box, lts: str) -> None:
    box.up("jenkins", "--memory", "1g", "--java-opts", "-Dmy=1", "--env", "MINE=1", "--prefix", "/ci").ok()
    box.up("jenkins", "--reset").ok()
    found = box.docker.container(box.container)
    assert found is not None
    assert found["HostConfig"]["Memory"] == 2 << 30
    assert "-Dmy=1" not in _variables(box)["JAVA_OPTS"]
    assert "MINE" not in _variables(box)
    assert box.jenkins().url == box.url


def test_dry_run_shows_the_plan_and_changes_nothing(steady: Box) -> None:
    ran = steady.again("jenkins", "--memory", "1g", "--dry-run").ok()
    assert ("create", steady.container) in ran.changes
    assert list(ran.data) == ["changes"]
    assert steady.again("jenkins", "--dry-run").ok().changes == []


def test_dry_run_of_a_first_up_makes_nothing(box: Box, lts: str) -> None:
    ran = box.up("jenkins", "--dry-run").ok()
    assert box.parts() == set()
    assert [action for action, _ in ran.changes] == ["create network", "create volume", "create", "start"]


def test_no_wait_returns_before_jenkins_is_there(box: Box, lts: str) -> None:
    ran = box.up("jenkins", "--no-wait", "--env", "STANDIN_BOOT_SECONDS=600").ok()
    assert box.docker.state(box.container) == "running"
    assert ran.sandbox["state"] == "starting"


def test_settings_of_a_project_file_hold_and_flags_beat_them(box: Box, lts: str) -> None:
    (box.devbox.cwd / "devbox.toml").write_text(
        f'stack = "jenkins"\nname = "{box.name}"\n[jenkins]\nmemory = "1g"\n'
        f'http_port = {box.http}\nagent_port = {box.agent}\nenv = {{ FROM = "file" }}\n'
    )
    ran = box.devbox.json("up", "--memory", "1200m").ok()
    found = box.docker.container(box.container)
    assert found is not None
    assert found["HostConfig"]["Memory"] == 1200 << 20
    assert _variables(box)["FROM"] == "file"
    assert ran.sandbox["name"] == box.name and ran.sandbox["url"] == box.url
    life = box.life()
    assert box.devbox.json("up").ok().changes == []  # the flag given once is not undone by the file
    assert box.life() == life


def test_variables_of_the_environment_hold(box: Box, lts: str) -> None:
    user = box.devbox.having(DEVBOX_NAME=box.name, DEVBOX_HTTP_PORT=str(box.http), DEVBOX_AGENT_PORT=str(box.agent))
    ran = user.having(DEVBOX_JSON="1").run("up", "jenkins").ok()
    assert ran.sandbox["name"] == box.name
    assert ran.sandbox["url"] == box.url
    assert box.docker.state(box.container) == "running"
