"""The cures that devbox takes itself: what each changes, and what it leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from devbox.doctor.backends.colima import COLIMA
from devbox.doctor.backends.machine import BOOT2DOCKER
from devbox.doctor.backends.model import Backend
from devbox.doctor.backup import survey
from devbox.doctor.backup.proof import same_place
from devbox.doctor.backup.save import check_space
from devbox.doctor.host import HostView
from devbox.doctor.model import Remedy, Risk
from devbox.doctor.remedies import ACTIONS, LADDER, Patient, take
from devbox.doctor.repair import Repair
from devbox.engine.api import Endpoint
from devbox.engine.contexts import current_context, load_context
from devbox.engine.vault import Inhabitant, StoredImage, StoredVolume
from devbox.errors import DevboxError
from devbox.events import Event, Note
from tests.replay import Answer, ReplayServer
from tests.unit.doctor.hosts import FakeHost

NOBODY = Patient(None, None)


def repair(home: Path, events: list[Event] | None = None, **fields: Any) -> Repair:
    machine = cast("HostView", FakeHost(home=home, **fields))
    return Repair(machine, home / "state", (events if events is not None else []).append)


def cure(ident: str, *about: str) -> Remedy:
    return Remedy("do it", None, Risk.SETTINGS, ident, about)


def test_every_action_has_its_rung() -> None:
    assert set(ACTIONS) == set(LADDER)


def test_a_context_is_made_and_selected(tmp_path: Path) -> None:
    config = tmp_path / ".docker" / "config.json"
    config.parent.mkdir()
    config.write_text('{"currentContext": "gone", "auths": {}}')
    events: list[Event] = []
    take(repair(tmp_path, events), cure("context.create", "mine", "unix:///x.sock"), NOBODY)
    assert current_context(config.parent) == "mine" and load_context(config.parent, "mine").host == "unix:///x.sock"
    assert json.loads(config.read_text())["auths"] == {}
    (copy,) = config.parent.glob("config.json.devbox-*")
    assert "gone" in copy.read_text()
    assert any(str(copy) in e.text for e in events if isinstance(e, Note)), "where it is kept is said"
    take(repair(tmp_path), cure("context.use", "default"), NOBODY)
    assert current_context(config.parent) == ""


def test_a_broken_context_is_moved_and_not_deleted(tmp_path: Path) -> None:
    take(repair(tmp_path), cure("context.create", "vm", "unix:///x.sock"), NOBODY)
    take(repair(tmp_path), cure("context.remove", "vm"), NOBODY)
    with pytest.raises(DevboxError):
        load_context(tmp_path / ".docker", "vm")
    assert len(list((tmp_path / ".docker").glob("contexts.meta.vm.devbox-*/meta.json"))) == 1


@pytest.mark.parametrize("name", ["config.json", "x.properties"])
def test_a_key_is_dropped(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("credsStore=desktop\nz=1\n" if name.endswith("s") else '{"credsStore": "desktop", "z": 1}')
    take(repair(tmp_path), cure("config.drop-key", str(path), "credsStore"), NOBODY)
    assert "credsStore" not in path.read_text() and "z" in path.read_text()


@pytest.mark.parametrize(("admin", "sudo"), [(True, ()), (False, ("sudo",))])
def test_an_engine_is_installed_where_apt_is(tmp_path: Path, admin: bool, sudo: tuple[str, ...]) -> None:
    lines = [" ".join((*sudo, "apt-get", *words)) for words in (("update",), ("install", "-y", "docker.io"))]
    world = repair(tmp_path, admin=admin, programs={**dict.fromkeys(lines, "done"), "apt-get x": ""})
    take(world, cure("engine.install"), NOBODY)
    assert [" ".join(argv) for argv in cast("FakeHost", world.host).ran] == lines
    with pytest.raises(DevboxError) as caught:
        take(repair(tmp_path), cure("engine.install"), NOBODY)
    assert "apt-get" in str(caught.value.cause)


def test_a_cure_is_done_to_the_owner_of_the_endpoint_alone(tmp_path: Path) -> None:
    world = repair(tmp_path)
    start = cure("engine.start", "boot2docker", "boot2docker-vm")
    for patient in (NOBODY, Patient(None, Backend(COLIMA, "default"))):
        with pytest.raises(DevboxError):
            take(world, start, patient)
    assert cast("FakeHost", world.host).ran == []


def test_ports_of_our_sandboxes_are_forwarded(tmp_path: Path) -> None:
    show = "VBoxManage showvminfo boot2docker-vm --machinereadable"
    set_it = "VBoxManage controlvm boot2docker-vm natpf1 devbox-8080,tcp,127.0.0.1,8080,,8080"
    world = repair(tmp_path, programs={"boot2docker status": "running", show: "", set_it: ""})
    ports = [{"IP": "127.0.0.1", "PrivatePort": 8080, "PublicPort": 8080, "Type": "tcp"}]
    about = {"Id": "1", "Names": ["/devbox-jenkins-jenkins-1"], "Labels": {"dev.devbox.stack": "jenkins"}}
    found = [{**about, "State": "running", "Ports": ports, "Created": 1, "Image": "x", "ImageID": "y"}]
    with ReplayServer({"GET /containers/json": Answer(body=found)}, unix=tmp_path / "s"):
        patient = Patient(Endpoint(f"unix://{tmp_path / 's'}", "default"), Backend(BOOT2DOCKER, "boot2docker-vm"))
        take(world, cure("ports.forward"), patient)
    assert set_it.split() in [list(argv) for argv in cast("FakeHost", world.host).ran]


def test_a_full_disk_is_said_before_anything_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(DevboxError) as caught:
        check_space(repair(tmp_path, free=1 << 30), str(tmp_path), 1 << 30)
    assert caught.value.code == "backup.space"
    check_space(repair(tmp_path, free=1 << 31), str(tmp_path), 1 << 30)


OURS = {"dev.devbox.stack": "jenkins", "dev.devbox.name": "jenkins"}


def seen(**fields: Any) -> survey.Survey:
    whole: dict[str, Any] = {"volumes": (), "inhabitants": (), "networks": (), "save": (), "cache": 0, "swarm": False}
    return survey.Survey(**{**whole, **fields})


def test_the_question_says_what_is_lost_for_good() -> None:
    inhabitants = (
        Inhabitant("1", "web", "i", {}, "running", 12_000_000),
        Inhabitant("2", "devbox-x", "i", OURS, "running", 5),
    )
    volumes, images = (StoredVolume("v", "local", {}, {}, 1_500_000_000),), (StoredImage("i", ("a",), (), 1),)
    networks = ("mynet", "devbox-jenkins_default")
    found = seen(volumes=volumes, inhabitants=inhabitants, networks=networks, cache=3_000_000, save=images)
    text = survey.question("Colima", found)
    for words in ("1 volume (1.5 GB)", "1 image ", "container web (12.0 MB", "network mynet", "build cache (3.0 MB)"):
        assert words in text
    assert "devbox-x" not in text and "devbox-jenkins_default" not in text


@pytest.mark.parametrize("label", survey.KUBERNETES)
def test_a_cluster_in_the_engine_is_a_tenant(label: str) -> None:
    found = seen(inhabitants=(Inhabitant("1", "k", "i", {label: "x"}, "running", 0),), swarm=True)
    assert found.tenants == ("a Swarm", "a Kubernetes cluster")


IMAGES = (
    (StoredImage("i", ("built:1",), (), 1), True),
    (StoredImage("i", ("jenkins/jenkins:lts",), ("jenkins/jenkins@sha256:1",), 1), False),
    (StoredImage("used-by-ours", ("jenkins/jenkins:lts",), ("jenkins/jenkins@sha256:1",), 1), True),
    (StoredImage("used", (), (), 1), True),
    (StoredImage("i", (), (), 1), False),
    (StoredImage("i", ("localhost:5000/a:1",), ("localhost:5000/a@sha256:1",), 1), True),
    (StoredImage("i", ("devbox-empty:backup",), (), 1), False),
)


@pytest.mark.parametrize(("image", "saved"), IMAGES)
def test_images_that_no_registry_has_are_saved(image: StoredImage, saved: bool) -> None:
    ours = Inhabitant("1", "a", "used-by-ours", OURS, "running", 0)
    theirs = Inhabitant("2", "b", "used", {}, "exited", 0)
    assert survey.to_save(image, [ours, theirs]) is saved


def test_where_every_image_has_a_digest_it_proves_nothing() -> None:
    """containerd's image store gives one to what was built here, too."""
    built = StoredImage("i", ("built:1",), ("built@sha256:1",), 1)
    assert survey.to_save(built, [], digests_count=False) and not survey.to_save(built, [])


def test_two_ways_to_one_socket(tmp_path: Path) -> None:
    real, link = tmp_path / "real.sock", tmp_path / "link.sock"
    link.symlink_to(real)
    assert same_place(f"unix://{link}", f"unix://{real}") and not same_place(f"unix://{link}", "unix:///other")
    assert same_place("tcp://1.2.3.4:2376", "tcp://1.2.3.4:2376") and not same_place("tcp://a:1", "unix://a:1")
