"""boot2docker and docker-machine: VirtualBox VMs with an engine behind TLS, on an address that only this machine sees.

Their published ports are on that address, not on the loopback; `doctor.backends.natpf` forwards those of our stacks.
`boot2docker upgrade` stops the VM, fetches the newest ISO and starts it: the disk with images and volumes stays
(`boot2docker-cli`, `cmds.go`). `init` alone would take the old ISO again, so recreating fetches it before.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devbox.doctor.backends.asking import ask, exports, objects
from devbox.doctor.backends.model import ASK, Access, Making, Rung, State, Tool

if TYPE_CHECKING:
    from devbox.doctor.host import HostView

_BOOT2DOCKER = {
    "running": State.RUNNING,
    "poweroff": State.STOPPED,
    "saved": State.STOPPED,
    "paused": State.STOPPED,
    "aborted": State.STOPPED,
}
_MACHINE = {
    "running": State.RUNNING,
    "paused": State.STOPPED,
    "saved": State.STOPPED,
    "stopped": State.STOPPED,
    "stopping": State.STOPPED,
    "starting": State.STARTING,
    "error": State.BROKEN,
    "timeout": State.BROKEN,
}


def _boot2docker_state(host: HostView, _name: str) -> State:
    ran = host.run(("boot2docker", "status"), ASK)
    if ran.ok:
        return _BOOT2DOCKER.get(ran.out.strip().lower(), State.UNKNOWN)
    return State.MISSING if ran.code == 1 and "exist" in f"{ran.out}{ran.err}".lower() else State.UNKNOWN


def _boot2docker_info(host: HostView) -> dict[str, Any]:
    found = ask(host, "boot2docker", "info")
    return found[0] if found else {}


def _boot2docker_access(host: HostView, _name: str) -> Access | None:
    return exports(host.run(("boot2docker", "shellinit"), ASK).out)


def _machine_state(host: HostView, name: str) -> State:
    ran = host.run(("docker-machine", "status", name), ASK)
    if ran.ok:
        return _MACHINE.get(ran.out.strip().lower(), State.UNKNOWN)
    return State.MISSING if "does not exist" in f"{ran.out}{ran.err}" else State.UNKNOWN


def _machine_access(host: HostView, name: str) -> Access | None:
    ran = host.run(("docker-machine", "env", "--shell", "bash", name), ASK)
    return exports(ran.out) if ran.ok else None


def _inspect(host: HostView, name: str) -> dict[str, Any]:
    ran = host.run(("docker-machine", "inspect", name), ASK)
    found = objects(ran.out) if ran.ok else []
    return found[0] if found else {}


def machine_folder(host: HostView, name: str) -> Path:
    """`MACHINE_STORAGE_PATH`, else `~/.docker/machine`."""
    return Path(host.env.get("MACHINE_STORAGE_PATH") or host.home / ".docker" / "machine") / "machines" / name


def _machine_identity(host: HostView, name: str) -> str:
    """Its ssh key: made with the machine, and never again."""
    import hashlib

    try:
        return hashlib.sha256(host.read(machine_folder(host, name) / "id_rsa.pub")).hexdigest()[:32]
    except OSError:
        return ""


def _part(found: dict[str, Any], *path: str) -> dict[str, Any]:
    for word in path:
        inner = found.get(word)
        found = inner if isinstance(inner, dict) else {}
    return found


def _machine_tenants(host: HostView, name: str) -> tuple[str, ...]:
    swarm = _part(_inspect(host, name), "HostOptions", "SwarmOptions")
    return ("a Swarm",) if swarm.get("IsSwarm") else ()


_SIZES = {"CPU": "--virtualbox-cpu-count", "Memory": "--virtualbox-memory", "DiskSize": "--virtualbox-disk-size"}
_LISTS = {
    "RegistryMirror": "--engine-registry-mirror",
    "InsecureRegistry": "--engine-insecure-registry",
    "Labels": "--engine-label",
    "ArbitraryFlags": "--engine-opt",
    "Env": "--engine-env",
}


def _machine_making(host: HostView, name: str) -> Making | None:
    """As it was, for VirtualBox alone: a machine of another driver may be a paid one in somebody's cloud."""
    found = _inspect(host, name)
    if found.get("DriverName") != "virtualbox":
        return None
    options = [*_sizes(_part(found, "Driver")), *_lists(_part(found, "HostOptions", "EngineOptions"))]
    return Making((("docker-machine", "create", "-d", "virtualbox", *options, name),))


def _sizes(driver: dict[str, Any]) -> Iterator[str]:
    for key, option in _SIZES.items():
        if isinstance(driver.get(key), int) and driver[key] > 0:
            yield from (option, str(driver[key]))


def _lists(engine: dict[str, Any]) -> Iterator[str]:
    for key, option in _LISTS.items():
        values = engine.get(key)
        for value in values if isinstance(values, list) else ():
            yield from (option, str(value))
    if engine.get("StorageDriver"):
        yield from ("--engine-storage-driver", str(engine["StorageDriver"]))


BOOT2DOCKER = Tool(
    kind="boot2docker",
    title="boot2docker",
    program="boot2docker",
    default="boot2docker-vm",
    automatic=frozenset(Rung),
    look=_boot2docker_state,
    start=(("boot2docker", "up"),),
    stop=(("boot2docker", "stop"),),
    restart=(("boot2docker", "stop"), ("boot2docker", "up")),
    update=(("boot2docker", "upgrade"),),
    delete=(("boot2docker", "delete"),),
    making=lambda _host, _name: Making((("boot2docker", "download"), ("boot2docker", "init"), ("boot2docker", "up"))),
    loses="all images, containers and volumes",
    local_ports=False,
    access=_boot2docker_access,
    identity=lambda host, _name: str(_boot2docker_info(host).get("UUID", "")),
    way_in=("boot2docker", "ssh"),
)

MACHINE = Tool(
    kind="docker-machine",
    title="docker-machine",
    program="docker-machine",
    default="default",
    automatic=frozenset(Rung),
    look=_machine_state,
    start=(("docker-machine", "start", "{name}"),),
    stop=(("docker-machine", "stop", "{name}"),),
    restart=(("docker-machine", "restart", "{name}"),),
    update=(("docker-machine", "upgrade", "{name}"),),
    delete=(("docker-machine", "rm", "-y", "{name}"),),
    making=_machine_making,
    loses="all images, containers and volumes",
    local_ports=False,
    access=_machine_access,
    identity=_machine_identity,
    tenants=_machine_tenants,
    way_in=("docker-machine", "ssh", "{name}"),
)
