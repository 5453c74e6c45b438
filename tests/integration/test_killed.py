"""SIGKILL at any moment of an `up`: the next `up` converges, and `down` leaves nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.integration.support.box import Box

pytestmark = [pytest.mark.engine, pytest.mark.lab]

Have = Callable[[str], str]

FIRST = ("create volume", "create devbox-", "start devbox-", "signed in")
CHANGE = ("set aside", "copy home", "start devbox-", "initialised")
"""The moments that differ; `make soak` has all of them."""


def _killed_at(box: Box, moment: str, *words: str) -> None:
    running = box.starts(*words)
    running.sees(moment)
    assert running.kill().code == -9


@pytest.mark.parametrize("moment", FIRST)
def test_of_a_first_up(box: Box, lts: str, moment: str) -> None:
    _killed_at(box, moment)
    box.again().ok()
    assert box.parts() == box.whole()
    assert box.jenkins().answers()
    assert box.again().ok().changes == []
    box.down("--volumes", "-y").ok()
    assert box.parts() == set()


@pytest.mark.parametrize("moment", ["create network", "create devbox-", "Java runs"])
def test_down_removes_what_it_left(box: Box, lts: str, moment: str) -> None:
    _killed_at(box, moment)
    box.down("--volumes", "-y").ok()
    assert box.parts() == set()


@pytest.mark.parametrize("moment", CHANGE)
def test_of_a_change_of_version(box: Box, have: Have, lts: str, moment: str) -> None:
    have("2.555.1")
    box.up("jenkins:2.555.1").ok()
    password = box.file("devbox/admin.password")
    _killed_at(box, moment, "jenkins:lts")
    ran = box.again("jenkins:lts").ok()
    assert ran.sandbox["version"] == "2.568.2"
    assert box.parts() - {f"volume {box.volume}-2.555.1"} == box.whole()
    assert box.file("devbox/admin.password") == password
    assert box.jenkins().answers()
    assert box.again().ok().changes == []


@pytest.mark.parametrize("moment", ["set aside", "start devbox-"])
def test_of_a_change_of_option_and_nobody_wants_it_any_more(up: Box, moment: str) -> None:
    """The next plain `up` ends with one usable Jenkins, the old choice or the new one, and nothing besides."""
    password = up.file("devbox/admin.password")
    _killed_at(up, moment, "jenkins", "--memory", "1g")
    up.again().ok()
    assert up.parts() == up.whole()
    assert up.file("devbox/admin.password") == password
    assert up.jenkins().answers()


def test_in_the_middle_of_a_change_status_and_down_still_work(box: Box, have: Have, lts: str) -> None:
    have("standin-never-ready")
    box.up().ok()
    _killed_at(box, "initialising", "jenkins:standin-never-ready")
    assert f"container {box.old}" in box.parts()
    assert box.status().ok().sandbox["name"] == box.name
    removed = {one["name"] for one in box.down("--volumes", "-y").ok().data["removed"]}
    assert {box.container, box.old} <= removed
    assert box.parts() == set()


def test_of_a_down(up: Box) -> None:
    running = up.devbox.start("down", up.name)
    running.sees("waiting for")
    running.kill()
    up.down("--volumes", "-y").ok()
    assert up.parts() == set()
