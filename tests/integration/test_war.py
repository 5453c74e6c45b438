"""`--war FILE`: the image with another WAR in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.support.box import Box
from tests.integration.support.jenkins import Jenkins
from tests.lab import Lab

pytestmark = [pytest.mark.engine, pytest.mark.lab]

NEWER = "2.600"
"""A version that no image of the lab has."""


@pytest.fixture(scope="module")
def newer(lab: Lab) -> Path:
    """A stand-in's WAR of that version."""
    return lab.war(NEWER)


def test_the_war_given_is_the_jenkins_that_runs(box: Box, lts: str, newer: Path) -> None:
    ran = box.up("jenkins", "--war", newer).ok()
    assert ran.sandbox["version"] == NEWER
    assert box.jenkins().get().headers["X-Jenkins"] == NEWER
    assert Jenkins(box.url).get().status_code == 403
    container = box.docker.container(box.container)
    assert container is not None and container["Config"]["Image"] == lts
    assert box.parts() == box.whole()


def test_the_war_stays_over_down_and_without_its_file(box: Box, lts: str, newer: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.war"
    mine.write_bytes(newer.read_bytes())
    box.up("jenkins", "--war", mine).ok()
    life = box.life()
    assert box.again("jenkins", "--war", mine).ok().changes == []
    assert box.life() == life
    mine.unlink()
    box.down().ok()
    assert box.again().ok().sandbox["version"] == NEWER


def test_a_war_built_anew_under_the_same_name_is_another_one(box: Box, lts: str, newer: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.war"
    mine.write_bytes(newer.read_bytes())
    box.up("jenkins", "--war", mine).ok()
    identity, _ = box.life()
    mine.write_bytes(_rebuilt(mine))
    box.again("jenkins", "--war", mine).ok()
    assert box.life()[0] != identity
    assert box.jenkins().answers()


def _rebuilt(file: Path) -> bytes:
    import io
    import zipfile

    changed = io.BytesIO(file.read_bytes())
    with zipfile.ZipFile(changed, "a") as archive:
        archive.writestr("WEB-INF/anew.txt", "built again")
    return changed.getvalue()


def test_the_guard_holds_for_wars_too(box: Box, lts: str, newer: Path) -> None:
    box.up("jenkins", "--war", newer).ok()
    life = box.life()
    ran = box.again("jenkins:lts").failed("home.newer")
    assert NEWER in ran.error["message"]
    assert box.life() == life


def test_a_war_of_a_newer_version_takes_the_copy_and_goes_up(box: Box, lts: str, newer: Path) -> None:
    box.up().ok()
    assert box.again("jenkins", "--war", newer).ok().sandbox["version"] == NEWER
    assert f"volume {box.volume}-2.568.2" in box.parts()
    assert box.file("jenkins.install.InstallUtil.lastExecVersion") == NEWER
