"""Who may use the engine's socket on this machine, and what systemd says of the engine."""

from __future__ import annotations

from devbox.doctor.facts import Groups, Missing, Where
from devbox.doctor.host import HostView
from devbox.doctor.sources.engine import socket_path


def groups(host: HostView, where: Where) -> Groups | Missing:
    """The socket's group, and whether the user and this session are in it."""
    if where.endpoint is None or not where.url.startswith("unix://"):
        return Missing("the endpoint is no socket")
    return host.socket_groups(socket_path(where.endpoint))


def service(host: HostView) -> str:
    """`systemctl is-active docker`; "" where there is no systemd that would answer."""
    if host.platform != "linux" or not host.which("systemctl"):
        return ""
    said = host.run(("systemctl", "is-active", "docker"), 1.5).out.strip()
    return said if said in ("active", "activating", "deactivating", "inactive", "failed", "reloading") else ""
