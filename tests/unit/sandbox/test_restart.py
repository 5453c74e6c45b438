"""`restart` keeps to the image that the sandbox has, whatever has become of its tag."""

from __future__ import annotations

from pathlib import Path

from devbox.sandbox.restart import restart
from tests.unit.sandbox.double import Machine


def test_a_tag_that_is_gone_is_not_pulled_again(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.up()
    image = machine.engine.images.pop("jenkins/jenkins:lts")
    machine.engine.images["other/name:1"] = image  # the image itself is still here, in use
    machine.engine.registry.clear()
    data = restart(machine.world, "jenkins", None, timeout=60).data
    assert data is not None
    assert [change["action"] for change in data["changes"]] == ["restart"]
