"""boot2docker, docker-machine, VBoxManage."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from tests.vmtools import engines
from tests.vmtools.state import State, fail

B2D = "boot2docker-vm"


def boot2docker(state: State, words: list[str]) -> int:
    """boot2docker COMMAND."""
    if words[:1] == ["ssh"]:
        return engines.inside(state, words[1:])
    if len(words) != 1:
        fail(f"error in run: Unknown command: {words}")
    vm = state.vms("boot2docker").get(B2D)
    if words == ["download"]:
        print("Latest release for github.com/boot2docker/boot2docker is v1.9.1")
        print("Success: downloaded https://github.com/boot2docker/boot2docker/releases/download/v1.9.1/boot2docker.iso")
        return 0
    if words == ["init"]:
        if vm is not None:
            fail(f"Virtual machine {B2D} already exists")
        state.put("boot2docker", B2D, state="poweroff", uuid=secrets.token_hex(8), **state.vms("made").get(B2D, {}))
        state.put("vbox", B2D, rules=[])
        return 0
    if vm is None:
        fail(f"error in run: Failed to get machine {B2D!r}: machine does not exist (Did you run `boot2docker init`?)")
    return _b2d_verb(state, words[0], vm)


def _b2d_verb(state: State, verb: str, vm: dict[str, str]) -> int:
    if verb == "status":
        print(vm["state"])
    elif verb == "info":
        print(json.dumps({"Name": B2D, "UUID": vm["uuid"], "Iso": "/b2d/boot2docker.iso", "State": vm["state"],
                          "CPUs": 2, "Memory": 2048, "DockerPort": 2376, "SSHPort": 2022}))  # fmt: skip
    elif verb == "shellinit":
        if vm["state"] != "running":
            fail("error in run: VM is not running.")
        print(f"    export DOCKER_HOST={vm.get('host', 'tcp://192.168.59.103:2376')}")
    elif verb in ("up", "start"):
        state.put("boot2docker", B2D, state="running")
        engines.start(state)
        if vm.get("relink"):
            _lead(vm["socket"], vm["relink"])
        print("Waiting for VM and Docker daemon to start...\n.........ooo\nStarted.")
    elif verb in ("stop", "down", "halt"):
        engines.stop(state)
        state.put("boot2docker", B2D, state="poweroff")
    elif verb == "upgrade":
        switch = vm.get("on_upgrade")
        if switch:  # a path that the engine is to be found at from now on
            _lead(vm["socket"], switch)
        state.put("boot2docker", B2D, state="running")
        print("Latest release for github.com/boot2docker/boot2docker is v1.9.1\nStarted.")
    elif verb in ("delete", "destroy"):
        engines.delete(state)
        state.drop("boot2docker", B2D)
        state.drop("vbox", B2D)
    else:
        fail(f"error in run: Unknown command: {verb}")
    return 0


def _lead(link: str, target: str) -> None:
    Path(link).unlink()
    Path(link).symlink_to(target)


def _folder(name: str) -> Path:
    base = os.environ.get("MACHINE_STORAGE_PATH") or Path(os.environ["HOME"]) / ".docker" / "machine"
    return Path(base) / "machines" / name


def docker_machine(state: State, words: list[str]) -> int:
    """docker-machine COMMAND [flags] [machine]."""
    if words[:1] == ["ssh"]:
        return engines.inside(state, words[2:])
    if words[:1] == ["create"]:
        return _create(state, words[1:])
    name = words[-1]
    vm = state.vms("docker-machine").get(name)
    if vm is None:
        fail(f'Docker machine "{name}" does not exist. Use "docker-machine ls" to list machines.')
    known = {
        "status": ["status", name],
        "env": ["env", "--shell", "bash", name],
        "inspect": ["inspect", name],
        "start": ["start", name],
        "stop": ["stop", name],
        "restart": ["restart", name],
        "upgrade": ["upgrade", name],
        "rm": ["rm", "-y", name],
        "regenerate-certs": ["regenerate-certs", "-f", name],
    }
    if words != known.get(words[0]):
        fail(f"Incorrect Usage: {words}")
    return _machine_verb(state, words[0], name, vm)


def _machine_verb(state: State, verb: str, name: str, vm: dict[str, str]) -> int:
    if verb == "status":
        print(vm["state"])
    elif verb == "env":
        if vm["state"] != "Running":
            fail(f"Error checking TLS connection: Host is not running ({name})")
        host = vm.get("host", "tcp://192.168.99.100:2376")
        print(f'export DOCKER_HOST="{host}"\nexport DOCKER_MACHINE_NAME="{name}"\n# Run this command to configure your')
    elif verb == "inspect":
        print(json.dumps({"DriverName": vm.get("driver", "virtualbox"), "Name": name,
                          "Driver": {"CPU": 1, "Memory": 2048, "DiskSize": 20000, "MachineName": name},
                          "HostOptions": {"EngineOptions": {"RegistryMirror": ["http://mirror.example"], "Labels": [],
                                                            "StorageDriver": ""},
                                          "SwarmOptions": {"IsSwarm": vm.get("swarm", False)}}}))  # fmt: skip
    elif verb == "rm":
        engines.delete(state)
        (_folder(name) / "id_rsa.pub").unlink(missing_ok=True)
        state.drop("docker-machine", name)
        state.drop("vbox", name)
    elif verb == "stop":
        engines.stop(state)
        state.put("docker-machine", name, state="Stopped")
    else:
        if verb in ("restart", "upgrade") and vm["state"] == "Error":
            fail("Error: machine in error state")
        state.put("docker-machine", name, state="Running")
        engines.start(state)
    return 0


def _create(state: State, words: list[str]) -> int:
    name = words[-1]
    if words[:2] != ["-d", "virtualbox"] or name in state.vms("docker-machine"):
        fail(f'Host already exists: "{name}"')
    folder = _folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "id_rsa.pub").write_text(secrets.token_hex(16))
    old = state.vms("made").get(name, {})
    state.put("docker-machine", name, **{"state": "Running", **old})
    state.put("vbox", name, rules=["ssh,tcp,127.0.0.1,5555,,22"])
    engines.start(state)
    return 0


def vboxmanage(state: State, words: list[str]) -> int:
    """VBoxManage showvminfo | controlvm | modifyvm, as far as port forwarding goes."""
    vm, vms = words[1], state.vms("vbox")
    if vm not in vms:
        fail(f"VBoxManage: error: Could not find a registered machine named '{vm}'")
    rules: list[str] = vms[vm]["rules"]
    if words[0] == "showvminfo" and words[2:] == ["--machinereadable"]:
        print(f'name="{vm}"\nVMState="running"')
        for number, rule in enumerate(rules):
            print(f'Forwarding({number})="{rule}"')
        return 0
    if (words[0], words[2]) not in (("controlvm", "natpf1"), ("modifyvm", "--natpf1")):
        fail("VBoxManage: error: Invalid parameter")
    if words[3] == "delete":
        rules = [rule for rule in rules if not rule.startswith(f"{words[4]},")]
    elif any(rule.split(",")[0] == words[3].split(",")[0] for rule in rules):
        fail("VBoxManage: error: A NAT rule of this name already exists")
    else:
        rules = [*rules, words[3]]
    state.put("vbox", vm, rules=rules)
    return 0
