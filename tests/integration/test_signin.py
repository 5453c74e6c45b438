"""The sign-in: once for a home, closed when it fails, the user's own afterwards."""

from __future__ import annotations

import pytest

from tests.integration.support.box import HOME, Box
from tests.integration.support.docker import Docker
from tests.integration.support.jenkins import Jenkins
from tests.integration.support.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.lab]

CHANGE_PASSWORD = """
jenkins.model.Jenkins.instance.securityRealm.createAccount('admin', 'my own secret')
println 'changed'
"""
NO_SECURITY = """
def core = jenkins.model.Jenkins.instance
core.setSecurityRealm(hudson.security.SecurityRealm.NO_AUTHENTICATION)
core.setAuthorizationStrategy(hudson.security.AuthorizationStrategy.UNSECURED)
core.save()
println 'opened'
"""


def _next_start(box: Box) -> int:
    """Start it as Docker does after a reboot, but once; gives the exit status."""
    box.docker.api.update_container(box.container, restart_policy={"Name": "no"})
    box.docker.api.start(box.container)
    until(lambda: box.docker.state(box.container) == "exited", "the boot is stopped")
    found = box.docker.container(box.container)
    assert found is not None
    return int(found["State"]["ExitCode"])


def test_a_changed_password_is_the_users_and_a_warning(up: Box) -> None:
    assert up.jenkins().script(CHANGE_PASSWORD) == "changed"
    life = up.life()
    ran = up.again().ok()
    assert up.life() == life
    assert Jenkins(up.url, "my own secret").answers()
    assert ran.warnings == ["signin.changed"]


def test_a_changed_password_stays_over_a_recreation(up: Box) -> None:
    assert up.jenkins().script(CHANGE_PASSWORD) == "changed"
    ran = up.again("jenkins", "--memory", "1g").ok()
    assert Jenkins(up.url, "my own secret").answers()
    assert Jenkins(up.url).get().status_code == 403
    assert ran.warnings == ["signin.changed"]


def test_a_user_who_opens_his_jenkins_keeps_it_open_with_a_warning(up: Box) -> None:
    assert up.jenkins().script(NO_SECURITY) == "opened"
    up.down().ok()
    ran = up.again().ok()
    assert Jenkins(up.url).get().status_code == 200
    assert ran.warnings == ["signin.changed"]


def test_no_auth_is_open_and_says_what_that_means(box: Box, lts: str) -> None:
    ran = box.up("jenkins", "--no-auth").ok()
    assert Jenkins(box.url).get().status_code == 200
    assert ran.warnings == ["signin.off"]
    assert box.docker.state(box.container) == "running"
    box.devbox.json("credentials", box.name).failed("signin.off")


def test_no_auth_can_be_taken_back(box: Box, lts: str) -> None:
    box.up("jenkins", "--no-auth").ok()
    box.again("jenkins", "--auth").ok()
    assert Jenkins(box.url).get().status_code == 403
    assert box.jenkins().answers()


def test_no_auth_later_opens_a_jenkins_that_was_signed_in(up: Box) -> None:
    up.again("jenkins", "--no-auth").ok()
    assert Jenkins(up.url).get().status_code == 200


def test_without_its_secret_the_first_boot_stops(up: Box) -> None:
    """A home with the script and no password, as a reboot in the middle of a first `up` might find it."""
    _remove(up.docker, up, "devbox/admin.password", "devbox/signed-in")
    up.docker.api.stop(up.container)
    assert _next_start(up) == 78
    assert "devbox: SECURITY-FAILED" in up.docker.api.logs(up.container).decode()


def test_a_secret_that_is_too_short_stops_the_boot(up: Box) -> None:
    _remove(up.docker, up, "devbox/signed-in")
    up.docker.api.stop(up.container)
    up.docker.write(up.container, f"{HOME}/devbox", {"admin.password": "short"})
    assert _next_start(up) == 78
    assert "devbox: SECURITY-FAILED" in up.docker.api.logs(up.container).decode()


def test_up_says_why_a_boot_without_its_secret_stopped(up: Box) -> None:
    _remove(up.docker, up, "devbox/signed-in")
    up.docker.api.stop(up.container)
    up.docker.write(up.container, f"{HOME}/devbox", {"admin.password": "short"})
    ran = up.again().failed("signin.failed")
    assert "SECURITY-FAILED" in ran.error["cause"]
    assert not Jenkins(up.url).answers()


def test_a_script_that_was_tampered_with_on_a_set_up_home_changes_nothing_for_devbox(up: Box) -> None:
    """After the first boot the home is the user's; devbox puts its own script in again with the next container."""
    up.docker.write(up.container, HOME, {"init.groovy.d/00-devbox.groovy": "println 'mine now'\n"})
    up.again("jenkins", "--memory", "1g").ok()
    assert "devbox: sign-in" in up.file("init.groovy.d/00-devbox.groovy")
    assert up.jenkins().answers()


def test_a_second_script_that_opens_jenkins_at_the_first_boot_is_not_let_through(box: Box, lts: str) -> None:
    """A home that devbox has not set up yet comes up signed in or not at all."""
    docker = box.docker
    docker.api.create_volume(box.volume, labels=_labels(box))
    helper = docker.create(f"{box.name}-helper", lts, binds=[f"{box.volume}:{HOME}"])
    docker.write(helper, HOME, {"init.groovy.d/": "", "init.groovy.d/99-open.groovy": NO_SECURITY})
    docker.api.remove_container(helper)
    ran = box.up()
    assert not Jenkins(box.url).answers()
    assert docker.state(box.container) in ("gone", "exited")
    ran.failed("signin.open")


def test_a_prefix_is_honoured_everywhere(box: Box, lts: str) -> None:
    ran = box.up("jenkins", "--prefix", "/ci/").ok()
    assert ran.sandbox["url"] == f"{box.url}/ci"
    jenkins = box.jenkins()
    assert jenkins.url == f"{box.url}/ci"
    assert jenkins.get().status_code == 200
    assert Jenkins(box.url, jenkins.password).get().status_code == 404
    assert jenkins.script("println jenkins.model.JenkinsLocationConfiguration.get().url") == f"{jenkins.url}/"
    assert box.devbox.json("env", box.name).ok().data == {"JENKINS_URL": f"{box.url}/ci"}
    until(lambda: _health(box) == "healthy", "Docker's own health check finds it there too", 20)


def _health(box: Box) -> str:
    found = box.docker.container(box.container)
    assert found is not None
    return str(found["State"]["Health"]["Status"])


def _labels(box: Box) -> dict[str, str]:
    return {
        "dev.devbox.stack": "jenkins", "dev.devbox.name": box.name, "dev.devbox.role": "home",
        "com.docker.compose.project": f"devbox-{box.name}", "com.docker.compose.volume": "home",
    }  # fmt: skip


def _remove(docker: Docker, box: Box, *paths: str) -> None:
    """Remove files of a running sandbox's home."""
    made = docker.api.exec_create(box.container, ["rm", *(f"{HOME}/{path}" for path in paths)])
    docker.api.exec_start(made["Id"])
    assert docker.api.exec_inspect(made["Id"])["ExitCode"] == 0
