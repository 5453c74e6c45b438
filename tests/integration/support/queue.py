"""A queue sandbox of one test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devbox.queue.client import Client
from tests.integration.support.command import Devbox, Ran, Running
from tests.integration.support.docker import Docker
from tests.integration.support.waiting import until

IMAGES = ("redis:8", "python:3.13-slim")

JOBS = """\
import os, time

class Note:
    @staticmethod
    def perform(name, seconds=0):
        time.sleep(seconds)
        print("VERSION", name, flush=True)
"""
"""A job class whose output says which edition of the file it is of."""


@dataclass(frozen=True)
class QueueBox:
    """A queue by its name, whether it exists or not."""

    name: str
    devbox: Devbox
    docker: Docker
    port: int

    @property
    def redis(self) -> str:
        return f"devbox-{self.name}-redis-1"

    def worker(self, number: int = 1) -> str:
        return f"devbox-{self.name}-worker-{number}"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    @property
    def whole(self) -> set[str]:
        """All that an own pool's sandbox consists of when it is up."""
        parts = {f"container {self.redis}", f"container {self.worker()}"}
        return parts | {f"network devbox-{self.name}_default", f"volume devbox-{self.name}_data"}

    def up(self, *words: str | Path) -> Ran:
        """`devbox up queue` with its name and port, as JSON."""
        return self.devbox.json("up", "queue", "-n", self.name, "--redis-port", str(self.port), *words)

    def again(self, *words: str | Path) -> Ran:
        """The same without its port."""
        return self.devbox.json("up", "queue", "-n", self.name, *words)

    def starts(self, *words: str | Path) -> Running:
        """In words, not waited for."""
        return self.devbox.start("up", "queue", "-n", self.name, "--redis-port", str(self.port), *words)

    def queue(self, *words: str | Path, **options: Any) -> Ran:
        """`devbox queue ...` of it, as JSON."""
        verb, *rest = words
        return self.devbox.run("--json", "queue", verb, "-n", self.name, *rest, **options)

    def parts(self) -> set[str]:
        return self.docker.of(self.name)

    def client(self) -> Client:
        """Its Redis, spoken to past the command."""
        return Client.at(self.url)

    def stats(self) -> dict[str, Any]:
        with self.client() as client:
            return client.stats().data()

    def settled(self, processed: int, failed: int = 0) -> None:
        """Wait until so many jobs have ended, and none waits or runs."""

        def done() -> bool:
            now = self.stats()
            busy = now["pending"] or now["in_flight"] or now["working"]
            return not busy and (now["processed"], now["failed"]) == (processed, failed)

        until(done, f"{processed} processed, {failed} failed: {self.stats()}")

    def log(self, service: str = "worker") -> str:
        """What a service has written."""
        return self.docker.api.logs(f"devbox-{self.name}-{service}-1").decode(errors="replace")

    def jobs(self, version: str) -> Path:
        """A folder of job classes of this version, written anew."""
        folder = self.devbox.cwd / "jobs"
        folder.mkdir(exist_ok=True)
        (folder / "notes.py").write_text(JOBS.replace("VERSION", version))
        return folder
