"""The stand-in's boot, as seen from outside: 503 until it is up, sessions, restarts, exits."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from tests.lab.box import OPEN, Box
from tests.lab.conftest import Boxes
from tests.lab.tags import BEFORE_HEALTH, LEGACY, LTS

pytestmark = pytest.mark.lab
SLOW = OPEN | {"STANDIN_BOOT_SECONDS": "2"}
MILESTONES = ("Started initialization", "Listed all plugins", "Started all plugins", "Augmented all extensions",
              "Loaded all jobs", "Completed initialization", "Jenkins is fully up and running")  # fmt: skip


def test_a_current_core_answers_503_without_its_session_while_it_boots(box: Boxes) -> None:
    jenkins = box("lts", env=SLOW)
    loading = jenkins.wait_answer("/api/json", (503,))
    assert "X-Jenkins" not in loading.headers and "X-Jenkins-Session" not in loading.headers
    up = jenkins.wait_answer("/api/json")
    assert up.headers["X-Jenkins"] == LTS and re.fullmatch("[0-9a-f]{8}", up.headers["X-Jenkins-Session"])


def test_an_old_core_already_names_the_new_session_while_it_boots(box: Boxes) -> None:
    jenkins = box(LEGACY, env=SLOW)
    loading = jenkins.wait_answer("/login", (503,))
    assert loading.headers["X-Jenkins"] == LEGACY
    assert loading.headers["X-Jenkins-Session"] == jenkins.wait_answer().headers["X-Jenkins-Session"]


def test_a_current_core_can_be_told_to_name_its_session_while_it_boots(box: Boxes) -> None:
    jenkins = box("lts", env=SLOW | {"STANDIN_LOADING_HEADERS": "1"})
    loading = jenkins.wait_answer("/login", (503,))
    assert loading.headers["X-Jenkins-Session"] == jenkins.wait_answer().headers["X-Jenkins-Session"]


@pytest.mark.parametrize("tag", ["lts", LEGACY])
def test_the_log_tells_the_milestones_in_order_and_the_instant_of_readiness(box: Boxes, tag: str) -> None:
    jenkins = box(tag)
    jenkins.wait_answer()
    seen = time.time()
    log = jenkins.wait_log(MILESTONES[-1])
    places = [log.index(milestone) for milestone in MILESTONES]
    assert places == sorted(places)
    ready = int(re.search(r"standin: ready at (\d+)", log)[1]) / 1000  # type: ignore[index]
    assert -0.1 < seen - ready < 2
    assert "Running from: /usr/share/jenkins/jenkins.war" in log


def test_health_is_there_for_all_since_2_506(box: Boxes) -> None:
    current, before = box("lts"), box(BEFORE_HEALTH)
    current.wait_answer()
    before.wait_answer()
    assert current.ask("/health").json == {"status": True}
    assert before.ask("/health").status == 404


def test_with_a_prefix_the_bare_paths_are_404_for_ever(box: Boxes) -> None:
    jenkins = box("lts", env=OPEN | {"JENKINS_OPTS": "--prefix=/ci"})
    jenkins.wait_answer("/ci/login")
    assert jenkins.ask("/login").status == 404 and jenkins.ask("/").status == 404
    assert jenkins.ask("/ci/health").status == 200
    assert jenkins.ask("/ci/tcpSlaveAgentListener/").headers["X-Jenkins-JNLP-Port"] == "50000"


def test_a_restart_from_the_ui_ends_a_current_core_with_5(box: Boxes) -> None:
    jenkins = box("lts", env=OPEN | {"STANDIN_RESTART_SECONDS": "0.2"})
    jenkins.wait_answer()
    assert jenkins.ask("/safeRestart").status == 200, "a GET shows a form and restarts nothing"
    assert _post(jenkins, "/safeRestart") == 302
    assert jenkins.wait_exit() == 5


def test_a_restart_from_the_ui_gives_an_old_core_a_new_session_in_the_same_container(box: Boxes) -> None:
    jenkins = box(LEGACY, env={"STANDIN_RESTART_SECONDS": "0.2"})
    first = jenkins.wait_answer().headers["X-Jenkins-Session"]
    started = jenkins.inspect("{{json .State.StartedAt}}")
    assert _post(jenkins, "/restart") == 302
    jenkins.wait_answer("/login", (503,))
    assert jenkins.wait_answer().headers["X-Jenkins-Session"] != first
    assert jenkins.inspect("{{json .State.StartedAt}}") == started


def test_each_start_of_a_container_has_its_own_session(box: Boxes) -> None:
    jenkins = box("lts")
    first = jenkins.wait_answer().headers["X-Jenkins-Session"]
    jenkins.engine.docker("stop", jenkins.id)
    jenkins.start()
    assert jenkins.wait_answer().headers["X-Jenkins-Session"] != first


def test_sigterm_ends_it_with_143_at_once_and_exit_with_0(box: Boxes) -> None:
    stopped, left = box("lts"), box("lts")
    stopped.wait_answer()
    began = time.monotonic()
    stopped.engine.docker("stop", "--time", "30", stopped.id)
    assert stopped.wait_exit() == 143 and time.monotonic() - began < 20
    left.wait_answer()
    assert _post(left, "/exit") == 200
    assert left.wait_exit() == 0


def test_a_war_put_in_the_images_place_changes_the_version(box: Boxes, lab_war: Path) -> None:
    jenkins = box("lts", start=False)
    jenkins.put("/usr/share/jenkins", {"jenkins.war": lab_war.read_bytes()})
    jenkins.start()
    assert jenkins.wait_answer().headers["X-Jenkins"] == BEFORE_HEALTH


def test_a_home_that_a_newer_core_wrote_does_not_boot(box: Boxes) -> None:
    jenkins = box("lts", start=False)
    jenkins.put("/var/jenkins_home", {"jenkins.install.InstallUtil.lastExecVersion": "2.999"})
    jenkins.start()
    assert jenkins.wait_exit() == 5
    assert "Failed to initialize Jenkins" in jenkins.logs()


def _post(jenkins: Box, path: str) -> int:
    crumb = jenkins.ask("/crumbIssuer/api/json")
    headers = {}
    if crumb.status == 200:
        headers = {crumb.json["crumbRequestField"]: crumb.json["crumb"], "Cookie": crumb.cookie}
    return jenkins.ask(path, method="POST", headers=headers, form={}).status
