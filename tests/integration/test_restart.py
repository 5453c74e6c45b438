"""Restarts: from Jenkins' own page, by devbox, and one too many."""

from __future__ import annotations

import pytest

from tests.integration.support.box import Box
from tests.integration.support.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.lab]


@pytest.fixture
def quick(box: Box, lts: str) -> Box:
    """A sandbox whose Jenkins announces a restart for a moment only."""
    box.up("jenkins", "--env", "STANDIN_RESTART_SECONDS=0.1").ok()
    return box


def _count(box: Box) -> int:
    found = box.docker.container(box.container)
    assert found is not None
    return int(found["RestartCount"])


def test_a_restart_from_jenkins_comes_back(quick: Box) -> None:
    jenkins, (identity, _) = quick.jenkins(), quick.life()
    before = jenkins.session_id()
    assert jenkins.post("/restart").status_code == 302
    until(lambda: jenkins.session_id() not in (None, before), "another life of Jenkins answers")
    assert quick.life()[0] == identity
    assert _count(quick) == 1
    assert quick.status().ok().sandbox["state"] == "running"
    assert quick.again().ok().changes == []


def test_up_waits_while_jenkins_restarts(quick: Box) -> None:
    jenkins = quick.jenkins()
    before = jenkins.session_id()
    jenkins.post("/restart")
    until(lambda: quick.docker.state(quick.container) != "running" or _count(quick) == 1, "it goes down")
    ran = quick.again().ok()
    assert ran.sandbox["state"] == "running"
    assert jenkins.session_id() not in (None, before)


def test_when_docker_restarts_it_no_more_status_says_so_and_up_starts_it_anew(quick: Box) -> None:
    quick.docker.api.update_container(quick.container, restart_policy={"Name": "on-failure", "MaximumRetryCount": 1})
    jenkins = quick.jenkins()
    before = jenkins.session_id()
    jenkins.post("/restart")
    until(lambda: jenkins.session_id() not in (None, before), "it came back once")
    jenkins.post("/restart")
    until(lambda: quick.docker.state(quick.container) == "exited", "it stays down")
    ran = quick.status().ok()
    assert ran.sandbox["state"] == "stopped"
    assert ran.warnings == ["restarts.spent"]
    quick.again().ok()
    assert _count(quick) == 0
    assert quick.status().ok().warnings == []
    assert jenkins.answers()


def test_devbox_restart_is_another_life_of_the_same_container(up: Box) -> None:
    jenkins, (identity, started) = up.jenkins(), up.life()
    before = jenkins.session_id()
    ran = up.devbox.json("restart", up.name).ok()
    assert up.life()[0] == identity and up.life()[1] != started
    assert jenkins.session_id() not in (None, before)
    assert ran.changes == [("restart", up.container)]
    assert ran.sandbox["state"] == "running"


def test_devbox_restart_of_a_stopped_one_starts_it(up: Box) -> None:
    up.docker.api.stop(up.container)
    up.devbox.json("restart", up.name, "-s", "jenkins").ok()
    assert up.docker.state(up.container) == "running"
    assert up.jenkins().answers()


def test_devbox_restart_with_dry_run_leaves_it_alone(steady: Box) -> None:
    ran = steady.devbox.json("restart", steady.name, "--dry-run").ok()
    assert ran.changes == [("restart", steady.container)]


def test_devbox_restart_of_what_is_not_there_is_an_error(box: Box, lts: str) -> None:
    box.devbox.json("restart", box.name).failed("sandbox.unknown")
    assert box.parts() == set()


def test_devbox_restart_of_a_service_that_is_not_there_is_an_error(steady: Box) -> None:
    steady.devbox.json("restart", steady.name, "-s", "redis").failed("service.unknown")
