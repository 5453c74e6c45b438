"""One HTTP request to an engine within a deadline, over a connection of its own: no pool, no retry, no SDK."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from devbox.doctor.host import LIMIT, Rejected, Reply, Unanswered

if TYPE_CHECKING:
    from devbox.engine.api import Endpoint

_HEADERS = {"User-Agent": "devbox doctor", "Accept-Encoding": "identity"}


def ask(endpoint: Endpoint, target: str, timeout: float, method: str, body: bytes, platform: str) -> Reply:
    """The answer; raises TimeoutError at the deadline, however slowly it drips."""
    headers = {**_HEADERS, **({"Content-Type": "application/json"} if body else {})}
    scheme = endpoint.url.partition("://")[0]
    if scheme != "tcp":
        return _by_transport(endpoint, target, timeout, method, body, headers, platform)
    parts = urlsplit(endpoint.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.sock = _connect(endpoint, parts.hostname or "", parts.port or 2375, timeout)
        with _Deadline(timeout, connection):
            answer = _answer(connection, endpoint, (method, target, body or None, headers))
            found = {name.lower(): value for name, value in answer.getheaders()}
            content = answer.read(LIMIT)
            if answer.length and len(content) < LIMIT:
                raise http.client.IncompleteRead(content, answer.length)
            return Reply(answer.status, found, content)
    finally:
        connection.close()


def _answer(
    connection: http.client.HTTPConnection, endpoint: Endpoint, request: tuple[str, str, bytes | None, dict[str, str]]
) -> http.client.HTTPResponse:
    """The answer's head. TLS 1.3 looks at our certificate only after the greeting is over."""
    try:
        connection.request(*request)
        return connection.getresponse()
    except (ConnectionError, ssl.SSLEOFError) as error:
        if endpoint.tls is None:
            raise
        raise Rejected(str(error)) from error


def _connect(endpoint: Endpoint, name: str, port: int, timeout: float) -> socket.socket:
    """TCP, and TLS where the endpoint has it."""
    try:
        raw = socket.create_connection((name, port), timeout)
    except TimeoutError as error:
        raise Unanswered(str(error)) from error
    if endpoint.tls is None:
        return raw
    try:
        return _context(endpoint).wrap_socket(raw, server_hostname=name)
    except BaseException:
        raw.close()
        raise


def _context(endpoint: Endpoint) -> ssl.SSLContext:
    ca, cert, key = endpoint.tls or (None, None, None)
    context = ssl.create_default_context(cafile=ca)
    if not endpoint.tls_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if cert:
        context.load_cert_chain(cert, key)
    return context


def _by_transport(
    endpoint: Endpoint, target: str, timeout: float, method: str, body: bytes, headers: dict[str, str], platform: str
) -> Reply:
    """Sockets, pipes and ssh: what `engine` has for them."""
    from devbox.engine.transport import Request, open_transport

    transport = open_transport(endpoint, platform)
    exchange = transport.exchange()
    try:
        with _Deadline(timeout, exchange):
            exchange.send(Request(method, target, headers, body or None, timeout, timeout))
            pieces, size = [], 0
            while (piece := exchange.read1(1 << 16)) and size < LIMIT:
                pieces.append(piece)
                size += len(piece)
            return Reply(exchange.status, exchange.headers, b"".join(pieces))
    finally:
        exchange.close()
        transport.close()


class _Deadline:
    """Ends an exchange when its time is over, and says so as TimeoutError."""

    def __init__(self, seconds: float, what: Any) -> None:
        self._what, self._late = what, False
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def _end(self) -> None:
        self._late = True
        try:
            if hasattr(self._what, "abort"):
                self._what.abort()
            elif self._what.sock is not None:
                self._what.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        self._timer.cancel()
        if self._late and (kind is None or isinstance(error, Exception)):
            raise TimeoutError("no answer in time") from error
