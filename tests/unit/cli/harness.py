"""Runs the command line in this process, with streams, variables and operations of the test's own."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devbox.cli.environment import Environment
from devbox.cli.main import run
from devbox.cli.operations import Operations
from devbox.engine.api import Endpoint
from devbox.result import Result
from devbox.sandbox.names import Summary

SANDBOX: dict[str, Any] = {
    "name": "jenkins",
    "stack": "jenkins",
    "state": "running",
    "services": [
        {
            "name": "jenkins",
            "container": "devbox-jenkins-jenkins-1",
            "image": "jenkins/jenkins:lts",
            "state": "running",
            "health": "healthy",
            "ports": {"8080/tcp": "127.0.0.1:8080", "50000/tcp": "127.0.0.1:50000"},
            "created_at": "2026-01-01T00:00:00Z",
        }
    ],
    "url": "http://127.0.0.1:8080",
    "version": "2.555.1",
    "volumes": ["devbox-jenkins_home"],
}


class Stream(io.StringIO):
    """A text stream that may claim to be a terminal."""

    def __init__(self, text: str = "", terminal: bool = False) -> None:
        super().__init__(text)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


class Closed(Stream):
    """A stream whose reader has gone."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


class FakeEngine:
    """An engine nobody talks to; it knows whether it was closed."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.closed = False

    def close(self) -> None:
        self.closed = True


@dataclass
class Calls:
    """What the verbs called, in order, and what they got."""

    made: list[tuple[Any, ...]] = field(default_factory=list)
    engines: list[FakeEngine] = field(default_factory=list)
    sandboxes: list[Summary] = field(default_factory=lambda: [Summary("jenkins", "jenkins")])
    networks: list[Summary] = field(default_factory=list)
    """Sandboxes of which no more than a network is left."""
    results: dict[str, Any] = field(default_factory=dict)

    def names(self) -> list[str]:
        """The operations' names in order."""
        return [call[0] for call in self.made]

    def of(self, name: str) -> tuple[Any, ...]:
        """The arguments of the only call of this name."""
        (call,) = [call for call in self.made if call[0] == name]
        return call[1:]

    def operations(self) -> Operations:
        """Operations that record their calls and give `results[name]` (raised, if it is an exception)."""
        noted = {
            name: self._noted(name)
            for name in ("up", "down", "status", "restart", "pull", "credentials", "environment", "url")
        }
        streams = {name: self._noted(name) for name in ("log_lines", "service_container", "browse")}
        return with_calls(
            Operations(), resolve=self._resolve, connect=self._connect, existing=self._existing, **noted, **streams
        )

    def _noted(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self.made.append((name, *arguments))
            outcome = self.results.get(name, Result({"sandboxes": []}))
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome(*arguments) if callable(outcome) else outcome

        return call

    def _resolve(self, *arguments: Any) -> Endpoint:
        self.made.append(("resolve", *arguments))
        return Endpoint("unix:///run/fake.sock", "default")

    def _connect(self, endpoint: Endpoint) -> Any:
        self.made.append(("connect", endpoint))
        self.engines.append(FakeEngine(endpoint))
        return self.engines[-1]

    def _existing(self, _engine: Any, *, networks: bool = False) -> list[Summary]:
        self.made.append(("existing",))
        return [*self.sandboxes, *(self.networks if networks else ())]


def with_calls(operations: Operations, **calls: Callable[..., Any]) -> Operations:
    """The same operations, with some of them replaced."""
    changed = copy(operations)
    for name, call in calls.items():
        setattr(changed, name, call)
    return changed


@dataclass
class Ran:
    """One run's exit status and output."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The envelope: stdout must be exactly one object on a line."""
        assert self.out.endswith("}\n") and self.out.count("\n") == 1, self.out
        value: dict[str, Any] = json.loads(self.out)
        return value


class Devbox:
    """`devbox ARGUMENTS...` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = folder / "work" / "project"
        self.config = folder / "config"
        self.state = folder / "state"
        self.project.mkdir(parents=True)
        self.config.mkdir()
        self.calls = Calls()
        self.env: dict[str, str] = {}

    def toml(self, text: str) -> Path:
        """Write the project's devbox.toml."""
        file = self.project / "devbox.toml"
        file.write_text(text)
        return file

    def user_config(self, text: str) -> Path:
        """Write the user's config.toml."""
        file = self.config / "config.toml"
        file.write_text(text)
        return file

    def environment(self, terminals: Iterable[str] = (), typed: str = "", **streams: Any) -> Environment:
        """The environment of a run; `terminals` names the streams that are one."""
        made: dict[str, Any] = {name: Stream(typed if name == "stdin" else "", name in terminals) for name in _STREAMS}
        made |= streams
        folders = {"DEVBOX_CONFIG_DIR": str(self.config), "DEVBOX_STATE_DIR": str(self.state)}
        variables: Mapping[str, str] = {**folders, "HOME": str(self.folder), **self.env}
        return Environment(
            env=variables, cwd=self.project, platform="linux", operations=self.calls.operations(), **made
        )

    def __call__(self, *arguments: str, terminals: Iterable[str] = (), typed: str = "", **streams: Any) -> Ran:
        environment = self.environment(terminals, typed, **streams)
        with contextlib.redirect_stdout(environment.stdout):  # Typer prints its help by itself
            status = run(arguments, environment)
        return Ran(status, _text(environment.stdout), _text(environment.stderr))


_STREAMS = ("stdin", "stdout", "stderr")


def _text(stream: Any) -> str:
    return str(stream.getvalue())
