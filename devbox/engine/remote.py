"""The engine over TCP, TLS or a named pipe: the Docker SDK's low-level client as the transport."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import IO, Any

import urllib3
from docker import APIClient
from docker.errors import DockerException
from docker.tls import TLSConfig

from devbox.engine.api import Endpoint
from devbox.engine.local import LocalExchange
from devbox.engine.tls import TlsConnection
from devbox.engine.transport import Exchange, Request, Socket
from devbox.engine.window import OUR_MIN
from devbox.errors import Cure, DevboxError


class SdkTransport:
    """The SDK's session: its pools, certificates, proxies and pipes. Its verbs are not used: they have no time-outs."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.client = _client(endpoint)
        self.current = threading.local()
        self._lock = threading.Lock()
        adapter = self.client.get_adapter(self.client.base_url)
        self._pool_of = adapter.get_connection_with_tls_context
        adapter.get_connection_with_tls_context = self._tracked

    def exchange(self, *, upgrade: bool = False) -> Exchange:
        """A new one, not sent yet."""
        if upgrade and self._endpoint.tls is not None:
            return LocalExchange(TlsConnection(self._endpoint))
        return SdkExchange(self)

    def close(self) -> None:
        """Drop idle connections."""
        self.client.close()

    def _tracked(self, *args: Any, **kwargs: Any) -> Any:
        """A connection pool that tells the exchange of this thread which connection it was given."""
        pool = self._pool_of(*args, **kwargs)
        with self._lock:
            if not hasattr(pool, "devbox_get"):
                pool.devbox_get = pool._get_conn
                pool._get_conn = lambda *a, **k: self._lend(pool.devbox_get(*a, **k))
        return pool

    def _lend(self, connection: Any) -> Any:
        exchange = getattr(self.current, "exchange", None)
        if exchange is not None:
            exchange.connection = connection
        return connection


class SdkExchange:
    """One request through the SDK's session."""

    def __init__(self, transport: SdkTransport) -> None:
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.connection: Any = None
        self._transport = transport
        self._answer: Any = None
        self._whole = False

    def send(self, request: Request) -> None:
        """Send, and read the answer's head."""
        client = self._transport.client
        self._transport.current.exchange = self
        try:
            self._answer = client.request(
                request.method,
                client.base_url + request.target,
                headers=dict(request.headers),
                data=request.body,
                timeout=(request.connect_timeout, request.read_timeout),
                stream=True,
                allow_redirects=False,
                # Said each time: otherwise REQUESTS_CA_BUNDLE in the environment would win over the engine's own CA.
                verify=client.verify,
            )
        finally:
            self._transport.current.exchange = None
        self.status = self._answer.status_code
        self.headers = {name.lower(): value for name, value in self._answer.headers.items()}

    def read1(self, size: int) -> bytes:
        """The next piece of the body."""
        piece: bytes = self._answer.raw.read1(size, decode_content=False) if self._answer is not None else b""
        self._whole = not piece
        return piece

    def raw(self) -> tuple[IO[bytes], Socket]:
        """Reader and socket below the HTTP; the reader may hold what came with the head."""
        return self._answer.raw._fp.fp, self._socket()

    def abort(self) -> None:
        """End it now."""
        with contextlib.suppress(Exception):
            self._socket().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the connection back, or up when the body was not read to its end."""
        if self._answer is None:
            return
        if not self._whole:
            self.abort()
        self._answer.close()

    def _socket(self) -> Any:
        if self._answer is not None and self._answer.raw._fp is not None and self._answer.raw._fp.fp is not None:
            reader = self._answer.raw._fp.fp.raw
            # A socket's reader keeps it as `_sock`, a named pipe's as `sock`.
            return getattr(reader, "_sock", None) or reader.sock
        return self.connection.sock


def _client(endpoint: Endpoint) -> APIClient:
    tls = _tls(endpoint)
    try:
        # A version that is given keeps the constructor from asking the engine, with the time-out of a minute.
        return APIClient(base_url=endpoint.url, version=OUR_MIN, tls=tls, use_ssh_client=True)
    except DockerException:
        raise
    except Exception as error:
        # It reads the docker CLI's config.json, and takes every part of it for what it should be.
        raise DevboxError(
            "config.corrupt",
            "The docker CLI's config.json cannot be used.",
            cause=f"{type(error).__name__}: {error}",
            cures=(Cure("Correct its credentials, or move the file out of the way."),),
        ) from error


def _tls(endpoint: Endpoint) -> TLSConfig | bool:
    if endpoint.tls is None:
        return False
    ca, cert, key = endpoint.tls
    if not endpoint.tls_verify:
        # It would warn at every request of what the user's own settings say.
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    return TLSConfig(client_cert=(cert, key) if cert and key else None, ca_cert=ca, verify=endpoint.tls_verify)
