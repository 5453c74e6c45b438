"""A real Redis of a test's own: Debian's `redis-server` on a unix socket and a free port, in a folder of its own."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devbox.queue.client import Client

WAIT = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(eq=False)
class RedisServer:
    """One `redis-server`; `stop` and `start` keep its data where it is durable."""

    folder: Path
    options: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> RedisServer:
        program = shutil.which("redis-server")
        assert program, "redis-server is not installed: the lab's Debian step does that (python -m tests.lab up)"
        for _ in range(5):
            self.process = subprocess.Popen(
                [program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", "",
                 "--loglevel", "warning", *self.options],
                stdout=(self.folder / "redis.log").open("ab"), stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            if self._answers():
                return self
            self.port = free_port()  # somebody took it between the probe and the start
        raise AssertionError((self.folder / "redis.log").read_text())

    def _answers(self) -> bool:
        assert self.process
        end = time.monotonic() + WAIT
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with self.client() as client:
                    client.ping()
                return True
            except Exception as error:
                if getattr(error, "code", "") in {"redis.auth", "redis.denied"}:
                    return True
                time.sleep(0.02)
        return False

    def client(self, **options: Any) -> Client:
        return Client.at(self.url, **options)

    def kill(self) -> None:
        """kill -9."""
        assert self.process
        self.process.kill()
        self.process.wait(WAIT)

    def stop(self) -> None:
        """Let it save what it is to save."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(WAIT)
            except subprocess.TimeoutExpired:
                self.kill()

    def freeze(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)
