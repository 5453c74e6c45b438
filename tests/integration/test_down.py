"""`devbox down`: containers and network go, homes stay unless told otherwise, and nobody else's things are touched."""

from __future__ import annotations

import pytest

from tests.integration.support.box import Box
from tests.integration.support.command import Devbox
from tests.integration.support.docker import Docker

pytestmark = [pytest.mark.engine]
lab = pytest.mark.lab


def _leave(box: Box) -> None:
    """A network and a volume as a killed devbox of some version left them."""
    labels = {"dev.devbox.stack": "jenkins", "dev.devbox.name": box.name}
    box.docker.api.create_network(box.network, labels=labels)
    box.docker.api.create_volume(box.volume, labels={**labels, "dev.devbox.role": "home"})


@lab
def test_removes_container_and_network_and_keeps_the_home(up: Box) -> None:
    ran = up.down().ok()
    assert up.parts() == {f"volume {up.volume}"}
    assert ran.data == {
        "removed": [{"kind": "container", "name": up.container}, {"kind": "network", "name": up.network}],
        "kept": [{"kind": "volume", "name": up.volume}],
    }


@lab
def test_jenkins_is_asked_to_end_and_given_its_time(up: Box) -> None:
    """SIGTERM, which the stand-in answers with 143, and not the SIGKILL of a forced removal."""
    events = up.docker.api.events(decode=True, filters={"container": up.container, "event": ["die", "kill"]})
    up.down().ok()
    seen = [next(events), next(events)]
    events.close()
    assert (seen[0]["Action"], seen[0]["Actor"]["Attributes"]["signal"]) == ("kill", "15")
    assert seen[1]["Actor"]["Attributes"]["exitCode"] == "143"


def test_nothing_there_is_success(box: Box) -> None:
    for _ in range(2):
        ran = box.down().ok()
        assert ran.data == {"removed": [], "kept": []}
        assert box.parts() == set()


@lab
def test_with_volumes_nothing_is_left(up: Box) -> None:
    ran = up.down("--volumes", "-y").ok()
    assert up.parts() == set()
    assert {"kind": "volume", "name": up.volume} in ran.data["removed"]
    assert ran.data["kept"] == []


def test_volumes_without_a_terminal_to_ask_on_needs_yes(box: Box) -> None:
    _leave(box)
    parts = box.parts()
    ran = box.down("--volumes").failed("confirm.needed", 3)
    assert box.parts() == parts
    assert box.volume in ran.error["message"]
    assert any("--yes" in cure["text"] for cure in ran.error["cures"])


def test_yes_may_come_from_the_environment(box: Box) -> None:
    _leave(box)
    box.devbox.having(DEVBOX_YES="1").run("down", box.name, "--volumes").ok()
    assert box.parts() == set()


def test_what_a_killed_devbox_left_is_removed(box: Box) -> None:
    _leave(box)
    box.down().ok()
    assert box.parts() == {f"volume {box.volume}"}
    box.down("--volumes", "-y").ok()
    assert box.parts() == set()


@lab
def test_what_an_older_devbox_left_is_removed(box: Box, lts: str) -> None:
    """Fewer labels than today's, a helper of a killed run, a container that was set aside."""
    _leave(box)
    labels = {"dev.devbox.stack": "jenkins", "dev.devbox.name": box.name}
    service = {**labels, "com.docker.compose.service": "jenkins"}
    box.docker.create(box.container, lts, labels=service)
    box.docker.create(box.old, lts, labels=service)
    box.docker.create(f"devbox-{box.name}-helper-0a", lts, labels=labels)
    assert box.status().ok().sandbox["state"] == "stopped"
    box.down("--volumes", "-y").ok()
    assert box.parts() == set()


def test_dry_run_says_what_would_go(box: Box) -> None:
    _leave(box)
    parts = box.parts()
    ran = box.down("--volumes", "--dry-run").ok()
    assert box.parts() == parts
    assert ran.changes == [("remove", box.network), ("remove", box.volume)]


@lab
def test_all_takes_every_sandbox_and_nothing_else(fragile_box: Box) -> None:
    """On an engine of its own, since it means every sandbox there is."""
    docker, other = fragile_box.docker, fragile_box.other("b")
    fragile_box.up("jenkins", "--no-wait").ok()
    other.up("jenkins", "--no-wait").ok()
    docker.api.create_volume(f"{fragile_box.name}-theirs")
    kept = docker.run(f"{fragile_box.name}-foreign", "jenkins/jenkins:lts")
    ran = fragile_box.devbox.json("down", "--all").ok()
    assert {one["name"] for one in ran.data["kept"]} == {fragile_box.volume, other.volume}
    assert docker.state(kept) == "running"
    ran = fragile_box.devbox.json("down", "--all", "--volumes", "-y").ok()
    assert fragile_box.parts() | other.parts() == set()
    assert docker.volume(f"{fragile_box.name}-theirs") is not None
    assert fragile_box.devbox.json("down", "--all").ok().data == {"removed": [], "kept": []}


def test_all_and_a_name_contradict(devbox: Devbox) -> None:
    devbox.json("down", "--all", "one").failed("usage.conflict", 2)


@lab
def test_a_container_with_our_project_label_alone_is_not_ours(up: Box) -> None:
    """Somebody put a service of their own into the sandbox's Compose project."""
    name = f"devbox-{up.name}-web-1"
    labels = {"com.docker.compose.project": f"devbox-{up.name}", "com.docker.compose.service": "web"}
    up.docker.run(name, "jenkins/jenkins:lts", labels=labels)
    up.down("--volumes", "-y").ok()
    assert up.docker.state(name) == "running"
    assert up.parts() == {f"container {name}"}


@lab
def test_somebody_on_our_network_stays_and_so_does_the_network(up: Box) -> None:
    """A container of the user's joined the sandbox's network: it is not thrown out, and `down` says why."""
    name = f"{up.name}-guest"
    guest = up.docker.run(name, "jenkins/jenkins:lts")
    up.docker.api.connect_container_to_network(guest, up.network)
    ran = up.down()
    assert up.docker.state(name) == "running"
    assert up.docker.state(up.container) == "gone"
    assert ran.failed("network.in_use").error["cures"]
    up.docker.api.remove_container(guest, force=True)
    up.down("--volumes", "-y").ok()
    assert up.parts() == set()


@pytest.fixture
def theirs(box: Box, docker: Docker) -> Box:
    """Volume and network that are called as ours would be, and carry the project's label, but are not devbox's."""
    labels = {"com.docker.compose.project": f"devbox-{box.name}", "com.docker.compose.volume": "home"}
    docker.api.create_volume(box.volume, labels=labels)
    docker.api.create_network(box.network, labels=labels)
    return box


def test_things_of_our_name_that_are_not_ours_are_left_alone(theirs: Box) -> None:
    before = theirs.docker.everything()
    ran = theirs.down("--volumes", "-y").ok()
    assert before <= theirs.docker.everything()
    assert ran.data == {"removed": [], "kept": []}
