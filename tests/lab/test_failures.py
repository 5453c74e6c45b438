"""The stand-ins that fail on purpose, and those that are given something they cannot do."""

from __future__ import annotations

import http.client
import time

import pytest

from tests.lab.box import OPEN
from tests.lab.conftest import Boxes
from tests.lab.procs import until
from tests.lab.tags import LEGACY

pytestmark = pytest.mark.lab


@pytest.mark.parametrize(
    ("tag", "code", "said"),
    [
        ("standin-exit-0", 0, "leaving with 0"),
        ("standin-exit-1", 1, "leaving with 1"),
        ("standin-exit-137", 137, "leaving with 137"),
        ("standin-boot-loop", 5, "leaving with 5"),
        ("standin-failed-boot", 5, "Failed to initialize Jenkins"),
        ("standin-not-writable", 1, "copy_reference_file.log. Wrong volume permissions?"),
        ("standin-sigill", 134, "SIGILL (0x4) at pc="),
    ],
)
def test_the_tag_of_a_failure_fails_as_it_says(box: Boxes, tag: str, code: int, said: str) -> None:
    jenkins = box(tag)
    assert jenkins.wait_exit() == code
    assert said in jenkins.logs()


def test_out_of_memory_is_killed_and_docker_knows_why(box: Boxes) -> None:
    jenkins = box("standin-oom", options=("--memory", "64m"))
    assert jenkins.wait_exit() == 137
    assert jenkins.inspect("{{json .State.OOMKilled}}") is True


def test_never_ready_answers_503_after_the_last_milestone_it_reaches(box: Boxes) -> None:
    jenkins = box("standin-never-ready")
    jenkins.wait_log("Loaded all jobs")
    assert jenkins.ask("/login").status == 503
    assert "Completed initialization" not in jenkins.logs()


def test_an_old_core_whose_boot_failed_stays_up_with_503_and_no_name(box: Boxes) -> None:
    jenkins = box("standin-legacy-failed-boot", env={})
    jenkins.wait_log("SEVERE: Failed to initialize Jenkins")
    answer = jenkins.ask("/login")
    assert answer.status == 503 and "X-Jenkins" not in answer.headers and "NoClassDefFoundError" in answer.body
    assert jenkins.ask("/").status == 404
    assert jenkins.inspect("{{json .State.Running}}") is True


def test_a_boot_loop_under_a_restart_policy_counts_its_restarts(box: Boxes) -> None:
    jenkins = box("standin-boot-loop", options=("--restart", "on-failure:2"))
    assert until(lambda: jenkins.inspect("{{.RestartCount}}") == 2, 60)
    assert jenkins.wait_exit() == 5


def test_an_unknown_jvm_option_keeps_the_jvm_from_starting(box: Boxes) -> None:
    jenkins = box("lts", env={"JAVA_OPTS": "-XX:+NoSuchThing"})
    assert jenkins.wait_exit() == 1
    assert "Unrecognized VM option 'NoSuchThing'" in jenkins.logs()


def test_java_options_apply_in_order_and_keep_their_quotes(box: Boxes) -> None:
    env = {"JAVA_OPTS": "-Dfirst='a b' -Dsame=1 -XX:+UseParallelGC " + OPEN["JAVA_OPTS"],
           "JENKINS_JAVA_OPTS": "-Dsame=2"}  # fmt: skip
    jenkins = box("lts", env=env)
    jenkins.wait_answer()
    said = jenkins.script("return System.getProperty('first') + '|' + System.getProperty('same')").body
    assert said == "Result: a b|2\n"


def test_an_old_core_does_not_know_jenkins_java_opts(box: Boxes) -> None:
    jenkins = box(LEGACY, env={"JENKINS_JAVA_OPTS": "-Dsame=2"})
    jenkins.wait_answer()
    assert jenkins.script("return System.getProperty('same')").body == ""


def test_a_home_of_another_owner_ends_it_with_1_and_the_known_words(box: Boxes) -> None:
    jenkins = box("lts", options=("--tmpfs", "/var/jenkins_home:mode=755,uid=0"))
    assert jenkins.wait_exit() == 1
    assert "Can not write to /var/jenkins_home/copy_reference_file.log. Wrong volume permissions?" in jenkins.logs()


def test_an_old_core_that_cannot_write_its_home_ends_with_0(box: Boxes) -> None:
    jenkins = box(LEGACY, env={}, options=("--tmpfs", "/var/jenkins_home:mode=755,uid=0"))
    assert jenkins.wait_exit() == 0
    assert "SEVERE: Container startup failed" in jenkins.logs()


def test_an_unknown_launcher_option_is_refused(box: Boxes) -> None:
    jenkins = box("lts", words=("--no-such-option",))
    assert jenkins.wait_exit() == 1
    assert "Unrecognized option: --no-such-option" in jenkins.logs()


def test_a_published_port_accepts_before_anybody_listens(box: Boxes) -> None:
    jenkins = box("lts", options=("--entrypoint", "sleep"), words=("60",))
    began = time.monotonic()
    with pytest.raises((OSError, http.client.HTTPException)):
        jenkins.ask("/login")
    assert time.monotonic() - began < 20
