"""The machine as the doctor sees it: one seam, so that checks, back ends and remedies are tested for every platform."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from platform import machine as processor
from typing import TYPE_CHECKING, Literal, Protocol

from devbox.frozen import dataclass

if TYPE_CHECKING:
    from devbox.doctor.facts import Groups, Missing
    from devbox.engine.api import Endpoint

LIMIT = 4 << 20
"""Bytes of a settings file or of a program's output that are read; what is bigger is no settings file."""

Kind = Literal["absent", "file", "folder", "socket", "other", "hidden"]
"""What is at a path; "hidden": this user may not see."""


@dataclass(frozen=True)
class Ran:
    """A program's end. `code` is None when it did not run to its end: `failure` says why."""

    argv: tuple[str, ...]
    code: int | None
    out: str = ""
    err: str = ""
    failure: Literal["", "not found", "not allowed", "timed out"] = ""

    @property
    def ok(self) -> bool:
        """Whether it ended with 0."""
        return self.code == 0

    @property
    def said(self) -> str:
        """What it said in one line, for an evidence: stderr before stdout."""
        text = (self.err.strip() or self.out.strip() or self.failure).splitlines()
        return text[-1].strip() if text else ""


@dataclass(frozen=True)
class Reply:
    """An HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Unanswered(TimeoutError):
    """Nobody took the connection within the deadline, nor refused it."""


class Rejected(ConnectionError):
    """The other side ended a TLS connection right after the greeting, as who does not accept our certificate does."""


@dataclass(frozen=True)
class Space:
    """Bytes of the disk that holds a path."""

    total: int
    free: int


@dataclass(frozen=True)
class Listener:
    """A program that listens on a TCP port. `pid` 0 and `program` "": this user may not see whose it is."""

    ip: str
    port: int
    pid: int = 0
    program: str = ""


class HostView(Protocol):
    """All that the doctor sees and uses of the machine. What changes it is in `doctor.remedies`.

    `platform` is as `sys.platform`, `machine` as `platform.machine()`.
    """

    @property
    def env(self) -> Mapping[str, str]:
        """The environment."""

    @property
    def home(self) -> Path:
        """The user's home folder."""

    @property
    def platform(self) -> str:
        """ "linux", "darwin" or "win32"."""

    @property
    def machine(self) -> str:
        """This machine's processor: "x86_64", "arm64", ..."""

    def now(self) -> float:
        """The Unix time in seconds."""

    def is_admin(self) -> bool:
        """Whether this is root (on Windows: false)."""

    def run(
        self, argv: tuple[str, ...], timeout: float, *, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> Ran:
        """Run a program to its end, never through a shell; killed with its children after `timeout` seconds.

        `env` is added to the environment. Never raises for what the program does.
        """

    def which(self, name: str) -> str | None:
        """The path of a program on PATH."""

    def read(self, path: Path, limit: int = LIMIT) -> bytes:
        """A file's content, cut off after `limit` bytes; raises OSError. Never blocks on a pipe or a device."""

    def kind(self, path: Path) -> Kind:
        """What is at a path, links followed."""

    def names(self, path: Path) -> tuple[str, ...]:
        """The names in a folder, sorted; () where there is none or it cannot be read."""

    def space(self, path: Path) -> Space | None:
        """The disk that holds a path (or the next folder above it that exists)."""

    def listeners(self) -> tuple[Listener, ...]:
        """Who listens on TCP ports of this machine, as far as this user may see."""

    def bind(self, ip: str, port: int) -> str:
        """Whether a port could be published on: "", or "in use", "denied", "no such address"."""

    def dial(self, name: str, port: int, timeout: float) -> str:
        """Whether something takes TCP connections there: "", or the reason why not."""

    def ask(self, endpoint: Endpoint, target: str, timeout: float, *, method: str = "GET", body: bytes = b"") -> Reply:
        """One HTTP request to an engine, within `timeout` seconds in all; raises what the transport raises."""

    def socket_groups(self, path: Path) -> Groups | Missing:
        """Who may use a socket by its group."""

    def package(self, name: str) -> str | None:
        """The version of a Python package beside devbox."""


@dataclass(frozen=True)
class Machine:
    """The real one."""

    env: Mapping[str, str]
    home: Path
    platform: str = sys.platform
    machine: str = field(default_factory=processor)

    def now(self) -> float:
        """The Unix time."""
        import time

        return time.time()

    def is_admin(self) -> bool:
        """Whether this is root."""
        import os

        return hasattr(os, "geteuid") and os.geteuid() == 0

    def run(
        self, argv: tuple[str, ...], timeout: float, *, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> Ran:
        """Run a program."""
        from devbox.doctor.sources.programs import run

        return run(argv, timeout, stdin, {**self.env, **(env or {})})

    def which(self, name: str) -> str | None:
        """On this environment's PATH."""
        import shutil

        return shutil.which(name, path=self.env.get("PATH"))

    def read(self, path: Path, limit: int = LIMIT) -> bytes:
        """Up to `limit` bytes."""
        from devbox.doctor.sources.disk import read

        return read(path, limit)

    def kind(self, path: Path) -> Kind:
        """What is there."""
        from devbox.doctor.sources.disk import kind

        return kind(path)

    def names(self, path: Path) -> tuple[str, ...]:
        """What is in a folder."""
        from devbox.doctor.sources.disk import names

        return names(path)

    def space(self, path: Path) -> Space | None:
        """Of the file system."""
        from devbox.doctor.sources.disk import space

        return space(path)

    def listeners(self) -> tuple[Listener, ...]:
        """By psutil, else by lsof."""
        from devbox.doctor.sources.sockets import listeners

        return listeners(self)

    def bind(self, ip: str, port: int) -> str:
        """Try it, and let it go."""
        from devbox.doctor.sources.sockets import bind

        return bind(ip, port, self.platform)

    def dial(self, name: str, port: int, timeout: float) -> str:
        """Try it, and close."""
        from devbox.doctor.sources.sockets import dial

        return dial(name, port, timeout)

    def ask(self, endpoint: Endpoint, target: str, timeout: float, *, method: str = "GET", body: bytes = b"") -> Reply:
        """Over the endpoint's own transport."""
        from devbox.doctor.sources.asking import ask

        return ask(endpoint, target, timeout, method, body, self.platform)

    def socket_groups(self, path: Path) -> Groups | Missing:
        """By the system's lists of users and groups."""
        from devbox.doctor.sources.disk import socket_groups

        return socket_groups(path)

    def package(self, name: str) -> str | None:
        """By its metadata."""
        from importlib import metadata

        try:
            return metadata.version(name)
        except (metadata.PackageNotFoundError, OSError, ValueError):
            return None
