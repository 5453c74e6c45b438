"""Products that devbox recognises, and whose commands it prints rather than runs (Docker Desktop: start, restart).

What is not known for sure about them is not done: their VMs hold more than Docker (Kubernetes, other distributions).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.doctor.backends.asking import ask, objects
from devbox.doctor.backends.model import ASK, Rung, State, Tool

if TYPE_CHECKING:
    from devbox.doctor.host import HostView

_WORDS = {
    "running": State.RUNNING,
    "started": State.RUNNING,
    "starting": State.STARTING,
    "restarting": State.STARTING,
    "stopped": State.STOPPED,
    "stopping": State.STOPPED,
    "suspended": State.STOPPED,
    "suspending": State.STOPPED,
    "saved": State.STOPPED,
    "poweroff": State.STOPPED,
    "aborted": State.STOPPED,
    "disabled": State.STOPPED,
    "deleted": State.MISSING,
    "not_created": State.MISSING,
    "nonexistent": State.MISSING,
    "error": State.BROKEN,
}


def _word(text: object) -> State:
    return _WORDS.get(str(text).strip().lower(), State.UNKNOWN)


def _desktop(host: HostView, _name: str) -> State:
    found = ask(host, "docker", "desktop", "status", "--format", "json")
    return _word(found[0].get("Status", found[0].get("status"))) if found else State.UNKNOWN


def _rancher(host: HostView, _name: str) -> State:
    found = ask(host, "rdctl", "api", "/v1/backend_state")
    return _word(found[0].get("vmState")) if found else State.STOPPED


def _orb(host: HostView, _name: str) -> State:
    return _word(host.run(("orb", "status"), ASK).out)


def _minikube(host: HostView, name: str) -> State:
    """Its exit status is a bit mask, and it prints its JSON all the same; an array for several nodes."""
    found = objects(host.run(("minikube", "status", "-o", "json", "-p", name), ASK).out)
    return _word(found[0].get("Host")) if found else State.UNKNOWN


def _multipass(host: HostView, name: str) -> State:
    found = ask(host, "multipass", "list", "--format", "json")
    rows = found[0].get("list") if found else None
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("name") == name:
            return _word(row.get("state"))
    return State.MISSING if found else State.UNKNOWN


def distributions(host: HostView) -> dict[str, str]:
    """WSL's distributions and their states. `wsl` writes UTF-16 unless `WSL_UTF8` is set, and old ones even then."""
    text = host.run(("wsl", "-l", "-v"), ASK, env={"WSL_UTF8": "1"}).out.replace("\0", "").lstrip("\ufeff")
    found = {}
    for line in text.splitlines()[1:]:
        words = line.replace("*", " ").split()
        if len(words) >= 3:
            found[words[0]] = words[1]
    return found


def _wsl(host: HostView, name: str) -> State:
    found = distributions(host)
    return _word(found[name]) if name in found else State.MISSING if found else State.UNKNOWN


def _vagrant(host: HostView, name: str) -> State:
    """CSV: time, target, type, data."""
    for line in host.run(("vagrant", "status", "--machine-readable"), ASK).out.splitlines():
        parts = line.split(",")
        if len(parts) >= 4 and parts[1] == name and parts[2] == "state":
            return _word(parts[3])
    return State.UNKNOWN


DESKTOP = Tool(
    kind="docker-desktop",
    title="Docker Desktop",
    program="docker",
    automatic=frozenset({Rung.START, Rung.RESTART}),
    look=_desktop,
    start=(("docker", "desktop", "start"),),
    stop=(("docker", "desktop", "stop"),),
    restart=(("docker", "desktop", "restart"),),
    update=(("docker", "desktop", "update"),),
    loses="all images, containers and volumes",
    tenants=lambda _host, _name: ("Docker Desktop's Kubernetes",),
)
RANCHER = Tool(
    kind="rancher-desktop",
    title="Rancher Desktop",
    program="rdctl",
    look=_rancher,
    start=(("rdctl", "start", "--wait"),),
    stop=(("rdctl", "shutdown", "--wait"),),
    restart=(("rdctl", "shutdown", "--wait"), ("rdctl", "start", "--wait")),
    by_hand=(("rdctl", "snapshot", "create", "before"), ("rdctl", "reset", "--vm")),
    loses="all images and volumes, and its Kubernetes",
    tenants=lambda _host, _name: ("Rancher's Kubernetes",),
)
ORBSTACK = Tool(
    kind="orbstack",
    title="OrbStack",
    program="orb",
    look=_orb,
    start=(("orb", "start"),),
    stop=(("orb", "stop"),),
    restart=(("orb", "restart", "docker"),),
    tenants=lambda _host, _name: ("OrbStack's other machines",),
)
MINIKUBE = Tool(
    kind="minikube",
    title="minikube",
    program="minikube",
    default="minikube",
    look=_minikube,
    start=(("minikube", "start", "-p", "{name}"),),
    stop=(("minikube", "stop", "-p", "{name}"),),
    restart=(("minikube", "stop", "-p", "{name}"), ("minikube", "start", "-p", "{name}")),
    by_hand=(("minikube", "delete", "-p", "{name}"), ("minikube", "start", "-p", "{name}")),
    loses="the cluster, all images and volumes",
    local_ports=False,
    tenants=lambda _host, _name: ("minikube's cluster",),
)
MULTIPASS = Tool(
    kind="multipass",
    title="Multipass",
    program="multipass",
    look=_multipass,
    start=(("multipass", "start", "{name}"),),
    stop=(("multipass", "stop", "{name}"),),
    restart=(("multipass", "restart", "{name}"),),
    by_hand=(("multipass", "delete", "{name}"),),
    loses="the whole VM once it is purged; until then `multipass recover` brings it back",
    local_ports=False,
)
WSL = Tool(
    kind="wsl",
    title="WSL",
    program="wsl",
    look=_wsl,
    start=(("wsl", "-d", "{name}", "-u", "root", "service", "docker", "start"),),
    stop=(("wsl", "--terminate", "{name}"),),
    restart=(("wsl", "-d", "{name}", "-u", "root", "service", "docker", "restart"),),
    update=(("wsl", "--update"),),
    loses="the whole distribution",
    tenants=lambda host, name: tuple(d for d in distributions(host) if d != name) or (f"the distribution {name}",),
)
VAGRANT = Tool(
    kind="vagrant",
    title="Vagrant",
    program="vagrant",
    default="default",
    look=_vagrant,
    start=(("vagrant", "up", "{name}"),),
    stop=(("vagrant", "halt", "{name}"),),
    restart=(("vagrant", "reload", "{name}"),),
    by_hand=(("vagrant", "destroy", "-f", "{name}"), ("vagrant", "up", "{name}")),
    loses="the whole VM",
    local_ports=False,
)
