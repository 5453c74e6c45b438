"""Port forwarding of VirtualBox VMs (boot2docker, docker-machine): `natpf1` rules from this machine's loopback.

VirtualBox delivers to the guest's NAT address when a rule names no guest address, never to the guest's loopback; what
is published on the VM's host-only address alone is reached under that address. So a rule names the address that the
guest really publishes on. Rules die with the VM.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from devbox.doctor.backends.model import ASK, Backend, Command, State

if TYPE_CHECKING:
    from devbox.doctor.host import HostView
    from devbox.doctor.repair import Repair
    from devbox.engine.api import Endpoint

_RULE = re.compile(r'^Forwarding\(\d+\)="([^,"]*),tcp,([^,"]*),(\d+),([^,"]*),(\d+)"', re.MULTILINE)
KINDS = ("boot2docker", "docker-machine")


def vm_of(backend: Backend) -> str:
    """The VM's name in VirtualBox."""
    return backend.name or backend.tool.default


def rules(host: HostView, vm: str) -> dict[str, tuple[str, int, str, int]]:
    """The VM's rules by name: (host address, host port, guest address, guest port)."""
    said = host.run(("VBoxManage", "showvminfo", vm, "--machinereadable"), ASK).out
    return {name: (ip, int(port), guest, int(inner)) for name, ip, port, guest, inner in _RULE.findall(said)}


def wanted(port: int, guest: str) -> str:
    """The rule for a port, as VBoxManage takes it."""
    return f"devbox-{port},tcp,127.0.0.1,{port},{guest},{port}"


def commands(host: HostView, backend: Backend, ports: tuple[int, ...], guest: str, state: State) -> tuple[Command, ...]:
    """What makes these ports reach the guest; nothing for those that do."""
    vm, found = vm_of(backend), rules(host, vm_of(backend))
    running = state is State.RUNNING
    out: list[Command] = []
    for port in ports:
        name = f"devbox-{port}"
        if found.get(name) == ("127.0.0.1", port, guest, port):
            continue
        if name in found:
            out.append(_line(vm, running, ("delete", name)))
        out.append(rule_line(vm, running, wanted(port, guest)))
    return tuple(out)


def rule_line(vm: str, running: bool, rule: str) -> Command:
    """The command that sets a rule."""
    return _line(vm, running, (rule,))


def _line(vm: str, running: bool, rest: tuple[str, ...]) -> Command:
    return ("VBoxManage", "controlvm", vm, "natpf1", *rest) if running else (
        "VBoxManage", "modifyvm", vm, "--natpf1", *rest,
    )  # fmt: skip


def forward(repair: Repair, backend: Backend, ports: tuple[int, ...], endpoint: Endpoint | None) -> None:
    """Forward these ports of this machine's loopback to the guest."""
    if backend.kind not in KINDS or not ports:
        return
    host = repair.host
    repair.run(
        commands(host, backend, ports, guest_address(endpoint), backend.state(host)),
        "its ports do not reach this machine by themselves",
    )


def guest_address(endpoint: Endpoint | None) -> str:
    """The address in the VM that devbox publishes on there: the host-only one that the engine is reached at."""
    published = endpoint.publish if endpoint else None
    if published and published != "127.0.0.1":
        return published
    name = urlsplit(endpoint.url).hostname if endpoint else None
    return name if name and name not in ("localhost", "127.0.0.1") else ""
