"""`pull`: which images are meant, and what becomes of the others when one cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from devbox.errors import DevboxError
from devbox.sandbox.pull import pull
from tests.unit.sandbox.double import Machine

OFFICIAL = "jenkins/jenkins:lts"
OWN = "my/own:1"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine whose second sandbox has an image that no registry has."""
    made = Machine(tmp_path)
    made.engine.images[OWN] = made.engine.images[OFFICIAL]
    made.up("first")
    made.up("second", image=OWN, http_port=9001)
    return made


def images(machine: Machine) -> dict[str, str]:
    data = pull(machine.world, None, {}, {}).data
    assert data is not None
    return {image["image"]: image["status"] for image in data["images"]}


def test_one_that_no_registry_has_does_not_stop_the_others(machine: Machine) -> None:
    result = pull(machine.world, None, {}, {})
    assert result.data is not None
    assert result.status == "partial"
    assert [(image["image"], image["status"]) for image in result.data["images"]] == [(OFFICIAL, "present")]
    assert [(w.code, OWN in w.message) for w in result.warnings] == [("image.not_found", True)]


def test_one_alone_that_no_registry_has_is_an_error(machine: Machine) -> None:
    machine.down("first", volumes=True)
    with pytest.raises(DevboxError) as error:
        pull(machine.world, None, {}, {})
    assert error.value.code == "image.not_found"


def test_none_of_several_is_the_first_ones_error(machine: Machine) -> None:
    machine.engine.registry.clear()
    with pytest.raises(DevboxError) as error:
        pull(machine.world, None, {}, {})
    assert error.value.code == "image.not_found"


def test_a_kept_homes_image_is_meant_too(machine: Machine) -> None:
    machine.down("second", volumes=True)
    machine.down("first")
    assert images(machine) == {OFFICIAL: "present"}
    machine.engine.registry[OWN] = machine.engine.registry[OFFICIAL]
    machine.up("third", image=OWN)
    machine.down("third")
    assert images(machine) == {OFFICIAL: "present", OWN: "present"}


def test_with_nothing_here_the_default_is_meant(tmp_path: Path) -> None:
    assert images(Machine(tmp_path)) == {OFFICIAL: "present"}


def test_a_registry_out_of_reach_is_a_warning_where_there_is_a_copy(machine: Machine) -> None:
    machine.down("second", volumes=True)
    machine.engine.pull_errors = [DevboxError("registry.unreachable", "gone", retryable=True)] * 4
    result = pull(machine.world, None, {}, {})
    assert result.status == "ok"
    assert [w.code for w in result.warnings] == ["registry.unreachable"]
