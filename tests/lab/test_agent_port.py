"""The port for inbound agents: who listens, what it answers, and which setting wins."""

from __future__ import annotations

import pytest

from tests.lab.box import OPEN
from tests.lab.conftest import Boxes
from tests.lab.tags import LEGACY, LTS

pytestmark = pytest.mark.lab
PING = b"\x00\x0dProtocol:Ping"
PROPERTY = "jenkins.model.Jenkins.slaveAgentPort"


def test_a_current_core_says_on_the_port_who_it_is(box: Boxes) -> None:
    jenkins = box("lts")
    session = jenkins.wait_answer().headers["X-Jenkins-Session"]
    body = jenkins.talk(b"GET / HTTP/1.0\r\n\r\n").decode()
    assert f"Jenkins-Version: {LTS}\r\nJenkins-Session: {session}\r\n" in body
    assert jenkins.talk(b"GET /nosuch HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 404")
    assert jenkins.talk(PING) == b"Ping\n"
    assert jenkins.ask("/tcpSlaveAgentListener/").headers["X-Jenkins-JNLP-Port"] == "50000"


def test_an_old_core_hangs_on_get_and_does_not_know_ping(box: Boxes) -> None:
    jenkins = box(LEGACY, env={}, scripts={"a.groovy": "jenkins.model.Jenkins.instance.setSlaveAgentPort(50000)"})
    jenkins.wait_answer()
    with pytest.raises(TimeoutError):
        jenkins.talk(b"GET / HTTP/1.0\r\n\r\n", seconds=1)
    assert jenkins.talk(PING) == b"Unknown protocol:Protocol:Ping\n"


def test_an_old_core_listens_anywhere_until_it_is_told_and_then_remembers(box: Boxes) -> None:
    jenkins = box(LEGACY, env={"JENKINS_SLAVE_AGENT_PORT": "50000"})
    jenkins.wait_answer()
    assert jenkins.ask("/api/json").json["slaveAgentPort"] == 0
    assert jenkins.ask("/tcpSlaveAgentListener/").headers["X-Hudson-JNLP-Port"] not in {"0", "50000"}
    jenkins.script("Jenkins.instance.setSlaveAgentPort(50000); Jenkins.instance.save()")
    assert jenkins.talk(PING).startswith(b"Unknown protocol")
    jenkins.engine.docker("restart", jenkins.id)
    jenkins.start()
    jenkins.wait_answer()
    assert jenkins.ask("/tcpSlaveAgentListener/").headers["X-Jenkins-JNLP-Port"] == "50000"


@pytest.mark.parametrize(("enforced", "expected"), [(False, 50000), (True, 50001)])
def test_the_property_gives_the_first_value_and_wins_later_only_when_enforced(
    box: Boxes, enforced: bool, expected: int
) -> None:
    first = box("lts", env=OPEN, options=("--volume", "/var/jenkins_home"))
    first.wait_answer()
    assert first.ask("/api/json").json["slaveAgentPort"] == 50000
    first.engine.docker("stop", first.id)
    java = OPEN["JAVA_OPTS"] + (f" -D{PROPERTY}=50001 -D{PROPERTY}Enforce=true" if enforced else "")
    env = {"JAVA_OPTS": java, "JENKINS_SLAVE_AGENT_PORT": "50001"}
    second = box("lts", env=env, options=("--volumes-from", first.id))
    second.wait_answer()
    assert second.ask("/api/json").json["slaveAgentPort"] == expected
    second.script("Jenkins.instance.setSlaveAgentPort(50002)")
    assert second.ask("/api/json").json["slaveAgentPort"] == (50001 if enforced else 50002)


def test_a_taken_enforced_port_makes_it_unhealthy(box: Boxes) -> None:
    java = OPEN["JAVA_OPTS"] + f" -D{PROPERTY}=8080 -D{PROPERTY}Enforce=true"
    jenkins = box("lts", env={"JAVA_OPTS": java})
    jenkins.wait_answer()
    assert "Failed to listen on port 8080 because it's already in use." in jenkins.logs()
    answer = jenkins.ask("/health")
    assert answer.status == 503 and answer.json["status"] is False


def test_naming_the_property_in_java_opts_takes_the_variables_effect_away(box: Boxes) -> None:
    env = {"JAVA_OPTS": OPEN["JAVA_OPTS"] + f" -D{PROPERTY}Enforce=true", "JENKINS_SLAVE_AGENT_PORT": "50001"}
    jenkins = box("lts", env=env)
    jenkins.wait_answer()
    assert jenkins.ask("/api/json").json["slaveAgentPort"] == 0
