"""Colima and Lima: VMs on macOS and Linux whose engine is at a socket in the user's home.

`colima status --json` prints no JSON when it is not running; `colima list --json` and `limactl list --json` print an
object a line. Both know "Broken": `stop --force` is what helps.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from devbox.doctor.backends.asking import ask, born, one, yaml_of
from devbox.doctor.backends.model import Access, Making, Rung, State, Tool

if TYPE_CHECKING:
    from devbox.doctor.host import HostView

_STATES = {
    "running": State.RUNNING,
    "stopped": State.STOPPED,
    "broken": State.BROKEN,
    "installing": State.STARTING,
    "uninitialized": State.BROKEN,
}


def colima_home(host: HostView) -> Path:
    """`COLIMA_HOME`, `~/.colima`, or the XDG one."""
    if given := host.env.get("COLIMA_HOME"):
        return Path(given)
    old, new = host.home / ".colima", host.home / ".config" / "colima"
    return new if host.kind(old) == "absent" and host.kind(new) == "folder" else old


def _lima_home(host: HostView) -> Path:
    return Path(host.env.get("LIMA_HOME") or host.home / ".lima")


def _colima_state(host: HostView, name: str) -> State:
    found = one(host, name, "colima", "list", "--json")
    if found is not None:
        return _STATES.get(str(found.get("status", "")).lower(), State.UNKNOWN) if found else State.MISSING
    return State.RUNNING if _status(host, name).get("docker_socket") else State.STOPPED


def _status(host: HostView, name: str) -> dict[str, object]:
    words = ("colima", "status", *(() if name == "default" else (name,)), "--json")
    ran = ask(host, *words)
    return ran[0] if ran else {}


def _colima_access(host: HostView, name: str) -> Access | None:
    socket = _status(host, name).get("docker_socket")
    return Access(str(socket) if socket else f"unix://{colima_home(host) / name / 'docker.sock'}")


def _colima_identity(host: HostView, name: str) -> str:
    instance = "colima" if name == "default" else f"colima-{name}"
    return born(colima_home(host) / "_lima" / instance / "lima.yaml")


def _colima_tenants(host: HostView, name: str) -> tuple[str, ...]:
    kubernetes = yaml_of(host, colima_home(host) / name / "colima.yaml").get("kubernetes")
    enabled = isinstance(kubernetes, dict) and kubernetes.get("enabled")
    return ("Colima's Kubernetes",) if enabled or _status(host, name).get("kubernetes") is True else ()


def _colima_making(host: HostView, name: str) -> Making:
    settings = colima_home(host) / name / "colima.yaml"
    kept = (settings,) if host.kind(settings) == "file" else ()
    return Making((("colima", "start", *(() if name == "default" else (name,))),), kept)


def _lima_row(host: HostView, name: str) -> dict[str, object] | None:
    return one(host, name, "limactl", "list", "--json")


def _lima_state(host: HostView, name: str) -> State:
    found = _lima_row(host, name)
    if found is None:
        return State.UNKNOWN
    return _STATES.get(str(found.get("status", "")).lower(), State.UNKNOWN) if found else State.MISSING


def _lima_folder(host: HostView, name: str) -> Path:
    row = _lima_row(host, name) or {}
    return Path(str(row["dir"])) if row.get("dir") else _lima_home(host) / name


def _lima_access(host: HostView, name: str) -> Access | None:
    return Access(f"unix://{_lima_folder(host, name) / 'sock' / 'docker.sock'}")


def _lima_tenants(host: HostView, name: str) -> tuple[str, ...]:
    protected = (_lima_row(host, name) or {}).get("protected") is True
    return (f"it is protected (limactl unprotect {name})",) if protected else ()


def _lima_making(host: HostView, name: str) -> Making | None:
    """Only as it was: without its own settings no other VM takes its place."""
    settings = _lima_folder(host, name) / "lima.yaml"
    if host.kind(settings) != "file":
        return None
    return Making((("limactl", "start", f"--name={name}", "--tty=false", "{saved}/lima.yaml"),), (settings,))


COLIMA = Tool(
    kind="colima",
    title="Colima",
    program="colima",
    default="default",
    automatic=frozenset(Rung),
    look=_colima_state,
    start=(("colima", "start", "[name]"),),
    stop=(("colima", "stop", "[name]"),),
    restart=(("colima", "restart", "[name]"),),
    update=(("colima", "update", "[name]"),),
    revive=(("colima", "stop", "--force", "[name]"),),
    delete=(("colima", "delete", "--force", "[name]"),),
    making=_colima_making,
    loses="all images and volumes where the VM is older than Colima 0.9",
    access=_colima_access,
    identity=_colima_identity,
    tenants=_colima_tenants,
    way_in=("colima", "ssh", "--profile", "{name}", "--"),
)

LIMA = Tool(
    kind="lima",
    title="Lima",
    program="limactl",
    default="default",
    automatic=frozenset({Rung.START, Rung.RESTART, Rung.RECREATE}),
    look=_lima_state,
    start=(("limactl", "start", "--tty=false", "{name}"),),
    stop=(("limactl", "stop", "{name}"),),
    restart=(("limactl", "stop", "{name}"), ("limactl", "start", "--tty=false", "{name}")),
    revive=(("limactl", "stop", "-f", "{name}"),),
    delete=(("limactl", "delete", "-f", "{name}"),),
    making=_lima_making,
    loses="all images and volumes on the instance's own disk",
    access=_lima_access,
    identity=lambda host, name: born(_lima_folder(host, name) / "lima.yaml"),
    tenants=_lima_tenants,
    way_in=("limactl", "shell", "{name}"),
)
