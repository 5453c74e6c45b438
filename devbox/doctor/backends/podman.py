"""podman machine: `list --format json` and `inspect` print arrays; recreating loses the disk image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devbox.doctor.backends.asking import objects
from devbox.doctor.backends.model import ASK, Access, Making, Rung, State, Tool

if TYPE_CHECKING:
    from devbox.doctor.host import HostView

_STATES = {"running": State.RUNNING, "stopped": State.STOPPED, "starting": State.STARTING}
_SIZES = {"CPUs": "--cpus", "Memory": "--memory", "DiskSize": "--disk-size"}


def _inspect(host: HostView, name: str) -> dict[str, Any]:
    ran = host.run(("podman", "machine", "inspect", name), ASK)
    found = objects(ran.out) if ran.ok else []
    return found[0] if found else {}


def _state(host: HostView, name: str) -> State:
    ran = host.run(("podman", "machine", "inspect", name), ASK)
    if ran.ok:
        found = objects(ran.out)
        return _STATES.get(str(found[0].get("State", "")).lower(), State.UNKNOWN) if found else State.UNKNOWN
    return State.MISSING if "does not exist" in ran.err else State.UNKNOWN


def _access(host: HostView, name: str) -> Access | None:
    connection = _inspect(host, name).get("ConnectionInfo")
    socket = connection.get("PodmanSocket") if isinstance(connection, dict) else None
    path = socket.get("Path") if isinstance(socket, dict) else None
    return Access(f"unix://{path}") if path else None


def _making(host: HostView, name: str) -> Making | None:
    found = _inspect(host, name)
    if not found:
        return None
    resources = found.get("Resources")
    sizes = resources if isinstance(resources, dict) else {}
    options = [w for key, option in _SIZES.items() if sizes.get(key) for w in (option, str(sizes[key]))]
    rootful = ("--rootful",) if found.get("Rootful") is True else ()
    init = ("podman", "machine", "init", *options, *rootful, name)
    return Making((init, ("podman", "machine", "start", name)))


PODMAN = Tool(
    kind="podman-machine",
    title="podman machine",
    program="podman",
    default="podman-machine-default",
    automatic=frozenset(Rung),
    look=_state,
    start=(("podman", "machine", "start", "{name}"),),
    stop=(("podman", "machine", "stop", "{name}"),),
    restart=(("podman", "machine", "stop", "{name}"), ("podman", "machine", "start", "{name}")),
    update=(("podman", "machine", "os", "upgrade", "{name}"),),
    delete=(("podman", "machine", "rm", "-f", "{name}"),),
    making=_making,
    loses="all images, containers and volumes",
    access=_access,
    identity=lambda host, name: str(_inspect(host, name).get("Created", "")),
    way_in=("podman", "machine", "ssh", "{name}"),
)
