"""Which sandbox a command means when several or none are named (an engine of its own: it counts all there are)."""

from __future__ import annotations

import pytest

from tests.integration.conftest import Fragile
from tests.integration.support.box import Box
from tests.integration.support.docker import Docker

pytestmark = [pytest.mark.engine, pytest.mark.lab]


def _sandbox(docker: Docker, name: str, stack: str = "jenkins") -> None:
    """A container that says it is a sandbox, without a boot."""
    labels = {"dev.devbox.stack": stack, "dev.devbox.name": name, "com.docker.compose.service": stack}
    docker.create(f"devbox-{name}-{stack}-1", "jenkins/jenkins:lts", labels=labels)


def test_none(fragile_box: Box) -> None:
    for verb in ("logs", "credentials", "restart", "open", "env"):
        ran = fragile_box.devbox.json(verb)
        assert (ran.code, ran.error["code"].partition(".")[0]) == (2, "name"), ran
        assert "devbox up jenkins" in [cure["command"] for cure in ran.error["cures"]]


def test_none_is_what_down_is_for(fragile_box: Box) -> None:
    assert fragile_box.devbox.json("down").ok().data == {"removed": [], "kept": []}


def test_the_only_one(fragile: Fragile, fragile_box: Box) -> None:
    _sandbox(fragile.docker, "t-only")
    ran = fragile_box.devbox.json("restart", "--dry-run").ok()
    assert ran.changes == [("restart", "devbox-t-only-jenkins-1")]


def test_several_are_ambiguous_and_listed(fragile: Fragile, fragile_box: Box) -> None:
    _sandbox(fragile.docker, "t-a")
    _sandbox(fragile.docker, "t-b")
    ran = fragile_box.devbox.json("restart", "--dry-run").failed("name.ambiguous", 2)
    assert "t-a" in ran.error["message"] and "t-b" in ran.error["message"]


def test_among_several_the_one_named_as_the_stack(fragile: Fragile, fragile_box: Box) -> None:
    _sandbox(fragile.docker, "t-a")
    _sandbox(fragile.docker, "jenkins")
    ran = fragile_box.devbox.json("restart", "--dry-run").ok()
    assert ran.changes == [("restart", "devbox-jenkins-jenkins-1")]


def test_the_one_of_the_project_file_even_among_several(fragile: Fragile, fragile_box: Box) -> None:
    for name in ("t-a", "t-b"):
        _sandbox(fragile.docker, name)
    (fragile_box.devbox.cwd / "devbox.toml").write_text('name = "t-b"\n')
    ran = fragile_box.devbox.json("restart", "--dry-run").ok()
    assert ran.changes == [("restart", "devbox-t-b-jenkins-1")]


def test_the_one_of_the_stack_that_the_command_needs(fragile: Fragile, fragile_box: Box) -> None:
    _sandbox(fragile.docker, "t-jobs", "queue")
    _sandbox(fragile.docker, "t-ci")
    fragile_box.devbox.json("credentials").failed("signin.missing")
    fragile_box.devbox.json("open").failed("service.stopped")
    fragile_box.devbox.json("restart", "-s", "jenkins", "--dry-run").ok()
    stopped = fragile_box.devbox.json("exec", "-s", "redis", "--", "true").failed("service.unknown", 125)
    assert "t-jobs" in stopped.error["message"]
    ran = fragile_box.devbox.json("restart", "--dry-run").failed("name.ambiguous", 2)
    assert "t-jobs" in ran.error["message"]


def test_two_different_names_contradict(fragile: Fragile, fragile_box: Box) -> None:
    _sandbox(fragile.docker, "t-a")
    for words in (("-n", "t-b", "status", "t-a"), ("status", "t-a", "--name", "t-b"), ("down", "t-a", "-n", "t-b")):
        fragile_box.devbox.json(*words).failed("name.conflict", 2)
    assert fragile_box.devbox.json("status", "t-a", "-n", "t-a").ok().sandbox["name"] == "t-a"


def test_up_of_a_name_that_is_another_stacks_is_refused(fragile: Fragile, fragile_box: Box) -> None:
    _sandbox(fragile.docker, "t-jobs", "queue")
    before = fragile.docker.everything()
    fragile_box.devbox.json("up", "jenkins", "-n", "t-jobs").failed("name.taken")
    assert fragile.docker.everything() == before
