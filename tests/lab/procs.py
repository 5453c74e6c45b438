"""Daemons of the lab: started detached with a pid file and a log, found again by pid, stopped by pid."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.lab.shell import LabError


@dataclass(frozen=True)
class Daemon:
    """A long-running program known by its pid file; its pid counts only while its start time is the recorded one."""

    name: str
    run: Path

    @property
    def pidfile(self) -> Path:
        return self.run / f"{self.name}.pid"

    @property
    def log(self) -> Path:
        return self.run / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        """The pid of the running program, None when it does not run."""
        try:
            pid, started = self.pidfile.read_text().split()
        except (OSError, ValueError):
            return None
        return int(pid) if started_at(int(pid)) == started else None

    def start(self, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> int:
        """Start in a session of its own, output to the log; gives the pid."""
        self.run.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, start_new_session=True, close_fds=True,
            )  # fmt: skip
        self.pidfile.write_text(f"{child.pid} {started_at(child.pid)}\n")
        _children.append(child)
        return child.pid

    def signal(self, number: int) -> bool:
        """Send a signal to the running program; False when it does not run."""
        pid = self.pid
        if pid is None:
            return False
        os.kill(pid, number)
        return True

    def stop(self, grace: float = 20) -> None:
        """SIGTERM (after SIGCONT), and SIGKILL once `grace` seconds are over; waits until it is gone."""
        if self.signal(signal.SIGCONT):
            self.signal(signal.SIGTERM)
            if not until(lambda: self.pid is None, grace):
                self.kill()
        self.pidfile.unlink(missing_ok=True)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        if not until(lambda: self.pid is None, 60):
            raise LabError(f"{self.name} outlives SIGKILL")

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""


_children: list[subprocess.Popen[bytes]] = []
"""Daemons this very process started: reaped when they end, so that they do not stay behind as zombies."""


def started_at(pid: int) -> str | None:
    """The start time of a process in clock ticks since boot, None when it is gone or a zombie."""
    for child in _children:
        if child.pid == pid:
            child.poll()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def until(done: Callable[[], bool], seconds: float, every: float = 0.02) -> bool:
    """Look every `every` seconds until `done` says so; False when `seconds` are over."""
    end = time.monotonic() + seconds
    while True:
        if done():
            return True
        if time.monotonic() > end:
            return False
        time.sleep(every)


def processes(program: str, word_start: str) -> list[int]:
    """Pids of what runs as `program` and has an argument beginning with `word_start`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            words = _command_line(entry)
            if Path(words[0]).name == program and any(word.startswith(word_start) for word in words[1:]):
                found.append(int(entry.name))
    return found


def kill_tree(pid: int) -> None:
    """SIGKILL to a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    below = children.read_text().split() if children.exists() else []
    for victim in (*(int(child) for child in below), pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)


def _command_line(entry: Path) -> list[str]:
    try:
        return (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return [""]
