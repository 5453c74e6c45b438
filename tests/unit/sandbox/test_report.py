"""Sandboxes as the JSON of `up`, `status` and `restart` shows them."""

from dataclasses import replace
from typing import Any

import pytest

from devbox.engine.api import Container, Endpoint, Network, Publish, Volume
from devbox.sandbox import labels, names, report
from devbox.sandbox.observe import sort

HERE = Endpoint("unix:///x", "default")


def container(
    state: str = "running",
    health: str = "healthy",
    *,
    service: str = "jenkins",
    exit_code: int | None = None,
    ports: tuple[Publish, ...] = (Publish(8080, "127.0.0.1", 8081),),
    aside: bool = False,
    **more: str,
) -> Container:
    own = {
        labels.STACK: "jenkins",
        labels.NAME: "second",
        labels.COMPOSE_SERVICE: service,
        labels.SERVICES: "jenkins",
        labels.HTTP: "8080",
        labels.VERSION: "2.555.1",
        labels.IMAGE: "jenkins/jenkins:lts",
        **more,
    }
    name = (names.set_aside if aside else names.container)("second", service)
    return Container(
        id=f"id-{name}", name=name, image="sha256:1", image_id="sha256:1", labels=own, state=state, health=health,
        exit_code=exit_code, ports=ports, created=1795320428.9,
    )  # fmt: skip


def shown(*containers: Container, volumes: tuple[str, ...] = (), answers: tuple[str, ...] = ()) -> dict[str, Any]:
    own = {labels.STACK: "jenkins", labels.NAME: "second"}
    seen = sort("second", list(containers), [Network("n", "n", own)], [Volume(v, own) for v in volumes])
    return report.sandbox(seen, HERE, answers)


def test_a_sandbox_is_shown_as_the_interface_says() -> None:
    assert shown(container(), volumes=("devbox-second_home-2.1", "devbox-second_home")) == {
        "name": "second",
        "stack": "jenkins",
        "state": "running",
        "services": [
            {
                "name": "jenkins",
                "container": "devbox-second-jenkins-1",
                "image": "jenkins/jenkins:lts",
                "state": "running",
                "health": "healthy",
                "ports": {"8080/tcp": "127.0.0.1:8081"},
                "created_at": "2026-11-22T04:07:08Z",
            }
        ],
        "url": "http://127.0.0.1:8081",
        "version": "2.555.1",
        "volumes": ["devbox-second_home", "devbox-second_home-2.1"],
    }


@pytest.mark.parametrize(
    ("state", "health", "told"),
    [
        ("running", "healthy", "running"),
        ("running", "none", "running"),
        ("running", "starting", "starting"),
        ("restarting", "starting", "starting"),
        ("restarting", "none", "starting"),
        ("running", "unhealthy", "unhealthy"),
        ("exited", "none", "stopped"),
        ("created", "none", "stopped"),
        ("dead", "none", "stopped"),
        ("paused", "none", "stopped"),
    ],
)
def test_the_state_of_a_sandbox_follows_its_containers(state: str, health: str, told: str) -> None:
    assert shown(container(state, health))["state"] == told


def test_a_home_alone_is_kept() -> None:
    found = shown(volumes=("devbox-second_home",))
    assert (found["state"], found["services"], found["url"], found["version"]) == ("kept", [], None, None)


def test_a_sandbox_that_lacks_a_service_is_partial() -> None:
    two = {labels.SERVICES: "jenkins,redis"}
    assert shown(container(**two))["state"] == "partial"
    redis = container(service="redis", ports=(), **two)
    assert shown(container(**two), redis)["state"] == "running"
    stopped = container("exited", "none", service="redis", exit_code=0, ports=(), **two)
    assert shown(container(**two), stopped)["state"] == "partial"


@pytest.mark.parametrize("health", ["starting", "unhealthy"])
def test_one_that_was_seen_to_answer_is_healthy_whatever_docker_says_yet(health: str) -> None:
    found = shown(container(health=health), answers=("id-devbox-second-jenkins-1",))
    assert (found["state"], found["services"][0]["health"]) == ("running", "healthy")


def test_an_answer_makes_no_health_where_docker_does_not_look() -> None:
    found = shown(container(health="none"), answers=("id-devbox-second-jenkins-1",))
    assert found["services"][0]["health"] == "none"


def test_while_a_replacement_is_made_the_old_container_is_shown_under_its_own_name() -> None:
    found = shown(container("exited", "none", aside=True, exit_code=143, ports=()))
    assert [s["container"] for s in found["services"]] == ["devbox-second-jenkins-1_old"]
    both = shown(container("exited", "none", aside=True, exit_code=143, ports=()), container())
    assert [s["container"] for s in both["services"]] == ["devbox-second-jenkins-1"]


def test_a_helper_that_was_left_is_no_service() -> None:
    helper = container(service="")
    assert shown(helper)["services"] == []


def test_an_ipv6_address_is_told_from_its_port() -> None:
    found = shown(container(ports=(Publish(8080, "::1", 8080),)))
    assert found["services"][0]["ports"] == {"8080/tcp": "[::1]:8080"}
    assert found["url"] == "http://[::1]:8080"


def test_an_image_that_lost_its_name_is_shown_by_the_name_it_was_made_from() -> None:
    assert shown(container())["services"][0]["image"] == "jenkins/jenkins:lts"
    own = container()
    bare = Container(**{**own.__dict__, "labels": {k: v for k, v in own.labels.items() if k != labels.IMAGE}})
    assert shown(bare)["services"][0]["image"] == "sha256:1"


@pytest.mark.parametrize(
    ("state", "code", "spent"),
    [
        ("exited", 1, True),
        ("exited", 5, True),
        ("exited", 0, False),
        ("exited", 143, False),
        ("exited", 137, False),
        ("exited", 130, False),
        ("exited", None, False),
        ("running", 1, False),
        ("restarting", 5, False),
    ],
)
def test_restarts_are_spent_when_an_end_that_docker_restarts_was_not(state: str, code: int | None, spent: bool) -> None:
    assert report.spent(container(state, "none", exit_code=code), lambda: 0) is spent


@pytest.mark.parametrize(("restarts", "spent"), [(0, False), (9, False), (10, True)])
def test_a_kill_for_want_of_memory_is_told_from_one_by_hand_by_the_count(restarts: int, spent: bool) -> None:
    killed = replace(container("exited", "none", exit_code=137), labels={labels.RESTARTS: "10"})
    assert report.spent(killed, lambda: restarts) is spent


def test_the_count_is_asked_only_where_it_decides() -> None:
    def never() -> int:
        raise AssertionError("one call more for nothing")

    assert report.spent(container("exited", "none", exit_code=5), never)
    assert not report.spent(container("running", "healthy"), never)
