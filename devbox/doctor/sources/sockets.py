"""Ports of this machine: who listens, what is free, what answers."""

from __future__ import annotations

import errno
import re
import socket
from typing import TYPE_CHECKING

from devbox.doctor.host import Listener

if TYPE_CHECKING:
    from devbox.doctor.host import HostView

_LSOF_SECONDS = 2.0
_ANYWHERE = "0.0.0.0"  # noqa: S104 - lsof's "*", as the others write it


def listeners(host: HostView) -> tuple[Listener, ...]:
    """By psutil; on macOS it needs root for that, and lsof does not."""
    import psutil

    try:
        found = psutil.net_connections(kind="tcp")
    except (psutil.Error, OSError):
        return _by_lsof(host)
    return tuple(
        Listener(c.laddr.ip, c.laddr.port, c.pid or 0, _program(c.pid))
        for c in found
        if c.laddr and c.status == psutil.CONN_LISTEN
    )


def _program(pid: int | None) -> str:
    import psutil

    try:
        return psutil.Process(pid).name() if pid else ""
    except (psutil.Error, OSError):
        return ""


def _by_lsof(host: HostView) -> tuple[Listener, ...]:
    return parse_lsof(host.run(("lsof", "-nP", "-iTCP", "-sTCP:LISTEN", "-Fpcn"), _LSOF_SECONDS).out)


def parse_lsof(text: str) -> tuple[Listener, ...]:
    """lsof's field output: p<pid>, c<command>, n<address>:<port>."""
    found, pid, program = [], 0, ""
    for line in text.splitlines():
        kind, rest = line[:1], line[1:]
        if kind == "p":
            pid = int(rest) if rest.isdecimal() else 0
        elif kind == "c":
            program = rest
        elif kind == "n" and (where := re.fullmatch(r"(.*):(\d+)", rest)):
            found.append(Listener(where[1].strip("[]").replace("*", _ANYWHERE), int(where[2]), pid, program))
    return tuple(found)


def bind(ip: str, port: int, platform: str) -> str:
    """Whether a port could be published: bind and let go."""
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as sock:
            if platform != "win32":  # there it would take a port from whoever has it
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((ip, port))
    except OSError as error:
        known = {errno.EADDRINUSE: "in use", errno.EACCES: "denied", errno.EADDRNOTAVAIL: "no such address"}
        return known.get(error.errno or 0, str(error))
    return ""


def dial(name: str, port: int, timeout: float) -> str:
    """Connect and close."""
    try:
        with socket.create_connection((name, port), timeout):
            return ""
    except OSError as error:
        return str(error) or type(error).__name__
