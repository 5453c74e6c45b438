"""A registry in front of the lab's, for tests: it forwards, and can stall, fail or refuse."""

from __future__ import annotations

import http.client
import io
import json
import os
import secrets
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

from tests.integration.support.docker import Docker

PASSED = ("Content-Type", "Content-Length", "Docker-Content-Digest", "Etag", "WWW-Authenticate")
PIECE = 1 << 14


@dataclass(eq=False)
class Gate:
    """A proxy on a port of its own; what it does is set by its attributes, at any time.

    `stall_blobs`: layers come half and then no more; `refuse`: (status, code, message) in place of every manifest.
    """

    upstream: str
    stall_blobs: bool = False
    refuse: tuple[int, str, str] | None = None
    port: int = 0
    asked: list[str] = field(default_factory=list)
    _stalled: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)

    @classmethod
    @contextmanager
    def before(cls, upstream: str) -> Iterator[Gate]:
        """A running one in front of the registry at this address."""
        gate = cls(upstream)
        handler = type("Handler", (_Handler,), {"gate": gate})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        gate.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield gate
        finally:
            gate._over.set()
            server.shutdown()
            server.server_close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def wait_stalled(self, seconds: float = 90) -> None:
        """Until a layer has come half."""
        assert self._stalled.wait(seconds), f"no layer was asked for: {self.asked}"
        self._stalled.clear()


class _Handler(BaseHTTPRequestHandler):
    gate: Gate
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        return

    def _answer(self) -> None:
        gate = self.gate
        gate.asked.append(f"{self.command} {self.path}")
        if gate.refuse and "/manifests/" in self.path:
            self._refuse(*gate.refuse)
            return
        host, _, port = gate.upstream.partition(":")
        upstream = http.client.HTTPConnection(host, int(port), timeout=90)
        upstream.request(self.command, self.path, headers={"Accept": self.headers.get("Accept", "*/*")})
        answer = upstream.getresponse()
        self.send_response(answer.status)
        for name in PASSED:
            if value := answer.getheader(name):
                self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self._pass(answer)
        upstream.close()

    def _pass(self, answer: http.client.HTTPResponse) -> None:
        length = int(answer.getheader("Content-Length") or 0)
        # an image's configuration is a blob too, and small
        stall = self.gate.stall_blobs and "/blobs/" in self.path and length > 4 * PIECE
        left = length // 2 if stall else length
        while left > 0 and (piece := answer.read(min(PIECE, left))):
            self.wfile.write(piece)
            left -= len(piece)
        self.wfile.flush()
        if stall:
            self.gate._stalled.set()
            self.gate._over.wait()
            self.close_connection = True

    def _refuse(self, status: int, code: str, message: str) -> None:
        body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


def unique_image(docker: Docker, registry: str, shown_as: str, size: int = 1 << 20) -> str:
    """Push an image of one layer that no engine has, and forget it locally; gives its name at the other address."""
    repository = f"e2e/{secrets.token_hex(6)}"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        info = tarfile.TarInfo("noise.bin")
        info.size = size
        tar.addfile(info, io.BytesIO(os.urandom(size)))
    docker.api.import_image_from_data(packed.getvalue(), repository=f"{registry}/{repository}", tag="1")
    push(docker, f"{registry}/{repository}", "1")
    docker.api.remove_image(f"{registry}/{repository}:1")
    return f"{shown_as}/{repository}:1"


def push(docker: Docker, repository: str, tag: str) -> None:
    """Push what the engine has under this name."""
    for message in docker.api.push(repository, tag=tag, stream=True, decode=True):
        assert "error" not in message, message


LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def foreign_platform_image(docker: Docker, registry: str) -> str:
    """Push an image that is made for another processor alone; gives its name."""
    name = unique_image(docker, registry, registry)
    repository = name.removeprefix(f"{registry}/").removesuffix(":1")
    base = f"http://{registry}/v2/{repository}/manifests"
    single = requests.get(f"{base}/1", headers={"Accept": MANIFEST}, timeout=60)
    entry = {
        "mediaType": MANIFEST, "size": len(single.content), "digest": single.headers["Docker-Content-Digest"],
        "platform": {"architecture": "s390x", "os": "linux"},
    }  # fmt: skip
    many = {"schemaVersion": 2, "mediaType": LIST, "manifests": [entry]}
    answer = requests.put(f"{base}/2", data=json.dumps(many), headers={"Content-Type": LIST}, timeout=60)
    assert answer.status_code == 201, answer.text
    return f"{registry}/{repository}:2"
