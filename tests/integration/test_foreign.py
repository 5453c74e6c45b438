"""What carries our names and is not ours: `up` refuses it by name, and nothing touches it."""

from __future__ import annotations

import pytest

from tests.integration.support.box import Box

pytestmark = [pytest.mark.engine]


def test_a_volume(box: Box) -> None:
    box.docker.api.create_volume(box.volume, labels={"com.docker.compose.project": f"devbox-{box.name}"})
    ran = box.up().failed("volume.foreign")
    assert box.parts() == {f"volume {box.volume}"}
    assert box.volume in ran.error["message"]
    assert f"docker volume inspect {box.volume}" in [cure["command"] for cure in ran.error["cures"]]


def test_a_network(box: Box) -> None:
    box.docker.api.create_network(box.network)
    ran = box.up().failed("network.foreign")
    assert box.parts() == {f"network {box.network}"}
    assert box.network in ran.error["message"]


@pytest.mark.lab
def test_a_container(box: Box, lts: str) -> None:
    identity = box.docker.run(box.container, lts, labels={"com.docker.compose.project": f"devbox-{box.name}"})
    ran = box.up().failed("container.foreign")
    assert box.parts() == {f"container {box.container}"}
    assert box.docker.state(identity) == "running"
    assert box.container in ran.error["message"]


@pytest.mark.lab
def test_a_container_in_the_place_of_the_one_set_aside(up: Box, lts: str) -> None:
    """The name that the old container would take is somebody's: the running one stays as it is."""
    life = up.life()
    foreign = up.docker.run(up.old, lts)
    ran = up.again("jenkins", "--memory", "1g")
    assert ran.code == 1 and ran.error["code"].startswith("container."), ran
    assert up.docker.state(foreign) == "running"
    assert up.life()[0] == life[0]
    assert up.docker.state(up.container) == "running"


@pytest.mark.lab
def test_a_volume_in_the_place_of_the_copy(box: Box, lts: str) -> None:
    box.docker.have("jenkins/jenkins:2.555.1")
    box.up("jenkins:2.555.1").ok()
    identity, _ = box.life()
    box.docker.api.create_volume(f"{box.volume}-2.555.1", labels={"mine": "1"})
    box.again("jenkins:lts").failed("volume.foreign")
    volume = box.docker.volume(f"{box.volume}-2.555.1")
    assert volume is not None and volume["Labels"] == {"mine": "1"}
    assert box.life()[0] == identity
    assert box.docker.state(box.container) == "running"


def test_dry_run_refuses_them_as_well(box: Box) -> None:
    box.docker.api.create_volume(box.volume)
    box.up("jenkins", "--dry-run").failed("volume.foreign")


def test_other_commands_do_not_know_them(box: Box) -> None:
    box.docker.api.create_volume(box.volume, labels={"com.docker.compose.project": f"devbox-{box.name}"})
    box.status().failed("sandbox.unknown")
    box.devbox.json("credentials", box.name).failed("sandbox.unknown")
    assert box.docker.volume(box.volume) is not None
