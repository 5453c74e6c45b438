"""Taken ports: who has them, and which comes next. Docker's refusal decides; what is here explains and suggests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from devbox.engine.api import Container
from devbox.errors import Cure, DevboxError
from devbox.sandbox import labels

HIGHEST = 65535


def refused(error: DevboxError, candidates: Iterable[int]) -> int | None:
    """Which of our ports Docker's refusal names ("Bind for 127.0.0.1:8080 failed", "listen tcp4 127.0.0.1:8080").

    As part of an address first: the text has other numbers, a sandbox called "8080" among them.
    """
    text = f"{error.cause or ''} {error.message}"
    for pattern in (r":(\d{1,5})\b", r"\b[Pp]ort (\d{1,5})\b"):
        told = {int(n) for n in re.findall(pattern, text)}
        if found := next((port for port in candidates if port in told), None):
            return found
    return None


def holders(containers: Iterable[Container], address: str) -> dict[int, Container]:
    """Which running containers hold which host ports, as far as they clash with this address."""
    found: dict[int, Container] = {}
    for container in containers:
        for port in container.ports:
            if clash(port.host_ip, address):
                found.setdefault(port.host, container)
    return found


def clash(one: str, other: str) -> bool:
    """Whether the same port on two addresses is one port."""
    anywhere = {"", "0.0.0.0", "::"}  # noqa: S104
    return one == other or one in anywhere or other in anywhere


def next_free(port: int, taken: Iterable[int]) -> int:
    """The next port up that is not known to be taken; from the top it goes on at 1024. Raises `port.none`."""
    avoid = set(taken)
    for ports in (range(port + 1, HIGHEST + 1), range(1024, port)):
        for candidate in ports:
            if candidate not in avoid:
                return candidate
    raise DevboxError("port.none", "there is no free port on this machine")


def owner(port: int, containers: Sequence[Container], address: str, *, here: bool) -> str:
    """Who has a port, in words: container and project, else the process, as far as this user may see it.

    `here`: the port is one of this machine's, not of a VM's or another machine's.
    """
    container = holders(containers, address).get(port)
    if container is not None:
        project = container.labels.get(labels.COMPOSE_PROJECT)
        return f"container {container.name}" + (f" of project {project}" if project else "")
    return (_process(port) if here else None) or "another process"


def _process(port: int) -> str | None:
    import psutil

    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port:
                if connection.pid is None:
                    return None
                return f"process {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except (psutil.Error, OSError):
        return None
    return None


def taken(port: int, who: str, option: str, error: DevboxError | None, *, name: str, stack: str) -> DevboxError:
    """The error for a port that stays taken."""
    flag = "--" + option.replace("_", "-")
    return DevboxError(
        error.code if error is not None else "port.taken",
        f"port {port} is taken by {who}",
        cause=error.cause if error is not None else None,
        cures=(
            Cure("choose another", f"devbox up {stack} -n {name} {flag} {port + 1 if port < HIGHEST else 8081}"),
            Cure("or end what has it, and try again", f"devbox up {stack} -n {name}"),
        ),
        retryable=True,
    )
