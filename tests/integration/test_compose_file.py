"""The same stack without devbox: `docker compose` and its labels."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.integration.conftest import First
from tests.integration.support.box import Box
from tests.integration.support.jenkins import Jenkins
from tests.integration.support.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.lab]

FILE = Path(__file__).parents[2] / "compose" / "jenkins.yaml"
P = "com.docker.compose."


def _service() -> dict[str, Any]:
    service: dict[str, Any] = yaml.safe_load(FILE.read_text())["services"]["jenkins"]
    return service


def test_the_file_publishes_on_the_loopback_alone() -> None:
    assert _service()["ports"]
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in _service()["ports"])


def test_the_file_has_no_switch_of_the_wizard() -> None:
    assert "runSetupWizard" not in FILE.read_text()


def test_run_plainly_the_wizard_guards_the_first_boot(box: Box, lts: str) -> None:
    """What `docker compose up` makes of the file: its image and environment, and nothing of devbox's."""
    service = _service()
    box.docker.run(
        f"{box.name}-plain", service["image"], environment=service["environment"], entrypoint=None,
        ports={8080: ("127.0.0.1", box.http)},
    )  # fmt: skip
    jenkins = Jenkins(box.url)
    until(lambda: _status(jenkins, "/login") == 200, "Jenkins is up")
    assert jenkins.get().status_code == 403
    assert box.docker.has(f"{box.name}-plain", "/var/jenkins_home/secrets/initialAdminPassword")


def _status(jenkins: Jenkins, path: str) -> int:
    try:
        return jenkins.get(path).status_code
    except requests.RequestException:
        return 0


def test_the_switch_is_in_a_container_only_with_the_script_in_its_home(first: First) -> None:
    found = first.box.docker.container(first.box.container)
    assert found is not None
    (java,) = [v for v in found["Config"]["Env"] if v.startswith("JAVA_OPTS=")]
    assert "-Djenkins.install.runSetupWizard=false" in java
    assert first.box.docker.has(first.box.container, "/var/jenkins_home/init.groovy.d/00-devbox.groovy")


def test_compose_finds_the_container_by_its_filters(first: First) -> None:
    """`docker compose ps` lists by project, by there being a config hash, and without one-off containers."""
    box = first.box
    filters = [f"{P}project=devbox-{box.name}", f"{P}config-hash", f"{P}oneoff=False"]
    (found,) = box.docker.containers(label=filters)
    labels = found["Labels"]
    assert found["Names"] == [f"/{box.container}"]
    assert labels[f"{P}service"] == "jenkins"
    assert labels[f"{P}container-number"] == "1"
    assert re.fullmatch("[0-9a-f]{64}", labels[f"{P}config-hash"])
    assert labels[f"{P}image"] == found["ImageID"]
    assert labels[f"{P}depends_on"] == ""
    assert re.fullmatch(r"\d+\.\d+\.\d+", labels[f"{P}version"])


def test_compose_ls_has_a_file_to_show(first: First) -> None:
    (found,) = first.box.docker.containers(label=[f"{P}project=devbox-{first.box.name}"])
    file = Path(found["Labels"][f"{P}project.config_files"])
    assert file.is_file() and file.name == "jenkins.yaml"
    assert Path(found["Labels"][f"{P}project.working_dir"]) == file.parent


def test_compose_finds_network_and_volume(first: First) -> None:
    box, project = first.box, f"{P}project=devbox-{first.box.name}"
    (network,) = box.docker.networks(label=[project, f"{P}network=default"])
    (volume,) = box.docker.volumes(label=[project, f"{P}volume=home"])
    assert (network["Name"], volume["Name"]) == (box.network, box.volume)
