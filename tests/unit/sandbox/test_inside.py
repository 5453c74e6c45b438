"""Finding the container that a command means, and how to get into a sandbox's Jenkins."""

from pathlib import Path

import pytest

from devbox.errors import DevboxError
from devbox.jenkins import home as layout
from devbox.sandbox import access
from devbox.sandbox.inside import service_container
from tests.fake_engine import Node
from tests.unit.sandbox.double import Machine

MAIN = "devbox-second-jenkins-1"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.up("second", http_port=9090, prefix="/ci")
    return made


def code_of(call: object, *arguments: object, **options: object) -> DevboxError:
    with pytest.raises(DevboxError) as error:
        call(*arguments, **options)  # type: ignore[operator]
    return error.value


@pytest.mark.parametrize("service", [None, "jenkins"])
def test_the_main_service_is_meant_unless_another_is_named(machine: Machine, service: str | None) -> None:
    assert service_container(machine.engine, "second", service).name == MAIN


def test_a_service_that_it_does_not_have_is_told_with_those_it_has(machine: Machine) -> None:
    error = code_of(service_container, machine.engine, "second", "redis")
    assert error.code == "service.unknown"
    assert [cure.text for cure in error.cures] == ["name one that it has: jenkins"]


def test_a_sandbox_that_is_not_there_is_unknown(machine: Machine) -> None:
    assert code_of(service_container, machine.engine, "third", None).code == "sandbox.unknown"
    for service, stack in (("jenkins", "jenkins"), ("redis", "queue"), ("worker", "queue")):
        error = code_of(service_container, machine.engine, "third", service)
        assert error.cures[-1].command == f"devbox up {stack} -n third"


def test_a_sandbox_that_is_down_is_told_with_how_it_comes_back(machine: Machine) -> None:
    machine.down("second")
    error = code_of(service_container, machine.engine, "second", None)
    assert error.code == "sandbox.kept"
    assert [cure.command for cure in error.cures] == ["devbox up jenkins -n second"]


def test_one_that_has_to_run_and_does_not_is_told_with_its_state(machine: Machine) -> None:
    machine.engine.stop(MAIN)
    error = code_of(service_container, machine.engine, "second", None)
    assert error.code == "service.stopped"
    assert "exited" in error.message
    assert service_container(machine.engine, "second", None, running=False).name == MAIN


def test_while_a_replacement_is_made_the_old_container_is_meant(machine: Machine) -> None:
    machine.engine.rename(MAIN, f"{MAIN}_old")
    assert service_container(machine.engine, "second", None).name == f"{MAIN}_old"


def test_a_container_of_our_name_that_is_not_ours_is_never_meant(machine: Machine) -> None:
    spec = machine.engine.box(MAIN).spec
    machine.engine.remove_container(MAIN)
    theirs = {k: v for k, v in spec.labels.items() if k.startswith("com.docker.compose")}
    machine.engine.create_container(type(spec)(**{**spec.__dict__, "labels": theirs}))
    assert code_of(service_container, machine.engine, "second", None).code == "sandbox.kept"


def test_the_url_has_port_and_prefix(machine: Machine) -> None:
    assert access.url(machine.engine, "second") == "http://127.0.0.1:9090/ci"
    assert access.environment(machine.engine, "second").data == {"JENKINS_URL": "http://127.0.0.1:9090/ci"}


def test_of_a_stopped_sandbox_there_is_no_url_to_open(machine: Machine) -> None:
    machine.engine.stop(MAIN)
    assert code_of(access.url, machine.engine, "second").code == "service.stopped"


def test_credentials_are_url_user_password_and_token(machine: Machine) -> None:
    password = (machine.home_file(layout.PASSWORD, "second") or b"").decode()
    assert len(password) >= 20
    expected = {"url": "http://127.0.0.1:9090/ci", "user": "admin", "password": password, "token": None}
    assert access.credentials(machine.engine, "second").data == expected
    machine.engine.vols["devbox-second_home"].tree.put(f"/{layout.TOKEN}", Node(b"11abcdef\n"))
    assert access.credentials(machine.engine, "second").data == {**expected, "token": "11abcdef"}


def test_credentials_of_a_stopped_sandbox_are_told_too(machine: Machine) -> None:
    before = access.credentials(machine.engine, "second").data
    machine.engine.stop(MAIN)
    assert access.credentials(machine.engine, "second").data == before


def test_where_security_is_off_there_is_nothing_to_sign_in_with(machine: Machine) -> None:
    machine.up("second", no_auth=True)
    error = code_of(access.credentials, machine.engine, "second")
    assert error.code == "signin.off"
    assert error.cures


def test_a_home_that_lost_its_password_says_so(machine: Machine) -> None:
    del machine.engine.vols["devbox-second_home"].tree.nodes[f"/{layout.PASSWORD}"]
    assert code_of(access.credentials, machine.engine, "second").code == "signin.missing"


def test_a_password_that_was_edited_by_hand_is_shown_as_it_is(machine: Machine) -> None:
    machine.engine.vols["devbox-second_home"].tree.put(f"/{layout.PASSWORD}", Node("пароль 12345\n".encode()))
    data = access.credentials(machine.engine, "second").data
    assert data is not None
    assert data["password"] == "пароль 12345"
