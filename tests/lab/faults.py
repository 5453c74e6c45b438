"""A registry that misbehaves: a proxy before the lab's one, for tests of what a pull can meet.

Use its `address` in an image's name ("127.0.0.1:PORT/jenkins/jenkins:lts") to see its answers as they are, or its
`url` as a fresh engine's mirror: there Docker goes on to Docker Hub when a mirror refuses.
"""

from __future__ import annotations

import json
import shutil
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, BinaryIO

from tests.lab.registry import Registry

REFUSALS = {
    "rate-limit": (429, "TOOMANYREQUESTS", "You have reached your pull rate limit. You may increase the limit by "
                                           "authenticating and upgrading"),
    "denied": (403, "DENIED", "requested access to the resource is denied"),
    "not-found": (404, "MANIFEST_UNKNOWN", "manifest unknown"),
    "broken": (500, "UNKNOWN", "unknown error"),
}  # fmt: skip
"""Behaviours that answer every request for a manifest so; besides there are `cut`, `slow`, `hang` and `plain`."""
CHUNK = 64 * 1024


@dataclass
class Behaviour:
    """How the proxy behaves from now on.

    `cut`: a blob's connection ends after `after` bytes, `times` times in all, then it is whole. `slow`: blobs come at
    `rate` bytes per second. `hang`: a blob's bytes stop after `after` bytes until the behaviour changes.
    """

    name: str = "plain"
    after: int = 256 * 1024
    times: int = 1
    rate: int = 2_000_000
    requests: list[str] = field(default_factory=list)
    """Paths that were asked for, in order."""


class FaultyRegistry:
    """The proxy, running in this process."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.behaviour = Behaviour()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def behave(self, name: str, **options: Any) -> Behaviour:
        """Change the behaviour; gives the new one, whose `requests` are counted from now on."""
        self.behaviour = Behaviour(name, **options)
        return self.behaviour

    def close(self) -> None:
        self.behave("plain")
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def faulty_registry(registry: Registry) -> Iterator[FaultyRegistry]:
    """A proxy for one test."""
    proxy = FaultyRegistry(registry)
    try:
        yield proxy
    finally:
        proxy.close()


def _handler(proxy: FaultyRegistry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            behaviour = proxy.behaviour
            behaviour.requests.append(self.path)
            if behaviour.name in REFUSALS and "/manifests/" in self.path:
                self._refuse(*REFUSALS[behaviour.name])
                return
            self._forward()

        do_HEAD = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the engine's log tells."""

        def _refuse(self, status: int, code: str, message: str) -> None:
            body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def _forward(self) -> None:
            passed = {name: self.headers[name] for name in ("Accept", "Range") if self.headers[name]}
            request = urllib.request.Request(proxy.registry.url + self.path, headers=passed, method=self.command)
            try:
                answer = urllib.request.urlopen(request, timeout=90)
            except urllib.error.HTTPError as refused:
                answer = refused
            with answer:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self._body(answer)

        def _body(self, answer: BinaryIO) -> None:
            behaviour = proxy.behaviour
            if "/blobs/" not in self.path or behaviour.name not in {"cut", "slow", "hang"}:
                shutil.copyfileobj(answer, self.wfile)
            elif behaviour.name == "slow":
                self._slowly(answer, behaviour)
            else:
                self._partly(answer, behaviour)

        def _slowly(self, answer: BinaryIO, behaviour: Behaviour) -> None:
            while (piece := answer.read(CHUNK)) and proxy.behaviour is behaviour:
                self.wfile.write(piece)
                time.sleep(len(piece) / behaviour.rate)
            self.wfile.write(piece)
            shutil.copyfileobj(answer, self.wfile)

        def _partly(self, answer: BinaryIO, behaviour: Behaviour) -> None:
            start = answer.read(behaviour.after)
            self.wfile.write(start)
            self.wfile.flush()
            rest = answer.read(1)
            if rest and behaviour.name == "cut" and behaviour.times > 0:
                behaviour.times -= 1
                self.close_connection = True
                return
            while behaviour.name == "hang" and proxy.behaviour is behaviour:
                time.sleep(0.05)
            self.wfile.write(rest)
            shutil.copyfileobj(answer, self.wfile)

    return Handler
