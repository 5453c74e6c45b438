"""podman, systemctl, service, docker desktop, and the programs that are only asked."""

from __future__ import annotations

import json
import sys

from tests.vmtools import engines
from tests.vmtools.state import State, fail


def podman(state: State, words: list[str]) -> int:
    """podman machine COMMAND."""
    if words[:1] != ["machine"]:
        fail(f"Error: unknown {words}", 125)
    words = words[1:]
    if words[:1] == ["ssh"]:
        return engines.inside(state, words[2:])
    if words == ["list", "--format", "json"]:
        print(json.dumps([{"Name": n, "Default": True, "Running": vm["State"] == "running", "Starting": False,
                           "LastUp": "2026-11-29T09:00:00Z", "VMType": "applehv", "CPUs": 2, "Memory": "2147483648",
                           "Port": 50000} for n, vm in state.vms("podman").items()]))  # fmt: skip
        return 0
    name, vms = words[-1], state.vms("podman")
    if words[0] == "init":
        if name in vms:
            fail(f"Error: {name}: VM already exists", 125)
        state.put("podman", name, State="stopped", Created="2026-11-29T10:00:00Z", **state.vms("made").get(name, {}))
        return 0
    if name not in vms:
        fail(f"Error: {name}: VM does not exist", 125)
    return _podman_verb(state, words, name)


def _podman_verb(state: State, words: list[str], name: str) -> int:
    vm = state.vms("podman")[name]
    if words == ["inspect", name]:
        print(json.dumps([{"Name": name, "State": vm["State"], "Created": vm.get("Created", "2026-01-01T00:00:00Z"),
                           "Rootful": vm.get("Rootful", False),
                           "Resources": {"CPUs": 2, "DiskSize": 100, "Memory": 2048},
                           "ConnectionInfo": {"PodmanSocket": {"Path": vm["socket"]}}}]))  # fmt: skip
    elif words == ["start", name]:
        if vm["State"] == "running":
            fail(f'Error: unable to start "{name}": already running', 125)
        state.put("podman", name, State="running")
        engines.start(state)
    elif words == ["stop", name]:
        engines.stop(state)
        state.put("podman", name, State="stopped")
    elif words == ["os", "upgrade", name]:
        print("Upgraded")
    elif words == ["rm", "-f", name]:
        engines.delete(state)
        state.drop("podman", name)
    else:
        fail(f"Error: unrecognized command {words}", 125)
    return 0


def systemctl(state: State, words: list[str]) -> int:
    """systemctl [--user] COMMAND docker."""
    unit = "user" if words[:1] == ["--user"] else "system"
    words = words[1:] if unit == "user" else words
    service = state.vms("systemd").get(unit, {"active": "inactive"})
    if words == ["is-active", "docker"]:
        print(service["active"])
        return 0 if service["active"] == "active" else 3
    if words == ["reset-failed", "docker"]:
        state.put("systemd", unit, active="inactive")
        return 0
    if words in (["start", "docker"], ["restart", "docker"]):
        if service["active"] == "failed":
            fail("Job for docker.service failed because start of the service was attempted too often.")
        state.put("systemd", unit, active="active")
        engines.start(state)
        return 0
    return fail(f"Unknown command verb {words}")


def service(state: State, words: list[str]) -> int:
    """service docker start|restart|status."""
    running = state.vms("sysv").get("docker", {}).get("running", False)
    if words == ["docker", "status"]:
        print("Docker is running." if running else "Docker is not running ... failed!")
        return 0 if running else 3
    if words in (["docker", "start"], ["docker", "restart"]):
        state.put("sysv", "docker", running=True)
        engines.start(state)
        return 0
    return fail("Usage: service docker {start|stop|restart|status}")


def docker(state: State, words: list[str]) -> int:
    """docker desktop COMMAND, and the version that `docker --version` is to have."""
    desktop = state.vms("desktop").get("desktop")
    if words[:1] == ["--version"] or words[:1] == ["version"]:
        print(f"Docker version {state.vms('docker').get('cli', {}).get('version', '20.10.24')}, build abcdef0")
        return 0
    if words[:1] != ["desktop"] or desktop is None:
        fail(f"docker: {words[:1]} is not a docker command.\nSee 'docker --help'")
    if words[1:] == ["status", "--format", "json"]:
        print(json.dumps({"Status": desktop["status"], "SessionID": "x"}))
        return 0
    if words[1:] in (["start"], ["restart"]):
        state.put("desktop", "desktop", status="running")
        return 0
    return fail("unknown docker desktop command")


ANSWERS: dict[str, dict[tuple[str, ...], tuple[int, str]]] = {
    "rdctl": {("api", "/v1/backend_state"): (0, '{"vmState":"STARTED","locked":false}')},
    "orb": {("status",): (0, "Running\n")},
    "minikube": {
        ("status", "-o", "json", "-p", "minikube"): (
            7,
            '{"Name":"minikube","Host":"Stopped","Kubelet":"Stopped","APIServer":"Stopped","Kubeconfig":"Stopped"}',
        )
    },
    "multipass": {
        ("list", "--format", "json"): (0, '{"list":[{"name":"docker","state":"Delayed shutdown","ipv4":[]}]}')
    },
    "vagrant": {
        ("status", "--machine-readable"): (0, "1764403200,default,metadata,provider,virtualbox\n"
                                              "1764403200,default,state,poweroff\n1764403200,,ui,info,text\n")
    },
}  # fmt: skip


def asked(tool: str, words: list[str]) -> int:
    """A program that only answers questions."""
    code, text = ANSWERS[tool].get(tuple(words), (1, ""))
    print(text)
    return code


def wsl(_state: State, words: list[str]) -> int:
    """wsl -l -v, in UTF-16 as Windows writes it."""
    if words != ["-l", "-v"]:
        fail("Invalid command line option")
    table = "  NAME                   STATE           VERSION\r\n* Ubuntu                 Running         2\r\n"
    table += "  docker-desktop         Stopped         2\r\n"
    sys.stdout.buffer.write(table.encode("utf-16-le"))
    return 0
