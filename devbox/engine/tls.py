"""TLS whose two directions end one by one, for commands with streams attached.

Python's `SSLSocket` cannot end its own side without reading (and losing) what the other side still sends, and must not
be read and written at once. Over memory buffers both work: the socket below is read outside the lock, and all that came
is decrypted before anything else is done.
"""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
import threading
from typing import Any
from urllib.parse import urlsplit

from devbox.engine.api import Endpoint
from devbox.engine.local import UnixConnection

_RECORD = 1 << 14
_PIECE = 1 << 16


class TlsConnection(UnixConnection):
    """HTTP over TLS to the endpoint's host."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__("")
        self._endpoint = endpoint

    def connect(self) -> None:
        """Connect, and greet."""
        parts = urlsplit(self._endpoint.url)
        address = (parts.hostname or "", parts.port or 2376)
        wrapped = TlsSocket(socket.create_connection(address, self.timeout), _context(self._endpoint), address[0])
        # Known before the handshake, so that it can be aborted.
        self.opened = wrapped
        wrapped.handshake()
        self.sock = wrapped


class TlsSocket:
    """As much of a socket as http.client and an attached command use."""

    def __init__(self, raw: socket.socket, context: ssl.SSLContext, name: str) -> None:
        self._raw = raw
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_hostname=name)
        self._plain = bytearray()
        self._over = False
        self._lock, self._sending = threading.Lock(), threading.Lock()

    def handshake(self) -> None:
        """Greet; raises `ssl.SSLError` when certificates do not fit."""
        while True:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._raw.sendall(self._out.read())
                self._feed(self._raw.recv(_PIECE))
            except ssl.SSLError:
                with contextlib.suppress(OSError):
                    self._raw.sendall(self._out.read())
                raise
        self._raw.sendall(self._out.read())

    def recv(self, size: int) -> bytes:
        """Up to `size` bytes, b"" at the end."""
        while not self._plain and not self._over:
            piece = self._raw.recv(_PIECE)
            with self._lock:
                self._feed(piece)
                self._decrypt()
        data = bytes(self._plain[:size])
        del self._plain[:size]
        return data

    def sendall(self, data: bytes, /) -> None:
        """Send all of it."""
        for at in range(0, len(data), _RECORD):
            with self._sending:
                with self._lock:
                    self._tls.write(data[at : at + _RECORD])
                    sealed = self._out.read()
                # Not under the lock: the other side may send before it takes this.
                self._raw.sendall(sealed)

    def shutdown(self, how: int, /) -> None:
        """`SHUT_WR` says goodbye for our side alone; anything else ends the connection."""
        if how != socket.SHUT_WR:
            self._raw.shutdown(how)
            return
        with self._sending:
            with self._lock, contextlib.suppress(ssl.SSLError):
                self._tls.unwrap()
            self._raw.sendall(self._out.read())

    def makefile(self, _mode: str) -> io.BufferedReader:
        """A reader over `recv`."""
        return io.BufferedReader(_Reader(self), _PIECE)

    def settimeout(self, seconds: float | None) -> None:
        """Of the socket below."""
        self._raw.settimeout(seconds)

    def close(self) -> None:
        """Close the socket below."""
        self._raw.close()

    def _feed(self, piece: bytes) -> None:
        if piece:
            self._in.write(piece)
        else:
            self._in.write_eof()

    def _decrypt(self) -> None:
        try:
            while True:
                data = self._tls.read(_PIECE)
                self._plain += data
                if not data:
                    self._over = True
                    return
        except ssl.SSLWantReadError:
            return
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            # With a goodbye or without: whether the command is over is asked afterwards anyway.
            self._over = True


class _Reader(io.RawIOBase):
    def __init__(self, sock: TlsSocket) -> None:
        super().__init__()
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer)
        data = self._sock.recv(len(view))
        view[: len(data)] = data
        return len(data)


def _context(endpoint: Endpoint) -> ssl.SSLContext:
    ca, cert, key = endpoint.tls or (None, None, None)
    context = ssl.create_default_context(cafile=ca)
    if not endpoint.tls_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if cert:
        context.load_cert_chain(cert, key)
    return context
