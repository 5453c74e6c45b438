"""The Compose files that devbox ships: safe as they are, and the same to devbox as to `docker compose`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from devbox.engine.api import Mount, Publish
from devbox.errors import DevboxError
from devbox.stacks import STACKS, PortPolicy, Stack, load
from devbox.stacks.reader import folder

FILES = sorted(folder().glob("*.yaml"))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    else:
        yield str(value)


@pytest.fixture
def jenkins() -> Stack:
    return load("jenkins")


def test_every_shipped_file_is_a_stack_that_can_be_read() -> None:
    assert "jenkins.yaml" in [file.name for file in FILES]
    for file in FILES:
        assert file.stem in STACKS
        assert load(file.stem).services


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_ports_are_published_on_loopback_alone(file: Path) -> None:
    published = [port for service in load(file.stem).services for port in service.ports]
    assert published
    assert {port.host_ip for port in published} == {"127.0.0.1"}
    services = yaml.safe_load(file.read_text())["services"].values()
    written = [port for service in services for port in service.get("ports", ())]
    assert all(str(port).startswith("127.0.0.1:") for port in written)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_skips_the_wizard_or_opens_anything(file: Path) -> None:
    """Plain `docker compose up` has no sign-in script, so the wizard has to guard the first boot."""
    text = " ".join(strings(yaml.safe_load(file.read_text())))
    forbidden = r"runSetupWizard|jenkins\.install\.state|DISABLE_CSRF|hudson\.Main\.development|privileged|docker\.sock"
    assert not re.search(forbidden, text)
    assert "DEVBOX_SIGNIN" not in text


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_holds_a_secret_a_bind_mount_or_a_build(file: Path) -> None:
    services = yaml.safe_load(file.read_text())["services"].values()
    for service in services:
        assert not {"build", "secrets", "env_file", "network_mode", "cap_add"} & service.keys()
        assert not [name for name in service.get("environment", {}) if re.search("PASS|SECRET|TOKEN", name)]
        assert all(not str(mount).startswith((".", "/", "~")) for mount in service.get("volumes", ()))


def test_jenkins_has_what_the_design_asks_for(jenkins: Stack) -> None:
    (service,) = jenkins.services
    assert service.image == "jenkins/jenkins:lts"
    assert service.ports == (Publish(8080, "127.0.0.1", 8080), Publish(50000, "127.0.0.1", 50000))
    assert service.mounts == (Mount("home", "/var/jenkins_home"),)
    assert jenkins.volumes == ("home",)
    assert service.restart == "on-failure:10"
    assert service.memory >= 1 << 30
    assert service.stop_grace is not None
    assert service.stop_grace >= 10
    assert 50 <= jenkins.heap <= 75


def test_the_agent_port_moves_inside_too_and_the_web_port_does_not(jenkins: Stack) -> None:
    assert jenkins.ports == (
        PortPolicy("http", "jenkins", 8080),
        PortPolicy("agent", "jenkins", 50000, inside="JENKINS_SLAVE_AGENT_PORT"),
    )
    assert jenkins.service("jenkins").environment["JENKINS_SLAVE_AGENT_PORT"] == "50000"


def test_the_health_check_asks_over_http_under_the_prefix_with_what_any_image_has(jenkins: Stack) -> None:
    check = jenkins.service("jenkins").healthcheck
    assert check is not None
    kind, line = check.test
    assert kind == "CMD-SHELL"
    assert "127.0.0.1:8080${DEVBOX_PREFIX:-}/login" in line
    assert [tool for tool in ("curl", "wget", "/dev/tcp") if tool in line] == ["curl", "wget", "/dev/tcp"]
    assert check.timeout <= check.interval
    assert check.start_period >= 120


@pytest.mark.parametrize("name", ["", "jenkin", "../compose/jenkins", "jenkins.yaml", "Jenkins"])
def test_an_unknown_stack_is_told_by_name(name: str) -> None:
    with pytest.raises(DevboxError) as error:
        load(name)
    assert error.value.code == "stack.unknown"
    assert repr(name) in error.value.message


def test_a_stack_without_the_service_asked_for_says_so(jenkins: Stack) -> None:
    with pytest.raises(KeyError):
        jenkins.service("redis")
