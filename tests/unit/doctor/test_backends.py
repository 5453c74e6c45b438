"""How back ends are recognised, and what their programs' answers mean."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devbox.doctor.backends import Backend, Rung, Sighting, State, natpf, recognise
from devbox.doctor.backends.asking import exports, objects
from devbox.doctor.backends.machine import BOOT2DOCKER, MACHINE
from devbox.doctor.backends.native import systemd
from devbox.doctor.backends.recognise import TOOLS
from devbox.doctor.host import HostView
from tests.unit.doctor.hosts import FakeHost
from tests.vmtools.others import ANSWERS


def host(**fields: Any) -> HostView:
    return cast("HostView", FakeHost(**fields))


SOCKET = "unix:///var/run/docker.sock"
MACHINES = "/home/me/.docker/machine/machines/dev"
SIGHTINGS: tuple[tuple[Sighting, dict[str, Any], str, str], ...] = (
    (Sighting(SOCKET, provider="docker-desktop"), {}, "docker-desktop", ""),
    (Sighting("unix:///home/me/.docker/desktop/docker.sock"), {}, "docker-desktop", ""),
    (Sighting("npipe:////./pipe/dockerDesktopLinuxEngine"), {"platform": "win32"}, "docker-desktop", ""),
    (Sighting("npipe:////./pipe/docker_engine"), {"platform": "win32"}, "docker-desktop", ""),
    (Sighting(SOCKET, context="desktop-linux"), {}, "docker-desktop", ""),
    (Sighting("unix:///home/me/.colima/default/docker.sock"), {}, "colima", "default"),
    (Sighting("unix:///home/me/.colima/docker.sock"), {}, "colima", "default"),
    (Sighting("unix:///home/me/.config/colima/work/docker.sock"), {}, "colima", "work"),
    (Sighting("unix:///x", context="colima"), {}, "colima", "default"),
    (Sighting("unix:///x", context="colima-work"), {}, "colima", "work"),
    (Sighting(SOCKET, provider="colima", name="colima-work"), {"platform": "darwin"}, "colima", "work"),
    (Sighting("unix:///home/me/.lima/docker/sock/docker.sock"), {}, "lima", "docker"),
    (Sighting("unix:///x", context="lima-dev"), {}, "lima", "dev"),
    (Sighting("unix:///x", provider="lima", name="lima-dev"), {}, "lima", "dev"),
    (Sighting("unix:///home/me/.rd/docker.sock"), {}, "rancher-desktop", ""),
    (Sighting(SOCKET, context="rancher-desktop"), {}, "rancher-desktop", ""),
    (Sighting("unix:///home/me/.orbstack/run/docker.sock"), {}, "orbstack", ""),
    (Sighting(SOCKET, provider="orbstack"), {}, "orbstack", ""),
    (Sighting("unix:///tmp/podman/work-api.sock"), {}, "podman-machine", "work"),
    (Sighting("tcp://192.168.59.103:2376"), {}, "boot2docker", "boot2docker-vm"),
    (Sighting("tcp://10.0.0.5:2376", cert_path="/h/.boot2docker/certs/boot2docker-vm"), {}, "boot2docker",
     "boot2docker-vm"),
    (Sighting("tcp://192.168.99.100:2376"), {}, "docker-machine", "default"),
    (Sighting("tcp://10.0.0.5:2376", cert_path=MACHINES), {}, "docker-machine", "dev"),
    (Sighting("tcp://1.2.3.4:2376"), {"env": {"DOCKER_MACHINE_NAME": "dev", "DOCKER_HOST": "tcp://1.2.3.4:2376"}},
     "docker-machine", "dev"),
    (Sighting("tcp://x:2376", provider="boot2docker", name="boot2docker"), {}, "boot2docker", "boot2docker-vm"),
    (Sighting("tcp://x:2376", provider="boot2docker", name="dev"), {"programs": {"docker-machine": ""}},
     "docker-machine", "dev"),
    (Sighting("tcp://x:2376", provider="boot2docker", name="dev", cert_path=MACHINES), {}, "docker-machine", "dev"),
    (Sighting("tcp://1.2.3.4:2376", cert_path="/h/.minikube/certs"), {}, "minikube", "minikube"),
    (Sighting("unix:///run/user/1000/docker.sock"), {"env": {"XDG_RUNTIME_DIR": "/run/user/1000"}}, "rootless", ""),
    (Sighting(SOCKET), {"kinds": {"/run/systemd/system": "folder"}}, "systemd", ""),
    (Sighting(SOCKET, provider="engine"), {}, "sysvinit", ""),
    (Sighting(SOCKET), {"platform": "darwin"}, "docker-desktop", ""),
    (Sighting(SOCKET), {"platform": "darwin", "programs": {"colima": ""}}, "colima", "default"),
    (Sighting("tcp://build.example.com:2376"), {}, "", ""),
    (Sighting("ssh://me@far"), {}, "", ""),
    (Sighting("unix:///run/somebody-elses/docker.sock", provider="engine"), {}, "", ""),
)  # fmt: skip


@pytest.mark.parametrize(("seen", "machine", "kind", "name"), SIGHTINGS)
def test_recognised(seen: Sighting, machine: dict[str, Any], kind: str, name: str) -> None:
    found = recognise(seen, host(**machine))
    assert (found.kind, found.name) == (kind, name) if found else kind == ""


TOOL = {tool.kind: tool for tool in TOOLS}
STATES: tuple[tuple[str, str, dict[str, str], State], ...] = (
    ("boot2docker", "", {"boot2docker status": "saved\n"}, State.STOPPED),
    ("boot2docker", "", {"boot2docker status": "running\n"}, State.RUNNING),
    ("boot2docker", "", {"boot2docker status": '!error: machine does not exist (Did you run "init"?)'}, State.MISSING),
    ("boot2docker", "", {}, State.UNKNOWN),
    ("docker-machine", "d", {"docker-machine status d": "Timeout"}, State.BROKEN),
    ("docker-machine", "d", {"docker-machine status d": '!Docker machine "d" does not exist.'}, State.MISSING),
    ("colima", "default", {"colima list --json": '{"name":"default","status":"Running"}\n{"name":"x"}'}, State.RUNNING),
    ("colima", "x", {"colima list --json": '{"name":"default","status":"Running"}\n{"name":"x","status":"Broken"}'},
     State.BROKEN),
    ("colima", "default", {"colima list --json": ""}, State.MISSING),
    ("colima", "default", {"colima status --json": "!colima is not running"}, State.STOPPED),
    ("colima", "default", {"colima status --json": '{"docker_socket":"unix:///x"}'}, State.RUNNING),
    ("lima", "a", {"limactl list --json": '{"name":"a","status":"Uninitialized"}'}, State.BROKEN),
    ("lima", "a", {"limactl list --json": '{"name":"b","status":"Running"}\n'}, State.MISSING),
    ("podman-machine", "p", {"podman machine inspect p": '[{"Name":"p","State":"starting"}]'}, State.STARTING),
    ("podman-machine", "p", {"podman machine inspect p": "!Error: p: VM does not exist"}, State.MISSING),
    ("docker-desktop", "", {"docker desktop status --format json": '{"Status":"running"}'}, State.RUNNING),
    ("docker-desktop", "", {"docker desktop status --format json": "!unknown command"}, State.UNKNOWN),
    ("rancher-desktop", "", {"rdctl api /v1/backend_state": ANSWERS["rdctl"]["api", "/v1/backend_state"][1]},
     State.RUNNING),
    ("rancher-desktop", "", {"rdctl api /v1/backend_state": "!connection refused"}, State.STOPPED),
    ("orbstack", "", {"orb status": "Stopped\n"}, State.STOPPED),
    ("minikube", "minikube", {"minikube status -o json -p minikube": '[{"Host":"Running"},{"Host":"Running"}]'},
     State.RUNNING),
    ("multipass", "docker", {"multipass list --format json": '{"list":[{"name":"docker","state":"Suspended"}]}'},
     State.STOPPED),
    ("multipass", "gone", {"multipass list --format json": '{"list":[]}'}, State.MISSING),
    ("wsl", "Ubuntu", {"wsl -l -v": "  N\0A\0M\0E\0\r\n* Ubuntu  Running  2\r\n  docker-desktop  Stopped  2\r\n"},
     State.RUNNING),
    ("vagrant", "default", {"vagrant status --machine-readable": "1,default,state,poweroff\n"}, State.STOPPED),
    ("rootless", "", {"systemctl --user is-active docker": "!inactive"}, State.UNKNOWN),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "said", "state"), STATES)
def test_states(kind: str, name: str, said: dict[str, str], state: State) -> None:
    assert Backend(TOOL[kind], name).state(host(programs=said)) is state


@pytest.mark.parametrize("tool", TOOLS, ids=lambda t: t.kind)
@pytest.mark.parametrize(
    "text", ["", "{", "[[[[", "null", '"x"', "\0\ufeff", "[1]", '{"list": 5}', '{"Host": []}', "x" * 100_000]
)
def test_no_answer_is_a_traceback(tool: Any, text: str) -> None:
    class Babbling(FakeHost):
        def run(self, argv: tuple[str, ...], timeout: float, **_: Any) -> Any:
            from devbox.doctor.host import Ran

            return Ran(argv, 0, text, text)

    machine = cast("HostView", Babbling())
    assert tool.look(machine, "x") in State
    tool.tenants(machine, "x")
    tool.identity(machine, "x")
    tool.making(machine, "x")
    tool.access(machine, "x")


@pytest.mark.parametrize("tool", TOOLS, ids=lambda t: t.kind)
def test_what_is_not_automatic_says_its_command(tool: Any) -> None:
    for remedy in Backend(tool, tool.default).remedies(*Rung):
        assert remedy.command and (remedy.automatic == (Rung(remedy.id) in tool.automatic) if remedy.id else True)
    if Rung.RECREATE in tool.automatic:
        assert tool.delete and tool.loses


def test_sudo_only_where_it_is_needed() -> None:
    assert Backend(systemd(False), "").commands(Rung.START) == (("sudo", "systemctl", "start", "docker"),)
    assert Backend(systemd(True), "").commands(Rung.START) == (("systemctl", "start", "docker"),)


def test_a_machine_of_another_driver_is_not_made_anew() -> None:
    """It may be a paid one in somebody's cloud."""
    said = {"docker-machine inspect d": json.dumps({"DriverName": "amazonec2", "Driver": {}})}
    assert MACHINE.making(host(programs=said), "d") is None


EXPORTS = (
    ("    export DOCKER_HOST=tcp://192.168.59.103:2376\n    export DOCKER_CERT_PATH=/b\n", "tcp://192.168.59.103:2376"),
    ('export DOCKER_TLS_VERIFY="1"\nexport DOCKER_HOST="tcp://1.2.3.4:2376"\n# Run this', "tcp://1.2.3.4:2376"),
    ("SET DOCKER_HOST=tcp://1.2.3.4:2376\n", "tcp://1.2.3.4:2376"),
    ('$Env:DOCKER_HOST = "tcp://1.2.3.4:2376"', None),
    ("error in run: VM is not running.", None),
)


@pytest.mark.parametrize(("text", "expected"), EXPORTS)
def test_exports(text: str, expected: str | None) -> None:
    found = exports(text)
    assert (found.host if found else None) == expected


@settings(max_examples=50)
@given(st.text(max_size=200))
def test_any_text_is_some_objects(text: str) -> None:
    assert all(isinstance(item, dict) for item in objects(text))
    exports(text)


RULES = (
    'name="b"\nForwarding(0)="docker,tcp,127.0.0.1,2376,,2376"\nForwarding(1)="devbox-8080,tcp,127.0.0.1,8080,,8080"\n'
)


def test_ports_are_forwarded_to_where_the_guest_publishes() -> None:
    machine = host(programs={"VBoxManage showvminfo boot2docker-vm --machinereadable": RULES})
    vm = Backend(BOOT2DOCKER, "boot2docker-vm")
    found = natpf.commands(machine, vm, (8080, 50000), "192.168.59.103", State.RUNNING)
    start = ("VBoxManage", "controlvm", "boot2docker-vm", "natpf1")
    assert found == (
        (*start, "delete", "devbox-8080"),
        (*start, "devbox-8080,tcp,127.0.0.1,8080,192.168.59.103,8080"),
        (*start, "devbox-50000,tcp,127.0.0.1,50000,192.168.59.103,50000"),
    )
    stopped = natpf.commands(machine, vm, (9,), "", State.STOPPED)
    assert stopped == (("VBoxManage", "modifyvm", "boot2docker-vm", "--natpf1", "devbox-9,tcp,127.0.0.1,9,,9"),)
    there = natpf.commands(machine, vm, (8080,), "", State.RUNNING)
    assert there == (), "nothing to do"
