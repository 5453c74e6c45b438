"""Engines of this machine itself: a service of systemd or sysvinit, or a rootless one of the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.doctor.backends.model import ASK, Rung, State, Tool

if TYPE_CHECKING:
    from devbox.doctor.host import HostView

_STATES = {
    "active": State.RUNNING,
    "activating": State.STARTING,
    "reloading": State.RUNNING,
    "inactive": State.STOPPED,
    "deactivating": State.STOPPED,
    "failed": State.BROKEN,
}
_BOTH = frozenset({Rung.START, Rung.RESTART})


def _active(host: HostView, *manager: str) -> State:
    ran = host.run((*manager, "is-active", "docker"), ASK)
    return _STATES.get(ran.out.strip().lower(), State.UNKNOWN)


def _service(host: HostView, _name: str) -> State:
    ran = host.run(("service", "docker", "status"), ASK)
    if ran.code == 0:
        return State.RUNNING
    return State.STOPPED if ran.code in (1, 3) else State.UNKNOWN


def systemd(admin: bool) -> Tool:
    """Docker as a service of systemd; `admin`: this is root, and needs no sudo."""
    manager = ("systemctl",) if admin else ("sudo", "systemctl")
    return Tool(
        kind="systemd",
        title="Docker",
        program="systemctl",
        automatic=_BOTH,
        look=lambda host, _name: _active(host, "systemctl"),
        start=((*manager, "start", "docker"),),
        stop=((*manager, "stop", "docker.socket", "docker"),),
        restart=((*manager, "restart", "docker"),),
        revive=((*manager, "reset-failed", "docker"),),
    )


def sysvinit(admin: bool) -> Tool:
    """Docker started by an init script."""
    manager = ("service",) if admin else ("sudo", "service")
    return Tool(
        kind="sysvinit",
        title="Docker",
        program="service",
        automatic=_BOTH,
        look=_service,
        start=((*manager, "docker", "start"),),
        stop=((*manager, "docker", "stop"),),
        restart=((*manager, "docker", "restart"),),
    )


ROOTLESS = Tool(
    kind="rootless",
    title="rootless Docker",
    program="systemctl",
    automatic=_BOTH,
    look=lambda host, _name: _active(host, "systemctl", "--user"),
    start=(("systemctl", "--user", "start", "docker"),),
    stop=(("systemctl", "--user", "stop", "docker"),),
    restart=(("systemctl", "--user", "restart", "docker"),),
    revive=(("systemctl", "--user", "reset-failed", "docker"),),
)


def native(host: HostView) -> Tool:
    """How this Linux starts its services."""
    from pathlib import Path

    run = systemd if host.kind(Path("/run/systemd/system")) == "folder" else sysvinit
    return run(host.is_admin())
