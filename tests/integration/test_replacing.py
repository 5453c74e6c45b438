"""A container is replaced by another: the old one waits until the new one is ready, and comes back if it is not."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from tests.integration.support.box import Box
from tests.integration.support.waiting import until
from tests.lab import Lab

pytestmark = [pytest.mark.engine, pytest.mark.lab]

Have = Callable[[str], str]


def test_an_option_that_java_does_not_take_brings_the_old_one_back(up: Box) -> None:
    identity, _ = up.life()
    up.again("jenkins", "--java-opts", "-XX:+NoSuchOption").failed("jvm.option")
    assert up.life()[0] == identity
    assert up.parts() == up.whole()
    assert up.docker.state(up.container) == "running"
    until(up.jenkins().answers, "the old Jenkins answers again")
    assert up.again().ok().changes == []


def test_the_old_one_waits_stopped_while_the_new_one_boots(up: Box, have: Have) -> None:
    have("standin-never-ready")
    identity, _ = up.life()
    running = up.starts("jenkins:standin-never-ready", "--timeout", "5")
    running.sees("start devbox-")
    old = up.docker.container(up.old)
    assert old is not None and old["Id"] == identity
    assert old["State"]["Status"] == "exited"
    assert running.end().code == 1
    assert "jenkins.timeout" in running.text()
    assert up.life()[0] == identity
    assert up.parts() == up.whole()
    until(up.jenkins().answers, "the old Jenkins answers again")


def test_ctrl_c_while_the_new_one_boots_brings_the_old_one_back(up: Box, have: Have) -> None:
    have("standin-never-ready")
    identity, _ = up.life()
    running = up.starts("jenkins:standin-never-ready")
    running.sees("jenkins: initialising")
    running.signal(signal.SIGINT)
    assert running.end().code == 130
    assert up.life()[0] == identity
    assert up.parts() == up.whole()
    until(up.jenkins().answers, "the old Jenkins answers again")


def test_a_stopped_old_one_comes_back_stopped(up: Box) -> None:
    identity, _ = up.life()
    up.docker.api.stop(up.container)
    up.again("jenkins", "--java-opts", "-XX:+NoSuchOption").failed("jvm.option")
    assert up.life()[0] == identity
    assert up.docker.state(up.container) == "exited"


def test_keep_leaves_the_failed_one_for_a_look_and_the_old_one_beside_it(up: Box) -> None:
    identity, _ = up.life()
    up.again("jenkins", "--java-opts", "-XX:+NoSuchOption", "--keep").failed("jvm.option")
    assert up.life()[0] != identity
    old = up.docker.container(up.old)
    assert old is not None and old["Id"] == identity
    up.again("jenkins", "--java-opts", "").ok()
    assert up.parts() == up.whole()
    assert up.jenkins().answers()


def test_a_port_taken_at_the_change_leaves_the_old_one_running(up: Box) -> None:
    other = up.other("b")
    other.up().ok()
    identity, _ = up.life()
    up.again("jenkins", "--http-port", str(other.http)).failed("port.taken")
    assert up.life()[0] == identity
    assert up.parts() == up.whole()
    until(up.jenkins().answers, "the old Jenkins answers again")


def test_an_image_that_does_not_exist_leaves_the_running_one_alone(steady: Box, lab: Lab) -> None:
    steady.again("jenkins", "--image", f"{lab.registry.address}/jenkins/jenkins:9.9.9").failed("image.not_found")
