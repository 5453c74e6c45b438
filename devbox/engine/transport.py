"""One HTTP request to an engine, and the seam below it: local sockets go straight, all else through the Docker SDK.

`import docker` costs 150 ms, most of it for HTTP features that a unix socket has no use for; a `status` is to take
250 ms in all. So `local.py` speaks to unix sockets and to ssh with the standard library's HTTP, and `remote.py` uses
the SDK's client for TCP, TLS, proxies and named pipes. Both are held to the same tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from typing import IO, Protocol

from devbox.engine.api import Endpoint
from devbox.frozen import dataclass


class Socket(Protocol):
    """What is used of a socket."""

    def sendall(self, data: bytes, /) -> None:
        """Send all of it."""

    def shutdown(self, how: int, /) -> None:
        """End one or both directions."""

    def settimeout(self, seconds: float | None, /) -> None:
        """Seconds that a read or a write may take; None: any."""

    def close(self) -> None:
        """Close it."""


@dataclass(frozen=True)
class Request:
    """What is asked: `target` is path and query; `body` bytes, or pieces of unknown number; time-outs in seconds."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Iterable[bytes] | None = None
    connect_timeout: float = 4.0
    read_timeout: float | None = 60.0


class Exchange(Protocol):
    """One request and its answer. `abort` may come from another thread, at any time."""

    status: int
    headers: Mapping[str, str]
    """The answer's, names in lower case."""

    def send(self, request: Request) -> None:
        """Send, and read the answer's head. Raises what the transport raises (`translate.py` knows it)."""

    def read1(self, size: int) -> bytes:
        """The next piece of the body, as soon as there is one; b"" at its end."""

    def raw(self) -> tuple[IO[bytes], Socket]:
        """Reader and socket below the HTTP, after an upgrade."""

    def abort(self) -> None:
        """End it now: a blocked `send` or `read1` fails."""

    def close(self) -> None:
        """Give the connection up, or back when the body was read to its end."""


class Transport(Protocol):
    """Makes exchanges."""

    def exchange(self, *, upgrade: bool = False) -> Exchange:
        """A new one, not sent yet; `upgrade`: for a connection that is taken over (`raw`)."""

    def close(self) -> None:
        """Drop idle connections."""


Opener = Callable[[Endpoint], Transport]


def open_transport(endpoint: Endpoint, platform: str) -> Transport:
    """The transport for this endpoint's scheme. Raises what the SDK's constructor raises; connects to nothing."""
    scheme = endpoint.url.partition("://")[0]
    if scheme == "unix" or (scheme == "ssh" and platform != "win32"):
        from devbox.engine.local import LocalTransport

        return LocalTransport(endpoint.url)
    from devbox.engine.remote import SdkTransport

    return SdkTransport(endpoint)
