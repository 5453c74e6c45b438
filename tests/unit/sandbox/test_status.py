"""What there is: a list call for containers, one for volumes, a question to those that Docker has not looked at."""

from pathlib import Path
from typing import Any

import pytest

from devbox.errors import DevboxError
from devbox.jenkins.site import Site
from devbox.sandbox import labels
from devbox.sandbox.names import Summary
from devbox.sandbox.status import existing, status
from tests.unit.sandbox.double import FakeSite, Machine


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    asked: list[str] = []

    class Asked(FakeSite):
        def get(self, path: str, *, signed_in: bool = False) -> Any:
            asked.append(path)
            return FakeSite(self.url, None, made.engine).get(path)

    monkeypatch.setattr("devbox.jenkins.site.Site", Asked)
    made.asked = asked  # type: ignore[attr-defined]
    return made


def shown(machine: Machine, name: str | None = None) -> list[dict[str, Any]]:
    data = status(machine.engine, name).data
    assert data is not None
    return list(data["sandboxes"])


def test_with_nothing_there_there_is_nothing_to_show(machine: Machine) -> None:
    assert shown(machine) == []
    assert existing(machine.engine) == []


def test_every_sandbox_is_shown_by_name_kept_homes_included(machine: Machine) -> None:
    machine.up("second")
    machine.up("first", http_port=9001)
    machine.up("third")
    machine.down("third")
    assert [(s["name"], s["state"]) for s in shown(machine)] == [
        ("first", "running"),
        ("second", "running"),
        ("third", "kept"),
    ]
    assert existing(machine.engine) == [Summary(name, "jenkins") for name in ("first", "second", "third")]
    assert [summary.kept for summary in existing(machine.engine)] == [False, False, True]


def test_status_is_two_list_calls_however_many_sandboxes_there_are(machine: Machine) -> None:
    for n in range(5):
        machine.up(f"box-{n}")
    before = machine.engine.reads
    shown(machine)
    assert machine.engine.reads - before == 2


def test_a_network_that_a_killed_devbox_left_alone_is_found_where_it_is_looked_for(machine: Machine) -> None:
    machine.engine.create_network("devbox-lost_default", {labels.STACK: "jenkins", labels.NAME: "lost"})
    assert existing(machine.engine, networks=True) == [Summary("lost", "jenkins")]
    assert existing(machine.engine) == []


def test_one_sandbox_can_be_asked_for(machine: Machine) -> None:
    machine.up("first")
    machine.up("second")
    assert [s["name"] for s in shown(machine, "second")] == ["second"]
    with pytest.raises(DevboxError) as error:
        status(machine.engine, "third")
    assert error.value.code == "sandbox.unknown"


def test_what_only_looks_like_ours_is_not_shown(machine: Machine) -> None:
    theirs = {"com.docker.compose.project": "devbox-jenkins", "com.docker.compose.service": "jenkins"}
    machine.engine.create_volume("devbox-jenkins_home", theirs)
    machine.engine.create_volume("nameless", {labels.STACK: "jenkins"})
    assert shown(machine) == []


def test_one_that_docker_has_not_looked_at_is_asked_itself(machine: Machine) -> None:
    machine.up()
    box = machine.engine.box("devbox-jenkins-jenkins-1")
    assert box.health == "starting"
    assert [s["state"] for s in shown(machine)] == ["running"]
    assert machine.asked == ["/login"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("health", ["healthy", "unhealthy", "none"])
def test_one_that_docker_has_looked_at_is_not_asked(machine: Machine, health: str) -> None:
    machine.up()
    machine.engine.set_health("devbox-jenkins-jenkins-1", health)
    shown(machine)
    assert machine.asked == []  # type: ignore[attr-defined]


def test_one_that_does_not_answer_is_starting(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.up()
    monkeypatch.setattr("devbox.jenkins.site.Site", Site)  # the port of this sandbox is nobody's here
    machine.engine.box("devbox-jenkins-jenkins-1").spec.labels[labels.HTTP] = "1"  # type: ignore[index]
    assert [s["state"] for s in shown(machine)] == ["starting"]


def test_a_jenkins_that_ended_as_often_as_it_may_is_told(machine: Machine) -> None:
    machine.up()
    box = machine.engine.box("devbox-jenkins-jenkins-1")
    box.restart_count = 10
    machine.engine.exits(box.id, 5)
    result = status(machine.engine, None)
    assert [w.code for w in result.warnings] == ["restarts.spent"]
    assert "devbox up jenkins -n jenkins" in result.warnings[0].message


def test_one_that_was_stopped_by_hand_is_no_warning(machine: Machine) -> None:
    machine.up()
    machine.engine.stop("devbox-jenkins-jenkins-1")
    result = status(machine.engine, None)
    assert result.warnings == ()
    assert [s["state"] for s in shown(machine)] == ["stopped"]
