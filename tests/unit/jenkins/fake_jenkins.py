"""A Jenkins of a few lines over real HTTP: crumbs, a session, a token, and answers that a test hands it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from devbox.jenkins.client import Client


@dataclass
class Fake:
    """What it is like, and what it was asked: (method, path, headers in lower case, body)."""

    crumb: tuple[str, str] | None = ("Jenkins-Crumb", "c1")
    session: str = "s1"
    secrets: tuple[str, ...] = ("Basic YWRtaW46c2VjcmV0",)
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def client(self, password: str | None = "secret", token: str | None = None) -> Client:
        return Client(self.url, password, token)

    def posts(self) -> list[tuple[str, str, dict[str, str], bytes]]:
        return [one for one in self.asked if one[0] == "POST"]


class _Handler(BaseHTTPRequestHandler):
    fake: Fake

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        fake, headers = self.fake, {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        fake.asked.append((self.command, self.path, headers, body))
        path = self.path.split("?")[0].removeprefix("/ci")
        if headers.get("authorization") not in fake.secrets:
            self._send(401, {}, b"<h1>Unauthorized</h1>")
        elif path == "/crumbIssuer/api/json":
            if fake.crumb is None:
                self._send(404, {}, b"")
            else:
                text = json.dumps({"crumb": fake.crumb[1], "crumbRequestField": fake.crumb[0]})
                self._send(200, {"Set-Cookie": f"JSESSIONID.x={fake.session}; Path=/"}, text.encode())
        elif self.command == "POST" and fake.crumb is not None and not self._crumbed(headers):
            self._send(403, {}, b"<h1>No valid crumb was included in the request</h1>")
        else:
            self._send(*fake.answers.get(path, (404, {}, b"")))

    def _crumbed(self, headers: dict[str, str]) -> bool:
        assert self.fake.crumb is not None
        name, value = self.fake.crumb
        return headers.get(name.lower()) == value and f"JSESSIONID.x={self.fake.session}" in headers.get("cookie", "")

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def fake_jenkins() -> Iterator[Fake]:
    """One on a free port of the loopback, below /ci."""
    fake = Fake()
    handler = type("Handler", (_Handler,), {"fake": fake})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    fake.url = f"http://127.0.0.1:{server.server_address[1]}/ci"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
