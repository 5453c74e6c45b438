"""Docker Compose itself takes a sandbox for one of its projects, and the stack's file for its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.integration.support.box import Box
from tests.lab import Lab
from tests.lab.compose import compose

pytestmark = pytest.mark.lab
STACK = Path(__file__).parents[2] / "compose" / "jenkins.yaml"


@pytest.fixture(scope="session")
def docker_compose(lab: Lab) -> list[str]:
    return [str(compose(lab.places))]


def said(words: list[str], lab: Lab) -> str:
    env = {**os.environ, "DOCKER_HOST": lab.docker_host}
    done = subprocess.run(words, env=env, check=True, capture_output=True, text=True, timeout=120)
    return done.stdout


def test_compose_lists_a_sandbox_as_a_project(up: Box, lab: Lab, docker_compose: list[str]) -> None:
    projects = json.loads(said([*docker_compose, "ls", "--format", "json"], lab))
    assert [p["Status"] for p in projects if p["Name"] == f"devbox-{up.name}"] == ["running(1)"]
    services = said([*docker_compose, "-p", f"devbox-{up.name}", "ps", "--services"], lab)
    assert services.split() == ["jenkins"]


def test_compose_takes_a_sandbox_down_and_devbox_finds_the_home(up: Box, lab: Lab, docker_compose: list[str]) -> None:
    said([*docker_compose, "-p", f"devbox-{up.name}", "down"], lab)
    status = up.devbox.json("status", up.name).ok()
    assert [s["state"] for s in status.data["sandboxes"]] == ["kept"]


def test_compose_accepts_the_stacks_file_and_publishes_on_loopback_only(lab: Lab, docker_compose: list[str]) -> None:
    config = json.loads(said([*docker_compose, "-f", str(STACK), "config", "--format", "json"], lab))
    ports = config["services"]["jenkins"]["ports"]
    assert {p["host_ip"] for p in ports} == {"127.0.0.1"}
    assert "runSetupWizard" not in json.dumps(config)
