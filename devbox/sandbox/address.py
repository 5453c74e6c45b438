"""Where a sandbox's ports are published, and under which address they are reached from here."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from devbox.engine.api import Container, Endpoint
from devbox.errors import Cure, DevboxError
from devbox.sandbox import labels
from devbox.sandbox.choices import of_container as choices_of


def publish_on(endpoint: Endpoint, asked: str | None, ports: tuple[int, ...], stack: str = "jenkins") -> str:
    """The address to publish on; raises `engine.remote` for an engine on another machine, unless one is asked for.

    Whoever reaches a published port of a remote engine reaches what runs there: nobody gets that without asking.
    """
    if asked:
        return asked
    if endpoint.publish is not None:
        return endpoint.publish
    forwards = " ".join(f"-L {port}:127.0.0.1:{port}" for port in ports)
    raise DevboxError(
        "engine.remote",
        f"the engine at {endpoint.url} is on another machine, and its ports are not published to the network unasked",
        cures=(
            Cure("publish on that machine's loopback and tunnel", f"devbox up {stack} --publish-address 127.0.0.1"),
            Cure("with this beside it", f"ssh -N {forwards} {_login(endpoint)}"),
        ),
    )


def _login(endpoint: Endpoint) -> str:
    """The words for ssh that lead to the engine's machine: user and port as the endpoint has them."""
    parts = urlsplit(endpoint.url)
    if parts.scheme != "ssh":
        return endpoint.reach
    host = f"{parts.username}@{parts.hostname}" if parts.username else str(parts.hostname)
    return f"-p {parts.port} {host}" if parts.port else host


def reach(endpoint: Endpoint, published: str) -> str:
    """The host under which a port published on that address is reached from this machine."""
    address = ipaddress.ip_address(published)
    if address.is_unspecified:
        return endpoint.reach
    return f"[{published}]" if address.version == 6 else published


def is_public(published: str, endpoint: Endpoint) -> bool:
    """Whether other machines may reach a port published on that address."""
    return not ipaddress.ip_address(published).is_loopback and published != endpoint.publish


SCHEMES = {"queue": "redis"}
"""What the URLs of a stack begin with, where that is not http."""


def base_url(host: str, port: int, prefix: str, stack: str = "jenkins") -> str:
    """`http://127.0.0.1:8080/prefix`, `redis://127.0.0.1:6379`, without a trailing slash."""
    return f"{SCHEMES.get(stack, 'http')}://{host}:{port}{prefix}"


def of_container(container: Container, endpoint: Endpoint) -> str | None:
    """The base URL of a container's published port, from its labels and ports; None: not published now."""
    choices = choices_of(container.labels, {})
    for port in container.ports:
        if str(port.container) == container.labels.get(labels.HTTP):
            host = reach(endpoint, port.host_ip or "127.0.0.1")
            return base_url(host, port.host, choices.prefix(), choices.stack)
    return None
