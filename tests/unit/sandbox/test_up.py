"""`up` on an in-memory engine: what it makes, keeps, changes, takes back; and what a crash at any moment leaves."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devbox.engine.api import ContainerSpec
from devbox.errors import DevboxError, Interrupted
from devbox.events import Warned
from devbox.jenkins import home
from devbox.jenkins.site import Answer
from devbox.sandbox import labels, survey
from devbox.sandbox.request import UpRequest
from devbox.sandbox.up import up
from tests.fake_engine import FakeContainer, FakeEngine, Node
from tests.unit.sandbox.double import FakeSite, Machine

ALL = ["devbox-jenkins-jenkins-1", "devbox-jenkins_default", "devbox-jenkins_home"]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def actions(machine: Machine, **asked: object) -> list[str]:
    data = machine.up(**asked).data
    assert data is not None
    return [change["action"] for change in data["changes"]]


def test_the_first_up_makes_network_volume_and_container(machine: Machine) -> None:
    assert actions(machine) == ["create network", "create volume", "create", "start"]
    assert machine.ours() == ALL


def test_again_changes_nothing(machine: Machine) -> None:
    machine.up()
    before = machine.engine.operations
    assert actions(machine) == []
    assert machine.engine.operations == before


def test_a_stop_that_was_still_under_way_is_waited_out(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A devbox that was killed had asked for it; nothing was to do when this one looked."""
    machine.up()
    box = machine.engine.box("devbox-jenkins-jenkins-1")
    get = FakeSite.get

    def stops(site: FakeSite, path: str, **how: Any) -> Answer:
        monkeypatch.setattr(FakeSite, "get", get)
        box.state, box.exit_code = "exited", 143
        return get(site, path, **how)

    monkeypatch.setattr(FakeSite, "get", stops)
    assert actions(machine) == ["start"]
    assert machine.running() == ["devbox-jenkins-jenkins-1"]


def test_an_option_that_is_not_given_stays_over_down_and_up(machine: Machine) -> None:
    machine.up(memory="3g", env={"TOKEN": "x y"}, http_port=9999)
    machine.down()
    assert machine.ours() == ["devbox-jenkins_home"]
    machine.up()
    spec = machine.engine.box("devbox-jenkins-jenkins-1").spec
    assert (spec.memory, spec.environment["TOKEN"]) == (3 << 30, "x y")
    assert [p.host for p in spec.ports] == [9999, 50000]


def test_reset_forgets(machine: Machine) -> None:
    machine.up(memory="3g", http_port=9999)
    machine.up(reset=True)
    spec = machine.engine.box("devbox-jenkins-jenkins-1").spec
    assert (spec.memory, spec.ports[0].host) == (2 << 30, 8080)


def test_a_taken_port_moves_and_stays_moved(machine: Machine) -> None:
    machine.engine.foreign_ports |= {8080, 8081}
    result = machine.up()
    assert [w.code for w in result.warnings] == ["port.moved", "port.moved"]
    assert machine.engine.box("devbox-jenkins-jenkins-1").spec.ports[0].host == 8082
    machine.engine.foreign_ports.clear()
    machine.down()
    machine.up()
    assert machine.engine.box("devbox-jenkins-jenkins-1").spec.ports[0].host == 8082


def test_a_moved_agent_port_is_the_same_inside(machine: Machine) -> None:
    machine.engine.foreign_ports.add(50000)
    machine.up()
    spec = machine.engine.box("devbox-jenkins-jenkins-1").spec
    assert (spec.ports[1].host, spec.ports[1].container) == (50001, 50001)
    assert spec.environment["JENKINS_SLAVE_AGENT_PORT"] == "50001"


@pytest.mark.parametrize("options", [{"http_port": 8080}, {"strict_ports": True}])
def test_a_port_that_was_asked_for_does_not_move(machine: Machine, options: dict[str, object]) -> None:
    machine.engine.foreign_ports.add(8080)
    with pytest.raises(DevboxError) as error:
        machine.up(**options)
    assert error.value.code == "port.taken"
    assert machine.ours() == []


def test_two_sandboxes_stand_side_by_side(machine: Machine) -> None:
    machine.up("one")
    machine.up("two")
    assert machine.running() == ["devbox-one-jenkins-1", "devbox-two-jenkins-1"]
    ports = [p.host for b in machine.engine.boxes.values() for p in b.spec.ports]
    assert len(set(ports)) == 4


def test_a_changed_option_recreates_only_the_container(machine: Machine) -> None:
    machine.up()
    old = machine.engine.box("devbox-jenkins-jenkins-1").id
    password = machine.home_file("devbox/admin.password")
    assert actions(machine, memory="4g") == ["stop", "set aside", "create", "start", "remove"]
    assert machine.ours() == ALL
    assert machine.engine.box("devbox-jenkins-jenkins-1").id != old
    assert machine.home_file("devbox/admin.password") == password


def test_the_old_container_comes_back_when_the_new_one_fails(machine: Machine) -> None:
    machine.up()
    old = machine.engine.box("devbox-jenkins-jenkins-1").id
    with pytest.raises(DevboxError) as error:
        machine.up(java_opts="-XX:+Bogus")
    assert error.value.code == "jvm.option"
    assert machine.ours() == ALL
    assert machine.engine.box("devbox-jenkins-jenkins-1").id == old
    assert machine.running() == ["devbox-jenkins-jenkins-1"]
    assert actions(machine) == []


def test_another_version_copies_the_home_first(machine: Machine) -> None:
    machine.up(version="2.555.1")
    assert "copy home" in actions(machine, version="lts")
    copy = machine.engine.vols["devbox-jenkins_home-2.555.1"].tree
    last = copy.get("/jenkins.install.InstallUtil.lastExecVersion")
    assert last is not None
    assert last.content == b"2.555.1"


def test_a_home_does_not_go_back(machine: Machine) -> None:
    machine.up(version="lts")
    old = machine.engine.box("devbox-jenkins-jenkins-1").id
    for prepare in (lambda: None, machine.down):
        prepare()
        with pytest.raises(DevboxError) as error:
            machine.up(version="2.555.1")
        assert error.value.code == "home.newer"
        assert "2.568.2" in error.value.message
        assert "2.555.1" in error.value.message
    assert old not in machine.engine.boxes
    assert machine.ours() == ["devbox-jenkins_home"]


def test_no_auth_is_said_and_taken_back_by_reset(machine: Machine) -> None:
    assert [w.code for w in machine.up(no_auth=True).warnings] == ["signin.off"]
    assert machine.up(reset=True).warnings == ()
    assert machine.home_file("devbox/signed-in") == b"on"


def test_a_moved_local_tag_is_said_and_the_running_one_kept(machine: Machine) -> None:
    machine.up()
    old = machine.engine.box("devbox-jenkins-jenkins-1").id
    machine.engine.add_image("jenkins/jenkins:lts", environment={"JENKINS_VERSION": "2.568.3"})
    result = machine.up()
    assert [w.code for w in result.warnings] == ["image.moved"]
    assert machine.engine.box("devbox-jenkins-jenkins-1").id == old
    assert "create" in actions(machine, pull="always")
    assert machine.engine.box("devbox-jenkins-jenkins-1").id != old


def test_a_dry_run_changes_nothing(machine: Machine) -> None:
    data = machine.up(dry_run=True).data
    assert data is not None
    assert [c["action"] for c in data["changes"]] == ["create network", "create volume", "create", "start"]
    assert machine.ours() == []
    assert machine.engine.operations == 0


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("container", "devbox-jenkins-jenkins-1"),
        ("volume", "devbox-jenkins_home"),
        ("network", "devbox-jenkins_default"),
    ],
)
def test_what_devbox_did_not_make_stops_up_and_survives_down(machine: Machine, kind: str, name: str) -> None:
    theirs = {"com.docker.compose.project": "devbox-jenkins"}
    if kind == "volume":
        machine.engine.create_volume(name, theirs)
    elif kind == "network":
        machine.engine.create_network(name, theirs)
    else:
        machine.up("maker")
        spec = machine.engine.box("devbox-maker-jenkins-1").spec
        machine.down("maker", volumes=True)
        machine.engine.create_container(replace(spec, name=name, labels=theirs, mounts=(), network="none", ports=()))
    before = machine.ours()
    with pytest.raises(DevboxError) as error:
        machine.up()
    assert error.value.code == f"{kind}.foreign"
    machine.down(volumes=True)
    assert machine.ours() == before


def scenarios(machine: Machine, which: str) -> UpRequest:
    """Prepare a machine; the request that is to crash."""
    asked: dict[str, object] = {}
    if which != "fresh":
        machine.up(version="2.555.1")
    if which == "kept":
        machine.down()
    if which == "memory":
        asked = {"memory": "4g"}
    if which == "version":
        asked = {"version": "lts"}
    if which == "stopped":
        machine.engine.stop("devbox-jenkins-jenkins-1")
    return UpRequest("jenkins", "jenkins", asked)


WHICH = ["fresh", "kept", "memory", "version", "stopped"]


def operations(tmp_path: Path, which: str) -> int:
    """How many operations a run takes that nothing disturbs."""
    machine = Machine(tmp_path / "count")
    request = scenarios(machine, which)
    before = machine.engine.operations
    up(machine.world, request)
    return machine.engine.operations - before


@pytest.mark.parametrize("takes_effect", [False, True], ids=["refused", "lost answer"])
@pytest.mark.parametrize("which", WHICH)
def test_killed_at_every_step_the_next_up_converges_and_down_leaves_nothing(
    tmp_path: Path, which: str, takes_effect: bool
) -> None:
    count = operations(tmp_path, which)
    assert count >= 1
    for step in range(1, count + 1):
        for recover in ("up", "down"):
            machine = Machine(tmp_path / f"{step}-{recover}")
            request = scenarios(machine, which)
            password = machine.home_file("devbox/admin.password") if which != "fresh" else None
            made = machine.engine
            made.fail_at, made.fail_after, made.stay_dead = made.operations + step, takes_effect, True
            with contextlib.suppress(DevboxError):  # at the end of the old one it is ready all the same
                up(machine.world, request)
            made.fail_at, made.stay_dead = None, False
            if recover == "up":
                machine.up(**request.asked)
                assert machine.running() == ["devbox-jenkins-jenkins-1"]
                assert [n for n in machine.ours() if n in ALL] == ALL
                assert not [n for n in machine.ours() if n not in ALL and "home-2.555.1" not in n]
                assert password in (None, machine.home_file("devbox/admin.password"))
                assert actions(machine) == []
            machine.down(volumes=True)
            assert machine.ours() == []


@pytest.mark.parametrize("failure", [DevboxError("engine.error", "no"), Interrupted()], ids=["error", "interrupt"])
@pytest.mark.parametrize("which", WHICH)
def test_failed_at_every_step_a_run_takes_back_what_it_made(tmp_path: Path, which: str, failure: BaseException) -> None:
    count = operations(tmp_path, which)
    for step in range(1, count + 1):
        machine = Machine(tmp_path / f"{step}")
        request = scenarios(machine, which)
        before, running = machine.ours(), machine.running()
        made = machine.engine
        made.fail_at, made.failure = made.operations + step, failure
        ready = which in ("memory", "version") and step == count
        with contextlib.suppress(DevboxError, Interrupted) if ready else pytest.raises(type(failure)):
            up(machine.world, request)
        made.fail_at = None
        if not ready:
            after = [n for n in machine.ours() if "home-2.555.1" not in n]
            assert after == before, f"step {step} of {which}: {made.log[-8:]}"
            home_moved_on = machine.home_version() == b"2.568.2" and which == "version"
            assert machine.running() == ([] if home_moved_on else running), f"step {step} of {which}"
        else:
            assert machine.running() == ["devbox-jenkins-jenkins-1"]
        machine.up(**request.asked)
        assert machine.running() == ["devbox-jenkins-jenkins-1"]
        machine.down(volumes=True)
        assert machine.ours() == []


@pytest.mark.parametrize("kept", [False, True], ids=["in the place of a running one", "on a kept home"])
def test_choices_that_failed_do_not_stick(machine: Machine, kept: bool) -> None:
    machine.up(memory="3g")
    if kept:
        machine.down()
    with pytest.raises(DevboxError):
        machine.up(java_opts="-XX:+Bogus")
    machine.down()
    machine.up()
    spec = machine.engine.box("devbox-jenkins-jenkins-1").spec
    assert "Bogus" not in spec.environment["JAVA_OPTS"]
    assert spec.memory == 3 << 30


def test_a_change_of_another_option_keeps_the_image_that_the_sandbox_has(machine: Machine) -> None:
    machine.up()
    held = machine.engine.box("devbox-jenkins-jenkins-1").image.image.id
    machine.engine.add_image("jenkins/jenkins:lts", environment={"JENKINS_VERSION": "2.600.1"})
    result = machine.up(memory="3g")
    assert [w.code for w in result.warnings] == ["image.moved"]
    assert machine.engine.box("devbox-jenkins-jenkins-1").image.image.id == held


def test_a_network_that_was_pruned_is_made_again_and_the_container_with_it(machine: Machine) -> None:
    machine.up()
    old = machine.engine.box("devbox-jenkins-jenkins-1").id
    machine.engine.stop(old)
    machine.engine.remove_network("devbox-jenkins_default")
    machine.up()
    assert machine.ours() == ALL
    assert machine.engine.box("devbox-jenkins-jenkins-1").id != old


def test_a_container_from_an_image_that_was_committed_from_ours_is_not_ours(machine: Machine) -> None:
    machine.up()
    spec = machine.engine.box("devbox-jenkins-jenkins-1").spec
    machine.engine.create_container(replace(spec, name="my-own-thing", mounts=(), network="none", ports=()))
    machine.down(volumes=True)
    assert machine.ours() == ["my-own-thing"]


def test_a_stranger_in_the_place_of_the_old_container_stops_a_change_before_it_begins(machine: Machine) -> None:
    machine.up()
    spec = machine.engine.box("devbox-jenkins-jenkins-1").spec
    stranger = replace(spec, name="devbox-jenkins-jenkins-1_old", labels={}, mounts=(), network="none", ports=())
    machine.engine.create_container(stranger)
    before = machine.engine.operations
    with pytest.raises(DevboxError) as error:
        machine.up(memory="3g")
    assert error.value.code == "container.foreign"
    assert machine.engine.operations == before


def test_an_address_that_docker_cannot_bind_is_no_taken_port(machine: Machine) -> None:
    refusal = DevboxError("port.address", "cannot assign requested address", cause="listen tcp4 10.9.9.9:8080: bind")

    def refuses(_engine: object, _box: object) -> None:
        raise refusal

    machine.engine.services["jenkins"] = refuses
    with pytest.raises(DevboxError) as error:
        machine.up(publish_address="10.9.9.9")
    assert error.value.code == "port.address"
    assert [w for w in machine.engine.log if w[0] == "start"] == [("start", "devbox-jenkins-jenkins-1")]


def test_a_dead_engine_is_said_without_trying_to_take_anything_back(machine: Machine) -> None:
    made = machine.engine
    made.fail_at, made.stay_dead, made.failure = 3, True, DevboxError("engine.timeout", "it hangs")
    with pytest.raises(DevboxError) as error:
        machine.up()
    assert error.value.code == "engine.timeout"
    assert made.operations == 3
    assert any(isinstance(e, Warned) and e.code == "rollback.incomplete" for e in machine.events)


def test_a_jenkins_that_comes_up_open_is_stopped_whatever_keep_says_and_signed_in_anew(machine: Machine) -> None:
    honest = machine.engine.services["jenkins"]

    def careless(engine: FakeEngine, box: FakeContainer) -> None:
        honest(engine, box)
        engine.vols["devbox-jenkins_home"].tree.put(f"/{home.MARKER}", Node(b"on but open", 0o600))

    machine.engine.services["jenkins"] = careless
    with pytest.raises(DevboxError) as error:
        machine.up(keep=True)
    assert error.value.code == "signin.open"
    assert machine.running() == []
    machine.engine.services["jenkins"] = honest
    assert machine.up().warnings == ()
    assert machine.home_file("devbox/signed-in") == b"on"


def test_what_another_devbox_has_in_hand_is_waited_for(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user's devbox shares no lock: its container that is created and not started is not ours to remove."""
    machine.up()
    spec = machine.engine.box("devbox-jenkins-jenkins-1").spec
    machine.engine.remove_container("devbox-jenkins-jenkins-1")
    theirs = replace(spec, labels={**spec.labels, labels.RUN: "elsewhere.1"})
    machine.engine.now = time.time()
    created = machine.engine.create_container(theirs)

    def starts(_seconds: float) -> None:
        machine.engine.start(created)

    monkeypatch.setattr(survey.time, "sleep", starts)
    assert actions(machine) == []
    assert machine.engine.box("devbox-jenkins-jenkins-1").id == created


def test_where_somebody_was_faster_with_the_name_we_look_again(machine: Machine) -> None:
    made = machine.engine
    create = made.create_container

    def late(spec: ContainerSpec) -> str:
        made.create_container = create  # type: ignore[method-assign]
        Machine(machine.state / "another user's", made).up()
        raise DevboxError("container.exists", "The name is taken.")

    made.create_container = late  # type: ignore[method-assign]
    result = machine.up()
    assert result.data is not None
    assert machine.running() == ["devbox-jenkins-jenkins-1"]
    assert machine.ours() == ALL


def test_a_change_of_version_that_fails_takes_its_copy_of_the_home_back(machine: Machine) -> None:
    machine.up(version="2.555.1")
    with pytest.raises(DevboxError):
        machine.up(version="lts", java_opts="-XX:+Bogus")
    assert machine.ours() == ALL
    assert machine.running() == ["devbox-jenkins-jenkins-1"]
