"""Taken ports: who has them, which one comes instead, and when it is an error."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.integration.support.box import Box
from tests.integration.support.ports import free_port, listening, say
from tests.integration.support.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.lab, pytest.mark.usefixtures("usual_ports")]

Have = Callable[[str], str]
HELLO = b"GET / HTTP/1.0\r\n\r\n"


def _unasked(box: Box) -> dict[str, int]:
    """Bring it up once with no port asked for, and take it down: its ports, which nobody chose by number."""
    found = box.again("jenkins", "--no-wait").ok().sandbox["services"][0]["ports"]
    box.down().ok()
    http = int(found.pop("8080/tcp").rpartition(":")[2])
    ((_, agent),) = found.items()
    return {"http": http, "agent": int(agent.rpartition(":")[2])}


def _foreign(box: Box, port: int) -> str:
    """A container of somebody else's Compose project that holds a port."""
    name = f"{box.name}-foreign"
    labels = {"com.docker.compose.project": "shop"}
    box.docker.run(name, "jenkins/jenkins:lts", ports={9000: ("127.0.0.1", port)}, labels=labels)
    return name


def _warning(ran: object, code: str) -> str:
    (text,) = [w["message"] for w in ran.envelope["warnings"] if w["code"] == code]  # type: ignore[attr-defined]
    return str(text)


def _published(box: Box) -> dict[str, list[dict[str, str]]]:
    found = box.docker.container(box.container)
    assert found is not None
    return {inside: outside for inside, outside in found["NetworkSettings"]["Ports"].items() if outside}


def test_a_port_that_a_container_holds_moves_and_its_owner_is_named(box: Box, lts: str) -> None:
    had = _unasked(box)
    owner = _foreign(box, had["http"])
    ran = box.again().ok()
    port = int(_published(box)["8080/tcp"][0]["HostPort"])
    assert port > had["http"]
    assert box.docker.state(owner) == "running"
    assert ran.sandbox["url"] == f"http://127.0.0.1:{port}" and box.jenkins().answers()
    said = _warning(ran, "port.moved")
    assert str(had["http"]) in said and str(port) in said and owner in said and "shop" in said


def test_a_port_that_a_process_holds_moves_and_its_owner_is_named(box: Box, lts: str) -> None:
    had = _unasked(box)
    with listening(had["http"]):
        ran = box.again().ok()
        port = int(_published(box)["8080/tcp"][0]["HostPort"])
        assert port > had["http"]
        assert box.jenkins().url == f"http://127.0.0.1:{port}" and box.jenkins().answers()
        said = _warning(ran, "port.moved")
        assert f"pid {os.getpid()}" in said


def test_a_moved_port_sticks(box: Box, lts: str) -> None:
    had = _unasked(box)
    with listening(had["http"]):
        moved = box.again().ok().sandbox["url"]
    life = box.life()
    assert box.again().ok().changes == [] and box.life() == life
    box.down().ok()
    ran = box.again().ok()
    assert ran.sandbox["url"] == moved
    assert ran.warnings == []


def test_a_port_held_on_every_address_is_taken_too(box: Box, lts: str) -> None:
    had = _unasked(box)
    with listening(had["http"], "0.0.0.0"):
        ran = box.again().ok()
    assert int(_published(box)["8080/tcp"][0]["HostPort"]) > had["http"]
    assert "port.moved" in ran.warnings


def test_a_port_asked_for_by_number_is_an_error_that_names_the_container(box: Box, lts: str) -> None:
    owner = _foreign(box, box.http)
    ran = box.up().failed("port.taken")
    assert box.parts() == {f"container {owner}"} - {f"container {owner}"}
    assert box.docker.state(owner) == "running"
    assert owner in ran.error["message"] and "shop" in ran.error["message"] and str(box.http) in ran.error["message"]
    assert any("--http-port" in (cure["command"] or "") for cure in ran.error["cures"])


def test_a_port_asked_for_by_number_is_an_error_that_names_the_process(box: Box, lts: str) -> None:
    with listening(box.agent):
        ran = box.up().failed("port.taken")
    assert box.parts() == set()
    assert f"pid {os.getpid()}" in ran.error["message"] and str(box.agent) in ran.error["message"]


def test_strict_ports_moves_nothing(box: Box, lts: str) -> None:
    had = _unasked(box)
    with listening(had["http"]):
        ran = box.again("jenkins", "--strict-ports").failed("port.taken")
    assert str(had["http"]) in ran.error["message"]
    assert box.parts() == {f"volume {box.volume}"}


def test_a_running_one_whose_port_was_taken_while_it_was_stopped_moves(box: Box, lts: str) -> None:
    had = _unasked(box)
    box.again().ok()
    box.docker.api.stop(box.container)
    with listening(had["http"]):
        ran = box.again().ok()
        assert int(_published(box)["8080/tcp"][0]["HostPort"]) > had["http"]
        assert box.parts() == box.whole()
        assert "port.moved" in ran.warnings


@pytest.mark.parametrize("tag", ["lts", "1.610"])
def test_a_moved_agent_port_is_the_same_inside_and_outside(box: Box, have: Have, tag: str) -> None:
    """Jenkins tells agents the port that it listens on; on a home that had another one, too."""
    have(tag)
    had = box.again(f"jenkins:{tag}").ok()
    first = next(int(p.split("/")[0]) for p in had.sandbox["services"][0]["ports"] if p != "8080/tcp")
    box.down().ok()
    with listening(first):
        box.again().ok()
        ((inside, outside),) = [pair for pair in _published(box).items() if pair[0] != "8080/tcp"]
        port = int(outside[0]["HostPort"])
        assert port != first and inside == f"{port}/tcp"
        page = box.jenkins().get("/tcpSlaveAgentListener/")
        assert page.headers["X-Hudson-JNLP-Port"] == str(port)
        assert box.jenkins().script("println jenkins.model.Jenkins.instance.slaveAgentPort") == str(port)
        if tag == "lts":
            assert b"Jenkins" in say(port, HELLO)
        else:
            assert b"Unknown protocol:hello" in say(port, b"\0\x05hello")


def test_two_sandboxes_run_side_by_side(box: Box, lts: str) -> None:
    other = box.other("b")
    one, two = box.again().ok(), other.again().ok()
    urls = {one.sandbox["url"], two.sandbox["url"]}
    assert len(urls) == 2
    passwords = {box.jenkins().password, other.jenkins().password}
    assert len(passwords) == 2
    assert box.jenkins().answers() and other.jenkins().answers()
    assert "port.moved" in two.warnings


def test_both_ports_may_be_taken_at_once(box: Box, lts: str) -> None:
    had = _unasked(box)
    with listening(had["http"]), listening(had["agent"]):
        ran = box.again().ok()
        assert ran.warnings == ["port.moved", "port.moved"]
        assert box.jenkins().answers()


def test_publishing_on_all_addresses_is_done_when_asked_and_said(box: Box, lts: str) -> None:
    ran = box.up("jenkins", "--publish-address", "0.0.0.0").ok()
    assert {port[0]["HostIp"] for port in _published(box).values()} == {"0.0.0.0"}
    assert ran.warnings == ["port.public"]
    assert box.jenkins().answers()


def test_http_and_agent_on_one_port_is_refused(box: Box, lts: str) -> None:
    port = str(free_port())
    ran = box.devbox.json("up", "jenkins", "-n", box.name, "--http-port", port, "--agent-port", port)
    assert box.parts() == set()
    assert ran.code in (1, 2) and ran.error["code"].startswith(("port.", "option.")), ran


def test_a_jenkins_of_somebody_else_on_the_port_is_not_taken_for_ours(box: Box, lts: str, first: object) -> None:
    """Docker accepts both: another sandbox' Jenkins answers on all addresses, ours on the loopback alone."""
    other = box.other("b")
    other.up("jenkins", "--no-auth").ok()
    box.devbox.json("up", "jenkins", "-n", box.name, "--http-port", str(other.http)).failed("port.taken")
    assert box.parts() == set()
    until(other_answers(other), "the other one goes on")


def other_answers(other: Box) -> Callable[[], bool]:
    """Whether the open Jenkins of another sandbox answers."""
    from tests.integration.support.jenkins import Jenkins

    return lambda: Jenkins(other.url).get().status_code == 200
