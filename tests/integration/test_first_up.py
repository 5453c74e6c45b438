"""The first `devbox up jenkins`: what the engine has afterwards, and what Jenkins says."""

from __future__ import annotations

import re

import pytest

from tests.integration.conftest import LTS, First
from tests.integration.support.box import Box
from tests.integration.support.jenkins import Jenkins

pytestmark = [pytest.mark.engine, pytest.mark.lab]


def test_makes_one_container_one_network_and_one_home(first: First) -> None:
    assert first.box.parts() == first.box.whole()
    assert first.ran.changes == [
        ("create network", first.box.network),
        ("create volume", first.box.volume),
        ("create", first.box.container),
        ("start", first.box.container),
    ]


def test_publishes_its_ports_on_the_loopback_alone(first: First) -> None:
    found = first.box.docker.container(first.box.container)
    assert found is not None
    published = {inside: outside for inside, outside in found["NetworkSettings"]["Ports"].items() if outside}
    assert published == {
        "8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(first.box.http)}],
        f"{first.box.agent}/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(first.box.agent)}],
    }


def test_gives_the_container_limits_a_health_check_and_a_way_to_end(first: First) -> None:
    found = first.box.docker.container(first.box.container)
    assert found is not None
    assert found["HostConfig"]["Memory"] == 2 << 30
    assert found["HostConfig"]["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 10}
    assert found["HostConfig"]["Privileged"] is False
    assert found["HostConfig"]["Binds"] is None
    assert found["Config"]["StopTimeout"] == 30
    assert found["Config"]["Healthcheck"]["Interval"] == 5 * 10**9
    assert "/login" in found["Config"]["Healthcheck"]["Test"][1]
    assert found["Config"]["Image"] == LTS
    assert found["Mounts"] and {(m["Type"], m["Name"], m["Destination"]) for m in found["Mounts"]} == {
        ("volume", first.box.volume, "/var/jenkins_home")
    }
    assert list(found["NetworkSettings"]["Networks"]) == [first.box.network]
    assert "jenkins" in found["NetworkSettings"]["Networks"][first.box.network]["Aliases"]


def test_labels_everything_it_makes(first: First) -> None:
    container = first.box.docker.container(first.box.container)
    (network,) = first.box.docker.networks(name=[first.box.network])
    volume = first.box.docker.volume(first.box.volume)
    assert container is not None and volume is not None
    for labels in (container["Config"]["Labels"], network["Labels"], volume["Labels"]):
        assert labels["dev.devbox.stack"] == "jenkins"
        assert labels["dev.devbox.name"] == first.box.name
        assert labels["com.docker.compose.project"] == f"devbox-{first.box.name}"
    assert container["Config"]["Labels"]["dev.devbox.version"] == "2.568.2"


def test_the_shown_url_answers_to_the_shown_user(first: First) -> None:
    told = first.box.devbox.json("credentials", first.box.name).ok().data
    jenkins = Jenkins(told["url"], told["password"], told["user"])
    assert jenkins.url == first.ran.sandbox["url"] == first.box.url
    answer = jenkins.get()
    assert answer.status_code == 200
    assert answer.headers["X-Jenkins"] == first.ran.sandbox["version"] == "2.568.2"
    assert jenkins.get("/whoAmI/api/json").json()["name"] == "admin"


def test_anonymous_is_refused(first: First) -> None:
    nobody = Jenkins(first.box.url)
    assert nobody.get().status_code == 403
    assert nobody.get("/").status_code == 403
    assert nobody.get("/login").status_code == 200


def test_another_password_is_refused(first: First) -> None:
    assert Jenkins(first.box.url, "not the password").get().status_code == 401


def test_crumbs_are_asked_for(first: First) -> None:
    jenkins = first.box.jenkins()
    assert jenkins.post("/scriptText", crumb=False, script="println 1").status_code == 403
    assert jenkins.script("println 1 + 1") == "2"


def test_the_root_url_is_the_published_one(first: First) -> None:
    said = first.box.jenkins().script("println jenkins.model.JenkinsLocationConfiguration.get().url")
    assert said == first.box.url + "/"


def test_the_api_token_lets_in_without_a_crumb(first: First) -> None:
    told = first.box.devbox.json("credentials", first.box.name).ok().data
    assert told["token"] and told["token"] != told["password"]
    answer = Jenkins(told["url"], told["token"]).post("/scriptText", crumb=False, script="println 'by token'")
    assert (answer.status_code, answer.text.strip()) == (200, "by token")


def test_there_is_no_setup_wizard(first: First) -> None:
    assert not first.box.docker.has(first.box.container, "/var/jenkins_home/secrets/initialAdminPassword")
    assert first.box.file("jenkins.install.UpgradeWizard.state") == "2.568.2"


def test_the_health_check_comes_to_healthy(first: First) -> None:
    assert first.box.status().sandbox["services"][0]["health"] == "healthy"


def test_says_ready_within_a_moment_of_jenkins_being_so(up: Box) -> None:
    """The stand-in logs the millisecond in which it became ready; the clock on both sides is the same.

    The best of up to five, since a busy machine may hold up any of them; Docker's health check looks every 5 s.
    """
    late = [_late(up)]
    while min(late) > 1.0 and len(late) < 5:
        late.append(_late(up))
    assert min(late) < 2.0 and all(one >= 0 for one in late), late


def _late(up: Box) -> float:
    """Seconds from ready to the end of the process, which said so even earlier."""
    up.down("--volumes", "-y").ok()
    running = up.starts()
    ran = running.end().ok()
    log = up.docker.api.logs(up.container).decode()
    ready = int(re.findall(r"standin: ready at (\d+)", log)[0]) / 1000
    return ran.seconds + _epoch_minus_monotonic() + running.began - ready


def _epoch_minus_monotonic() -> float:
    import time

    return time.time() - time.monotonic()


def test_in_words_it_says_what_is_needed_next_and_no_secret(box: Box, lts: str) -> None:
    ran = box.starts().end().ok()
    password = box.jenkins().password
    for word in (box.url, "admin", f"devbox credentials {box.name}", f"devbox open {box.name}"):
        assert word in ran.stdout
    assert "jenkins: " in ran.stderr
    assert password not in ran.stdout + ran.stderr
    assert all(len(line) <= 80 for line in ran.stdout.splitlines())
