"""Boots that fail: the code, the last lines, the whole log in a file, and nothing left behind."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.support.box import Box
from tests.integration.support.command import Ran

pytestmark = [pytest.mark.engine, pytest.mark.lab]

Have = Callable[[str], str]

FAILURES = {
    "standin-exit-0": ("jenkins.boot_failed", ()),
    "standin-exit-1": ("jenkins.boot_failed", ()),
    "standin-exit-137": ("jenkins.killed", ()),
    "standin-boot-loop": ("jenkins.boot_failed", ()),
    "standin-failed-boot": ("jenkins.boot_failed", ()),
    "standin-not-writable": ("home.not_writable", ()),
    "standin-oom": ("jenkins.out_of_memory", ("--memory", "200m")),
    "standin-sigill": ("jvm.crash", ()),
    "standin-never-ready": ("jenkins.timeout", ("--timeout", "3")),
    "standin-legacy-failed-boot": ("jenkins.boot_failed", ("--timeout", "120")),
}


def _log_file(ran: Ran) -> Path:
    (found,) = re.findall(r"the whole log: (\S+)", ran.stderr)
    return Path(found)


@pytest.mark.parametrize("tag", FAILURES)
def test_a_boot_that_fails_is_named_shown_and_rolled_back(box: Box, have: Have, tag: str) -> None:
    code, options = FAILURES[tag]
    have(tag)
    ran = box.starts(f"jenkins:{tag}", *options).end()
    assert box.parts() == set()
    assert ran.code == 1
    assert f"error[{code}]" in ran.stderr
    assert "Traceback" not in ran.stderr and ran.stdout == ""
    file = _log_file(ran)
    log = file.read_text().splitlines()
    assert file.stat().st_mode & 0o777 == 0o600
    shown = [line.removeprefix("  | ").rstrip() for line in ran.stderr.splitlines() if line.startswith("  | ")]
    assert shown and shown[-1] in [line.replace("\t", " ").rstrip() for line in log] + [line.rstrip() for line in log]


def test_as_json_the_failure_is_one_object_with_cures(box: Box, have: Have) -> None:
    have("standin-not-writable")
    ran = box.up("jenkins:standin-not-writable").failed("home.not_writable")
    assert box.parts() == set()
    assert "Can not write" in ran.error["cause"]
    commands = [cure["command"] for cure in ran.error["cures"] if cure["command"]]
    assert commands and all("{" not in command for command in commands)
    assert any(box.volume in command for command in commands)


def test_keep_leaves_what_failed_for_a_look(box: Box, have: Have) -> None:
    have("standin-exit-1")
    box.up("jenkins:standin-exit-1", "--keep").failed("jenkins.boot_failed")
    assert box.parts() == box.whole()
    assert b"leaving with 1" in box.docker.api.logs(box.container)
    assert box.devbox.run("logs", box.name).ok().stdout
    box.down("--volumes", "-y").ok()
    assert box.parts() == set()


def test_a_home_that_was_there_before_survives_a_failure(up: Box) -> None:
    up.down().ok()
    up.again("jenkins", "--java-opts", "-XX:+NoSuchOption").failed("jvm.option")
    assert up.parts() == {f"volume {up.volume}"}
    up.again("jenkins", "--java-opts", "").ok()
    assert up.jenkins().answers()


def test_the_option_that_failed_does_not_stick(up: Box) -> None:
    up.down().ok()
    up.again("jenkins", "--java-opts", "-XX:+NoSuchOption").failed("jvm.option")
    up.again().ok()
    assert up.jenkins().answers()


def test_a_boot_that_lasts_longer_than_the_timeout_is_told_from_one_that_failed(box: Box, lts: str) -> None:
    ran = box.up("jenkins", "--timeout", "2", "--env", "STANDIN_BOOT_SECONDS=600").failed("jenkins.timeout")
    assert box.parts() == set()
    assert ran.error["retryable"] is True
    assert 2 < ran.seconds < 60
    assert any("--timeout" in (cure["command"] or "") for cure in ran.error["cures"])


def test_a_slow_boot_is_waited_for(box: Box, have: Have) -> None:
    """While it boots it answers 503, and 401 in between."""
    have("lts")
    ran = box.up("jenkins", "--env", "STANDIN_BOOT_SECONDS=4").ok()
    assert ran.data["seconds"] > 4
    assert box.jenkins().answers()


def test_java_that_does_not_get_its_memory_is_explained(box: Box, lts: str) -> None:
    ran = box.up("jenkins", "--java-opts", "-Xmx1").failed("jvm.option")
    assert box.parts() == set()
    assert ran.error["cause"]


def test_a_memory_limit_below_dockers_least_is_explained(box: Box, lts: str) -> None:
    box.up("jenkins", "--memory", "1m").failed("memory.invalid")
    assert box.parts() == set()
