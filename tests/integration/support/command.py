"""The installed `devbox` command as a user runs it: a process of its own, with folders of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

KEPT_VARIABLES = ("PATH", "TMPDIR", "SYSTEMROOT")
TIMEOUT = 120.0
"""Seconds after which a command that does not end is taken for hung."""


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    words: tuple[str, ...]
    code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def envelope(self) -> dict[str, Any]:
        """What `--json` printed: exactly one object on one line."""
        assert self.stdout.count("\n") == 1, f"not one line: {self}"
        value = json.loads(self.stdout)
        assert isinstance(value, dict)
        return value

    @property
    def data(self) -> Any:
        return self.envelope["data"]

    @property
    def error(self) -> Any:
        return self.envelope["error"]

    @property
    def warnings(self) -> list[str]:
        """The codes of the warnings."""
        return [warning["code"] for warning in self.envelope["warnings"]]

    @property
    def changes(self) -> list[tuple[str, str]]:
        return [(change["action"], change["target"]) for change in self.data["changes"]]

    @property
    def sandbox(self) -> Any:
        """The only sandbox in the data."""
        (found,) = self.data["sandboxes"]
        return found

    def ok(self) -> Ran:
        """The same, once it is sure that it went well."""
        assert self.code == 0, self
        return self

    def failed(self, code: str, status: int = 1) -> Ran:
        """The same, once it is sure that it failed with this code and exit status."""
        assert (self.code, (self.error or {}).get("code")) == (status, code), self
        assert "Traceback" not in self.stderr, self
        return self

    def __str__(self) -> str:
        return f"devbox {' '.join(self.words)}: {self.code} in {self.seconds:.1f} s\n{self.stdout}\n{self.stderr}"


@dataclass(eq=False)
class Running:
    """A command under way; its streams are read as they come."""

    words: tuple[str, ...]
    process: subprocess.Popen[bytes]
    began: float = field(default_factory=time.monotonic)
    _pieces: dict[str, list[bytes]] = field(default_factory=lambda: {"stdout": [], "stderr": []})
    _news: threading.Condition = field(default_factory=threading.Condition)
    _readers: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("stdout", "stderr"):
            reader = threading.Thread(target=self._read, args=(name, getattr(self.process, name)), daemon=True)
            reader.start()
            self._readers.append(reader)

    def _read(self, name: str, stream: IO[bytes]) -> None:
        while piece := os.read(stream.fileno(), 1 << 16):
            with self._news:
                self._pieces[name].append(piece)
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def text(self, stream: str = "stderr") -> str:
        """What has come on a stream so far."""
        return b"".join(self._pieces[stream]).decode(errors="replace")

    def sees(self, text: str, stream: str = "stderr", seconds: float = 90) -> float:
        """Wait until the stream holds `text`; gives the moment. Fails when the process ends without it."""
        with self._news:
            found = self._news.wait_for(lambda: text in self.text(stream) or not self._readers_alive(), seconds)
        assert found and text in self.text(stream), f"{text!r} never came:\n{self.text(stream)}"
        return time.monotonic()

    def _readers_alive(self) -> bool:
        return all(reader.is_alive() for reader in self._readers) and self.process.poll() is None

    def signal(self, number: signal.Signals) -> float:
        """Send a signal; gives the moment."""
        self.process.send_signal(number)
        return time.monotonic()

    def end(self, seconds: float = TIMEOUT) -> Ran:
        """Wait for the end."""
        code = self.process.wait(seconds)
        for reader in self._readers:
            reader.join(10)
        took = time.monotonic() - self.began
        return Ran(self.words, code, self.text("stdout"), self.text("stderr"), took)

    def kill(self) -> Ran:
        """SIGKILL."""
        self.process.kill()
        return self.end()


@dataclass(frozen=True)
class Devbox:
    """How the command is run: its program, variables and folder."""

    env: Mapping[str, str]
    cwd: Path
    program: tuple[str, ...] = (str(Path(sys.executable).parent / "devbox"),)

    @classmethod
    def at(cls, folder: Path, docker_host: str | None) -> Devbox:
        """A user whose home, state and settings are in `folder`, with an engine."""
        cwd = folder / "work"
        for place in (cwd, folder / "home"):
            place.mkdir(parents=True, exist_ok=True)
        env = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        env |= {"HOME": str(folder / "home"), "LANG": "C.UTF-8", "COLUMNS": "80"}
        env |= {"DEVBOX_STATE_DIR": str(folder / "state"), "DEVBOX_CONFIG_DIR": str(folder / "config")}
        if docker_host:
            env["DOCKER_HOST"] = docker_host
        return cls(env, cwd)

    @property
    def state(self) -> Path:
        """devbox's own folder: locks and logs."""
        return Path(self.env["DEVBOX_STATE_DIR"])

    def having(self, **variables: str | Path) -> Devbox:
        """The same with more variables."""
        return replace(self, env={**self.env, **{name: str(value) for name, value in variables.items()}})

    def start(self, *words: str | Path, stdin: int = subprocess.DEVNULL) -> Running:
        """Begin a command."""
        line = tuple(map(str, words))
        process = subprocess.Popen(
            [*self.program, *line], cwd=self.cwd, env=dict(self.env), stdin=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        return Running(line, process)

    def run(self, *words: str | Path, stdin: bytes | None = None, seconds: float = TIMEOUT) -> Ran:
        """Run a command to its end; `stdin` None: nothing to read."""
        line, began = tuple(map(str, words)), time.monotonic()
        source: Mapping[str, Any] = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
        done = subprocess.run(
            [*self.program, *line], cwd=self.cwd, env=dict(self.env), capture_output=True, timeout=seconds, **source
        )
        out, err = (text.decode(errors="replace") for text in (done.stdout, done.stderr))
        return Ran(line, done.returncode, out, err, time.monotonic() - began)

    def json(self, *words: str | Path, seconds: float = TIMEOUT) -> Ran:
        """Run with `--json`; whatever came of it, stdout is one object."""
        ran = self.run("--json", *words, seconds=seconds)
        assert set(ran.envelope) == {"schema", "command", "status", "data", "warnings", "error"}, ran
        assert ran.envelope["schema"] == 1
        return ran


def words_of(options: Mapping[str, object] | Sequence[tuple[str, object]]) -> list[str]:
    """Options as words of a command line."""
    pairs = options.items() if isinstance(options, Mapping) else options
    return [str(word) for pair in pairs for word in pair]
