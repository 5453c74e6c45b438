"""Two devboxes at once on one sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.support.box import Box
from tests.integration.support.command import Devbox

pytestmark = [pytest.mark.engine, pytest.mark.lab]


def test_two_ups_take_turns_and_the_second_says_whom_it_waits_for(box: Box, lts: str) -> None:
    first = box.starts("jenkins", "--json", "--env", "STANDIN_BOOT_SECONDS=2")
    first.sees("Java runs")
    second = box.devbox.start("--json", "up", "jenkins", "-n", box.name)
    second.sees("waiting for")
    ended = [first.end().ok(), second.end().ok()]
    assert box.parts() == box.whole()
    assert [bool(ran.changes) for ran in ended] == [True, False]
    assert f"pid {first.process.pid}" in ended[1].stderr
    assert box.jenkins().answers()


def test_down_waits_for_an_up(box: Box, lts: str) -> None:
    rising = box.starts("jenkins", "--env", "STANDIN_BOOT_SECONDS=1")
    rising.sees("jenkins: Java runs")
    falling = box.devbox.start("down", box.name, "--volumes", "-y")
    falling.sees("waiting for devbox up")
    assert (rising.end().code, falling.end().code) == (0, 0)
    assert box.parts() == set()


@pytest.mark.usefixtures("usual_ports")
def test_two_names_run_side_by_side(box: Box, lts: str) -> None:
    """Neither waits for the other, and they come to different ports whoever is first."""
    other = box.other("b")
    running = [b.devbox.start("--json", "up", "jenkins", "-n", b.name) for b in (box, other)]
    ended = [one.end().ok() for one in running]
    assert not [ran for ran in ended if "waiting for" in ran.stderr]
    assert len({ran.sandbox["url"] for ran in ended}) == 2
    ports = [port for ran in ended for port in ran.sandbox["services"][0]["ports"].values()]
    assert len(set(ports)) == 4
    assert box.jenkins().answers() and other.jenkins().answers()


@pytest.mark.parametrize("head_start", ["", "create volume", "create devbox"])
def test_without_a_shared_lock_docker_decides_and_the_state_is_sane(
    box: Box, lts: str, tmp_path: Path, head_start: str
) -> None:
    """Two users, or Windows beside WSL: one of them comes through, and afterwards all is as if it had been alone."""
    other = Devbox.at(tmp_path / "other", box.devbox.env["DOCKER_HOST"])
    one = box.starts("jenkins", "--json")
    if head_start:
        one.sees(head_start.split()[0])
        one.sees(head_start.partition(" ")[2] or "network")
    two = other.start("--json", "up", "jenkins", "-n", box.name, *box.ports)
    ended = [one.end(), two.end()]
    assert 0 in [ran.code for ran in ended], ended
    for ran in ended:
        assert "Traceback" not in ran.stderr
        assert ran.code == 0 or ran.error["code"].partition(".")[0] in ("container", "network", "volume", "port"), ran
    assert box.parts() == box.whole()
    assert len(box.docker.networks(name=[box.network])) == 1
    box.again().ok()
    assert box.parts() == box.whole()
    assert box.jenkins().answers()
    box.down("--volumes", "-y").ok()
    assert box.parts() == set()


def test_two_downs_at_once_both_succeed(up: Box, tmp_path: Path) -> None:
    other = Devbox.at(tmp_path / "other", up.devbox.env["DOCKER_HOST"])
    running = [user.start("--json", "down", up.name, "--volumes", "-y") for user in (up.devbox, other, up.devbox)]
    ended = [one.end() for one in running]
    assert up.parts() == set()
    assert [ran.code for ran in ended] == [0, 0, 0], ended
