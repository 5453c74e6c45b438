"""The ports of our stacks: free, ours, or whose."""

from __future__ import annotations

from devbox.doctor import cures
from devbox.doctor.checks.words import fail, ok, skip, warn
from devbox.doctor.facts import Facts, Missing, Ports
from devbox.doctor.host import Listener
from devbox.doctor.model import Finding, Remedy
from devbox.sandbox import labels
from devbox.sandbox.ports import clash

AIRPLAY = (5000, 7000)


def _foreign(facts: Facts) -> str:
    """Why this machine's ports are not where sandboxes are published; "" when they are."""
    endpoint = facts.where.endpoint
    if endpoint is None or endpoint.publish is None:
        return "sandboxes are not published on this machine"
    return "" if endpoint.publish == "127.0.0.1" else f"sandboxes are published on the VM's own {endpoint.publish}"


def taken(facts: Facts) -> list[Finding]:
    """Whether the usual ports are free, or held by a sandbox of ours."""
    id, ports = "ports.taken", facts.ports
    if isinstance(ports, Missing):
        return skip(id, ports)
    if why := _foreign(facts):
        return skip(id, why)
    ours = _held(facts, mine=True)
    held = {port: why for port, why in ports.refused.items() if port not in ours}
    if not held:
        said = ", ".join(f"{port}: {name}" for port, name in sorted(ours.items()) if port in ports.wanted)
        return ok(id, "the ports of our stacks are free or our own", said)
    theirs = _held(facts, mine=False)
    said = "; ".join(f"{port}: {_holder(ports, theirs, port, why)}" for port, why in sorted(held.items()))
    first = min(held)
    words = ", ".join(f"{port} ({ports.wanted[port]})" for port in sorted(held))
    look = Remedy("See which program has it.", _look(facts.platform, first))
    take = Remedy("Or take other ports; devbox does so by itself where none is asked for.", "devbox up --help")
    return warn(id, f"taken ports: {words}", said, look, take)


def _look(platform: str, port: int) -> str:
    if platform == "win32":
        return f"netstat -ano | findstr :{port}"
    return f"lsof -nP -iTCP:{port} -sTCP:LISTEN" if platform == "darwin" else f"ss -ltnp 'sport = :{port}'"


def _held(facts: Facts, *, mine: bool) -> dict[int, str]:
    """Ports that running containers publish, by container."""
    things = facts.things
    containers = () if isinstance(things, Missing) else things.containers
    return {
        port.host: f"container {container.name}"
        for container in containers
        if labels.is_ours(container.labels) is mine
        for port in container.ports
        if clash(port.host_ip, "127.0.0.1")
    }


def _holder(ports: Ports, containers: dict[int, str], port: int, why: str) -> str:
    if port in containers:
        return containers[port]
    found = [listener for listener in ports.listeners if listener.port == port]
    named = next((listener for listener in found if listener.program), None)
    if named:
        return f"{named.program} (pid {named.pid})"
    return "a program of another user" if found else why


def reserved(facts: Facts) -> list[Finding]:
    """Ranges that Windows keeps for Hyper-V: no program shows as their owner."""
    id, ports = "ports.reserved", facts.ports
    if facts.platform != "win32":
        return ok(id, "no ranges are kept on this system")
    if isinstance(ports, Missing):
        return skip(id, ports)
    hit = [(port, low, high) for port in ports.wanted for low, high in ports.reserved if low <= port <= high]
    if not hit:
        return ok(id, "Windows keeps none of our ports", f"{len(ports.reserved)} ranges are kept")
    port, low, high = hit[0]
    give = Remedy("Let Windows choose its ranges anew (as administrator).", "net stop winnat && net start winnat")
    other = Remedy("Or take a port outside.", "netsh interface ipv4 show excludedportrange protocol=tcp")
    names = ", ".join(str(found[0]) for found in hit)
    return warn(id, f"Windows keeps ports of ours for itself: {names}", f"{port} lies in {low} to {high}", give, other)


def airplay(facts: Facts) -> list[Finding]:
    """On macOS, AirPlay listens on 5000 and 7000."""
    id, ports = "ports.airplay", facts.ports
    if facts.platform != "darwin":
        return ok(id, "no AirPlay on this system")
    if isinstance(ports, Missing):
        return skip(id, ports)
    hit = [port for port in ports.wanted if port in AIRPLAY and (_airplay(ports.listeners) or port in ports.refused)]
    if not hit:
        return ok(id, "AirPlay has none of our ports")
    off = Remedy("Switch AirPlay Receiver off in the system settings (General, AirDrop & Handoff), or take another.")
    return warn(id, f"AirPlay has port {hit[0]}", "macOS listens on 5000 and 7000 for it", off)


def _airplay(listeners: tuple[Listener, ...]) -> bool:
    return any(found.program.startswith("ControlCe") and found.port in AIRPLAY for found in listeners)


def reach(facts: Facts) -> list[Finding]:
    """Whether what running sandboxes publish is reached from this machine, by its own address too."""
    id, ports = "ports.reach", facts.ports
    if isinstance(ports, Missing):
        return skip(id, ports)
    if isinstance(facts.things, Missing):
        return skip(id, facts.things)
    silent = {place: why for place, why in ports.answers.items() if why}
    if silent:
        ip, port = next(iter(silent))
        said = "; ".join(f"{ip}:{port}: {why}" for (ip, port), why in silent.items())
        title = f"a running sandbox's port is not reached from this machine: {ip}:{port}"
        return fail(id, title, said, cures.forward(tuple(port for _, port in silent)), cures.RESTART)
    return _by_name(facts, ports)


def _by_name(facts: Facts, ports: Ports) -> list[Finding]:
    """A VM of its own address: what it publishes is not at localhost, unless somebody forwards it."""
    id, endpoint = "ports.reach", facts.where.endpoint
    if not ports.answers:
        return ok(id, "no sandbox publishes a port now")
    vm = endpoint is not None and endpoint.publish not in (None, "127.0.0.1")
    here = {listener.port for listener in ports.listeners} | set(ports.refused)
    lost = (
        sorted(port for ip, port in ports.answers if vm and ip == endpoint.publish and port not in here)
        if endpoint
        else []
    )
    if lost and endpoint:
        said = f"it is at http://{endpoint.publish}:{lost[0]}, and not at http://localhost:{lost[0]}"
        forward = cures.forward(tuple(lost))
        return warn(id, f"the VM's ports do not reach this machine's localhost: {lost[0]}", said, forward)
    return ok(id, f"every port of the running sandboxes answers ({len(ports.answers)})")
