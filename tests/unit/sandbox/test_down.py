"""`down`: nothing of a sandbox is left, and nothing of the user's is lost."""

from pathlib import Path
from typing import Any

import pytest

from devbox.engine.api import ContainerSpec, Mount
from devbox.errors import ConfirmationNeeded, DevboxError, UsageError
from devbox.events import Step, Waiting
from devbox.sandbox import labels
from devbox.sandbox.down import down
from tests.unit.sandbox.double import Machine

MAIN = "devbox-jenkins-jenkins-1"
CONTAINER = {"kind": "container", "name": MAIN}
NETWORK = {"kind": "network", "name": "devbox-jenkins_default"}
HOME = {"kind": "volume", "name": "devbox-jenkins_home"}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.up()
    made.events.clear()
    made.engine.log.clear()
    return made


def data(machine: Machine, *names: str, volumes: bool = False, dry_run: bool = False) -> dict[str, Any]:
    found = down(machine.world, names or ("jenkins",), volumes=volumes, dry_run=dry_run).data
    assert found is not None
    return found


def test_containers_and_networks_go_and_the_home_stays(machine: Machine) -> None:
    assert data(machine) == {"removed": [CONTAINER, NETWORK], "kept": [HOME]}
    assert machine.ours() == ["devbox-jenkins_home"]


def test_again_there_is_nothing_to_do_and_that_is_success(machine: Machine) -> None:
    data(machine)
    machine.engine.log.clear()
    assert data(machine) == {"removed": [], "kept": [HOME]}
    assert data(machine, "never-was") == {"removed": [], "kept": []}
    assert machine.engine.log == []


def test_with_volumes_nothing_is_left(machine: Machine) -> None:
    assert data(machine, volumes=True) == {"removed": [CONTAINER, NETWORK, HOME], "kept": []}
    assert machine.ours() == []


def test_nothing_goes_when_the_user_says_no(machine: Machine) -> None:
    machine.answer = False
    assert data(machine, volumes=True) == {"removed": [], "kept": [CONTAINER, NETWORK, HOME]}
    assert machine.running() == [MAIN]


def test_nothing_is_touched_when_nobody_can_be_asked(machine: Machine) -> None:
    machine.answer = None
    before = machine.ours()
    with pytest.raises(ConfirmationNeeded):
        data(machine, volumes=True)
    assert machine.ours() == before
    assert machine.running() == [MAIN]


def test_nobody_is_asked_when_there_is_no_home_to_lose(machine: Machine) -> None:
    data(machine, volumes=True)
    machine.answer = None
    assert data(machine, volumes=True) == {"removed": [], "kept": []}


def test_a_dry_run_tells_and_touches_nothing(machine: Machine) -> None:
    before = machine.ours()
    changes = data(machine, volumes=True, dry_run=True)["changes"]
    assert [(c["action"], c["target"], c["reason"]) for c in changes] == [
        ("remove", MAIN, "container of jenkins"),
        ("remove", "devbox-jenkins_default", "network of jenkins"),
        ("remove", "devbox-jenkins_home", "volume of jenkins"),
    ]
    assert [c["target"] for c in data(machine, dry_run=True)["changes"]] == [MAIN, "devbox-jenkins_default"]
    assert machine.ours() == before
    assert machine.engine.log == []


def test_a_container_is_stopped_with_its_own_grace_before_it_goes(machine: Machine) -> None:
    box = machine.engine.box(MAIN)
    data(machine)
    assert machine.engine.log[:2] == [("stop", box.id), ("remove_container", box.id)]


def test_one_that_does_not_run_is_not_stopped(machine: Machine) -> None:
    machine.engine.stop(MAIN)
    machine.engine.log.clear()
    data(machine)
    assert "stop" not in [verb for verb, _ in machine.engine.log]


def test_it_shows_that_it_waits_and_for_what(machine: Machine) -> None:
    data(machine)
    assert [e.text for e in machine.events if isinstance(e, Waiting)] == [f"waiting for {MAIN} to stop"]
    steps = [(e.action, e.target, e.state) for e in machine.events if isinstance(e, Step)]
    assert steps == [("stop", MAIN, "start"), ("remove", MAIN, "done")]


def test_several_sandboxes_go_at_once_and_another_stays(machine: Machine) -> None:
    machine.up("second")
    machine.up("third")
    found = data(machine, "jenkins", "third", "jenkins")
    assert [r["name"] for r in found["removed"] if r["kind"] == "container"] == [MAIN, "devbox-third-jenkins-1"]
    assert machine.running() == ["devbox-second-jenkins-1"]


def left_by_a_killed_devbox(machine: Machine) -> None:
    """An old container set aside, a helper, a copy of the home, all with labels of an older devbox."""
    base = {labels.STACK: "jenkins", labels.NAME: "jenkins", labels.TOOL: "0.0.1"}
    for name, service in ((f"{MAIN}_old", "jenkins"), ("devbox-jenkins-helper-1", "")):
        own = {**base, labels.COMPOSE_SERVICE: service} if service else base
        machine.engine.create_container(
            ContainerSpec(
                name, "jenkins/jenkins:lts", service, own, "none", mounts=(Mount("devbox-jenkins_home", "/x"),)
            )
        )
    machine.engine.create_volume("devbox-jenkins_home-2.541.3", {**base, labels.ROLE: "copy"})
    machine.engine.create_network("devbox-jenkins_older", base)


def test_what_a_killed_or_an_older_devbox_left_goes_too(machine: Machine) -> None:
    left_by_a_killed_devbox(machine)
    found = data(machine)
    assert machine.ours() == ["devbox-jenkins_home", "devbox-jenkins_home-2.541.3"]
    assert len(found["removed"]) == 5
    data(machine, volumes=True)
    assert machine.ours() == []


def test_a_network_alone_goes(machine: Machine) -> None:
    data(machine, volumes=True)
    machine.engine.create_network("devbox-jenkins_default", {labels.STACK: "jenkins", labels.NAME: "jenkins"})
    assert data(machine) == {"removed": [NETWORK], "kept": []}


def test_what_carries_our_names_and_not_our_labels_is_never_touched(machine: Machine) -> None:
    data(machine, volumes=True)
    theirs = {"com.docker.compose.project": "devbox-jenkins", "com.docker.compose.service": "jenkins"}
    machine.engine.create_network("devbox-jenkins_default", theirs)
    machine.engine.create_volume("devbox-jenkins_home", theirs)
    machine.engine.create_container(
        ContainerSpec(MAIN, "jenkins/jenkins:lts", "jenkins", theirs, "devbox-jenkins_default")
    )
    before = machine.ours()
    assert data(machine, volumes=True) == {"removed": [], "kept": []}
    assert machine.ours() == before


def test_a_name_that_breaks_the_rule_is_refused_before_anything_is_done(machine: Machine) -> None:
    with pytest.raises(UsageError) as error:
        data(machine, "jenkins", "Bad Name")
    assert error.value.code == "name.invalid"
    assert machine.running() == [MAIN]


def test_an_engine_that_refuses_is_told_and_the_next_down_finishes(machine: Machine) -> None:
    for at in range(1, 5):
        machine.up()
        machine.engine.operations, machine.engine.fail_at = 0, at
        with pytest.raises(DevboxError) as error:
            data(machine, volumes=True)
        assert error.value.code == "engine.unreachable"
        machine.engine.fail_at = None
        data(machine, volumes=True)
        assert machine.ours() == []
