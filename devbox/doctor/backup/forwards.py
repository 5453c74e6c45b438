"""Port forwarding of VirtualBox VMs across a recreate: rules die with the VM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.doctor.backends import natpf
from devbox.doctor.backends.model import Backend, Command, State

if TYPE_CHECKING:
    from devbox.doctor.backup.manifest import Backup
    from devbox.doctor.host import HostView
    from devbox.doctor.repair import Repair
    from devbox.engine.api import Endpoint

_OWN = ("ssh", "docker")
"""Rules that the VM's own program makes."""


def rules_of(host: HostView, backend: Backend) -> tuple[str, ...]:
    """The rules that somebody set, as VBoxManage takes them."""
    if backend.kind not in natpf.KINDS:
        return ()
    found = natpf.rules(host, natpf.vm_of(backend))
    return tuple(
        f"{name},tcp,{ip},{port},{guest},{inner}"
        for name, (ip, port, guest, inner) in found.items()
        if name not in _OWN
    )


def forward_again(repair: Repair, backend: Backend, backup: Backup, endpoint: Endpoint) -> None:
    """Set them again; one of devbox's own leads to the new VM's address."""
    if backend.kind not in natpf.KINDS or not backup.manifest.rules:
        return
    vm = natpf.vm_of(backend)
    there = natpf.rules(repair.host, vm)
    running = backend.state(repair.host) is State.RUNNING
    commands: list[Command] = []
    for rule in backup.manifest.rules:
        name, _, _, port, *_ = rule.split(",")
        if name in there:
            continue
        wanted = natpf.wanted(int(port), natpf.guest_address(endpoint)) if name == f"devbox-{port}" else rule
        commands.append(natpf.rule_line(vm, running, wanted))
    repair.run(tuple(commands), "port forwarding died with the VM")
