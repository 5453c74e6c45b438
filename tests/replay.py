"""A small HTTP server that replays scripted answers, as an engine, a broken one, or something that is none.

It speaks on a unix socket or on TCP, keeps what it was asked, and can hang, cut a connection off or freeze altogether.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

VERSION = {"Version": "20.10.24", "ApiVersion": "1.41", "MinAPIVersion": "1.12", "Os": "linux", "Arch": "amd64"}
_PREFIX = re.compile(r"^/v([0-9.]+)(?=/)")


@dataclass(frozen=True)
class Answer:
    """What is sent back. `chunks` make a chunked stream; `then` is what follows.

    "end" it, "hang", "cut" it off, or "echo": read to the client's end, and send that back as a frame of stdout.
    """

    status: int = 200
    body: bytes | str | dict[str, Any] | list[Any] = b""
    kind: str = ""
    chunks: tuple[bytes, ...] | None = None
    then: Literal["end", "hang", "cut", "echo"] = "end"
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """Sent as it is, instead of everything else."""

    def content(self) -> tuple[bytes, str]:
        """Body and content type."""
        if isinstance(self.body, dict | list):
            return json.dumps(self.body).encode(), self.kind or "application/json"
        return self.body.encode() if isinstance(self.body, str) else self.body, self.kind or "text/plain; charset=utf-8"


HANG = Answer(raw=b"", then="hang")
"""Takes the request and never answers."""

Route = Answer | list[Answer] | Callable[["Seen"], Answer]


@dataclass(frozen=True)
class Seen:
    """A request that came; `target` without the version prefix, which is `version` ("" without one)."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    version: str = ""

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


class ReplayServer:
    """A context manager. Routes are by "METHOD /path", then "*"; `/version` and `/_ping` have answers of their own.

    A list of answers is used up one by one, the last one stays.
    """

    def __init__(
        self,
        routes: Mapping[str, Route] | None = None,
        *,
        unix: Path | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._tls = tls
        self.routes: dict[str, Route] = {"GET /version": Answer(body=VERSION), "GET /_ping": Answer(body="OK")}
        self.routes.update(routes or {})
        self.seen: list[Seen] = []
        self.frozen = threading.Event()
        """Set it, and no request is answered any more."""
        self.hanging = threading.Event()
        """Set once a request hangs."""
        self.left = threading.Event()
        """Set once a client closed a connection whose answer hung."""
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        if unix is not None:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(unix))
            self.url = f"unix://{unix}"
        else:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self.url = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self._listener.listen(32)

    def __enter__(self) -> ReplayServer:
        threading.Thread(target=self._accept, name="replay", daemon=True).start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.die()

    def die(self) -> None:
        """Close everything, as a killed daemon does."""
        self._over.set()
        with self._lock:
            sockets = [self._listener, *self._sockets]
        for sock in sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def asked(self, method: str, path: str) -> list[Seen]:
        """The requests of this kind that came."""
        return [seen for seen in self.seen if (seen.method, seen.path) == (method, path)]

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._sockets.append(sock)
            threading.Thread(target=self._serve, args=(sock,), name="replay-one", daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        if self._tls is not None:
            try:
                sock = self._tls.wrap_socket(sock, server_side=True)
            except OSError:
                sock.close()
                return
        reader = sock.makefile("rb")
        with suppress(OSError, ValueError):
            if self._tls is None and not sock.recv(1, socket.MSG_PEEK).isalpha():
                # No HTTP (a TLS greeting): refused as Go's server does.
                sock.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
            while (seen := _read(reader)) is not None:
                self.seen.append(seen)
                if not self._answer(sock, reader, seen):
                    break
        reader.close()
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()

    def _answer(self, sock: socket.socket, reader: Any, seen: Seen) -> bool:
        """Whether the connection can be used again."""
        if self.frozen.is_set():
            self._hang(sock)
            return False
        answer = self._route(seen)
        self._send(sock, answer)
        if answer.then == "hang":
            self._hang(sock)
        if answer.then == "echo":
            data = reader.read()
            sock.sendall(b"\x01\0\0\0" + len(data).to_bytes(4, "big") + data)
        return answer.then == "end" and answer.raw is None

    def _route(self, seen: Seen) -> Answer:
        route = self.routes.get(f"{seen.method} {seen.path}") or self.routes.get("*")
        if route is None:
            return Answer(404, {"message": "page not found"})
        if isinstance(route, list):
            with self._lock:
                return route.pop(0) if len(route) > 1 else route[0]
        return route if isinstance(route, Answer) else route(seen)

    def _send(self, sock: socket.socket, answer: Answer) -> None:
        if answer.raw is not None:
            sock.sendall(answer.raw)
            return
        content, kind = answer.content()
        head = [f"HTTP/1.1 {answer.status} Said", f"Content-Type: {kind}"]
        head += [f"{name}: {value}" for name, value in answer.headers.items()]
        if answer.chunks is None:
            head.append(f"Content-Length: {len(content) + (1 if answer.then == 'cut' else 0)}")
            sock.sendall("\r\n".join([*head, "", ""]).encode() + content)
            return
        sock.sendall("\r\n".join([*head, "Transfer-Encoding: chunked", "", ""]).encode())
        for chunk in answer.chunks:
            sock.sendall(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        if answer.then == "end":
            sock.sendall(b"0\r\n\r\n")

    def _hang(self, sock: socket.socket) -> None:
        self.hanging.set()
        with suppress(OSError):
            while sock.recv(4096):
                pass
        if not self._over.is_set():
            self.left.set()


def _read(reader: Any) -> Seen | None:
    """The next request of a connection, None at its end."""
    line = reader.readline().decode("latin-1").split()
    if len(line) < 3:
        return None
    headers = {}
    while (header := reader.readline().decode("latin-1").strip()) != "":
        name, _, value = header.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = b""
    if headers.get("transfer-encoding") == "chunked":
        while size := int(reader.readline(), 16):
            body += reader.read(size)
            reader.readline()
        reader.readline()
    elif "content-length" in headers:
        body = reader.read(int(headers["content-length"]))
    prefix = _PREFIX.match(line[1])
    return Seen(line[0], _PREFIX.sub("", line[1]), headers, body, prefix[1] if prefix else "")
