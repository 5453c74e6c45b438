"""What an init script may do wrong, and the traps that old and current cores lay out for it."""

from __future__ import annotations

import pytest

from tests.lab.box import Box
from tests.lab.conftest import Boxes
from tests.lab.procs import until
from tests.lab.tags import LEGACY

pytestmark = pytest.mark.lab


@pytest.mark.parametrize("script", ["throw new IllegalStateException('boom')", "def ( // boom",
                                    "throw new IOException('boom')"])  # fmt: skip
def test_a_current_core_goes_on_after_an_exception_of_a_script(box: Boxes, script: str) -> None:
    jenkins = box("lts", scripts={"a.groovy": script, "b.groovy": "println 'b ran'"})
    jenkins.wait_answer()
    log = jenkins.logs()
    assert "boom" in log and ("Failed to run script" in log or "Failed to execute" in log)
    assert "b ran" in log


def test_an_error_of_a_script_ends_a_current_core_with_5(box: Boxes) -> None:
    jenkins = box("lts", scripts={"a.groovy": "throw new Error('boom')"})
    assert jenkins.wait_exit() == 5
    log = jenkins.logs()
    assert "Failed GroovyInitScript.init" in log and "Failed to initialize Jenkins" in log
    assert "fully up" not in log


def test_any_exception_of_a_script_ends_the_boot_of_an_old_core_for_ever(box: Boxes) -> None:
    jenkins = box(LEGACY, env={}, scripts={"a.groovy": "throw new IllegalStateException('boom')"})
    jenkins.wait_log("SEVERE: Failed GroovyInitScript.init")
    answer = jenkins.wait_answer("/login", (503,))
    assert "boom" in answer.body and "X-Jenkins" not in answer.headers
    assert jenkins.inspect("{{json .State.Running}}") is True
    assert "failed-boot-attempts.txt" in jenkins.exec("ls", "/var/jenkins_home")


def test_a_script_may_stop_the_boot_by_leaving(box: Boxes) -> None:
    for tag in ("lts", LEGACY):
        jenkins = box(tag, scripts={"a.groovy": "Runtime.runtime.halt(9)"})
        assert jenkins.wait_exit() == 9


def test_scripts_run_after_the_jobs_in_the_order_of_their_names_and_at_each_boot(box: Boxes) -> None:
    jenkins = box("lts", scripts={"20.groovy": "println 'twenty'", "10.groovy": "println 'ten'", "x.txt": "nothing"})
    jenkins.wait_answer()
    log = jenkins.logs()
    order = ["Loaded all jobs", "Executing /var/jenkins_home/init.groovy.d/10.groovy", "20.groovy", "Completed init"]
    assert [log.index(text) for text in order] == sorted(log.index(text) for text in order)
    jenkins.engine.docker("restart", jenkins.id)
    jenkins.start()
    jenkins.wait_answer()
    assert jenkins.logs().count("twenty\n") == 2


def test_an_old_core_lays_its_traps(box: Boxes) -> None:
    jenkins = box(LEGACY, env={})
    jenkins.wait_answer()
    assert _says(jenkins, "new hudson.security.HudsonPrivateSecurityRealm(false, false, null).getUser('x') != null")
    strategy = "new hudson.security.FullControlOnceLoggedInAuthorizationStrategy()"
    assert not _says(jenkins, f"{strategy}.hasProperty('allowAnonymousRead') != null")
    jenkins.script(f"Jenkins.instance.setSecurityRealm(new hudson.security.HudsonPrivateSecurityRealm(false)); "
                   f"Jenkins.instance.setAuthorizationStrategy({strategy})")  # fmt: skip
    assert jenkins.ask("/api/json").status == 200, "anonymous reads, whatever one does"


def test_a_current_core_lays_its_own(box: Boxes) -> None:
    jenkins = box("lts")
    jenkins.wait_answer()
    assert not _says(jenkins, "new hudson.security.HudsonPrivateSecurityRealm(false, false, null).getUser('x') != null")
    assert _says(jenkins, "new hudson.security.FullControlOnceLoggedInAuthorizationStrategy().allowAnonymousRead")
    load = "Jenkins.get().pluginManager.uberClassLoader.loadClass('hudson.security.GlobalMatrixAuthorizationStrategy')"
    assert "ClassNotFoundException" in jenkins.script(load).body


def test_a_realm_without_its_user_answers_401_even_while_booting(box: Boxes) -> None:
    script = "Jenkins.instance.setSecurityRealm(new hudson.security.HudsonPrivateSecurityRealm(false, false, null))\n"
    wait = "while (!new File(Jenkins.instance.rootDir, 'go').exists()) { Thread.sleep(20) }"
    jenkins = box("lts", scripts={"a.groovy": "import jenkins.model.Jenkins\n" + script + wait})
    jenkins.wait_log("Executing")
    jenkins.wait_answer("/login", (503,))
    assert _eventually_401(jenkins)
    jenkins.exec("touch", "/var/jenkins_home/go")
    jenkins.wait_answer()


def _eventually_401(jenkins: Box) -> bool:
    return until(lambda: jenkins.ask("/login", auth=("admin", "x")).status == 401, 90)


def _says(jenkins: Box, expression: str) -> bool:
    said = jenkins.script(f"return {expression}").body
    assert said in {"Result: true\n", "Result: false\n"}, said
    return said == "Result: true\n"
