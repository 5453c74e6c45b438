"""Jobs of the kill matrix. Each leaves lines in a folder, by which the tests see what has happened.

`HOLD_AT` names an event at which whoever reaches it first stops and waits to be killed.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import random
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("MATRIX_FOLDER", "."))


def note(name: str, text: str) -> None:
    """A line, in one piece."""
    descriptor = os.open(FOLDER / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(descriptor, f"{text}\n".encode())
    os.close(descriptor)


def first(name: str) -> bool:
    """Whether nobody has been here."""
    try:
        os.close(os.open(FOLDER / name, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def hold(where: str) -> None:
    """Say who is here and wait for the end."""
    if first(f"held-{where}"):
        note("pids", f"{os.getpid()} {os.getppid()}")
        time.sleep(600)


class Mark:
    """Leaves its number."""

    @staticmethod
    def perform(number: int = 0) -> None:
        note("done", str(number))


class Hold:
    """Stops in the middle the first time, and leaves its number the next."""

    @staticmethod
    def perform(number: int = 0) -> None:
        hold("job")
        note("done", str(number))


class Until:
    """Runs until the file `go` is there."""

    @staticmethod
    def perform(number: int = 0) -> None:
        note("begun", f"{os.getpid()} {os.getppid()}")
        while not (FOLDER / "go").exists():
            time.sleep(0.01)
        note("done", str(number))


class Stubborn:
    """Feels no TERM."""

    @staticmethod
    def perform() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        note("begun", f"{os.getpid()} {os.getppid()}")
        time.sleep(600)


class Nested:
    """Starts a process of its own, then waits."""

    @staticmethod
    def perform() -> None:
        pid = os.fork()
        if not pid:
            time.sleep(600)
        note("begun", f"{os.getpid()} {pid}")
        time.sleep(600)


def fails(message: str = "boom") -> None:
    raise LookupError(message)


def exits(code: int) -> None:
    os._exit(code)


def sys_exits(code: int) -> None:
    sys.exit(code)


def kills(number: int) -> None:
    os.kill(os.getpid(), number)
    time.sleep(600)


def segfaults() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.string_at(0)


def eats_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    held = []
    while True:
        held.append(bytearray(64 << 20))


def poison() -> None:
    """Kills whoever runs it."""
    note("poisoned", str(os.getppid()))
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(600)


def comes_back_twice() -> None:
    """Forks, and both go on."""
    os.fork()


def raises_later() -> None:
    """Leaves a process behind that raises when its job has long ended."""
    if not os.fork():
        note("late", f"{os.getpid()} {os.getppid()}")
        while not (FOLDER / "raise").exists():
            time.sleep(0.01)
        raise LookupError("late")


async def later(number: int) -> None:
    await asyncio.sleep(0)
    note("done", str(number))


def dice() -> None:
    note("dice", str(random.random()))


def prints(text: str) -> None:
    print(text)


def looks() -> None:
    """What a child is: its title, group, signals, descriptors that are sockets, arguments of the parent."""
    sockets = [path for path in Path("/proc/self/fd").iterdir() if _is_socket(path)]
    title, deadline = _title(os.getpid()), time.monotonic() + 10
    while " Forked " not in (parent := _title(os.getppid())) and time.monotonic() < deadline:
        time.sleep(0.01)
    ignored = Path("/proc/self/status").read_text().split("SigCgt:")[1].split()[0]
    note("looks", "|".join((title, parent, str(os.getpgid(0) == os.getpid()), str(len(sockets)), ignored)))


def _title(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()


def _is_socket(path: Path) -> bool:
    try:
        return str(path.readlink()).startswith("socket:")
    except OSError:
        return False


def kwargs(*args: Any, **named: Any) -> None:
    note("done", f"{args} {sorted(named.items())}")


class Nested2:
    class Inner:
        @staticmethod
        def perform(number: int) -> None:
            note("done", f"inner {number}")


class OnInstance:
    def perform(self, number: int) -> None:
        note("done", f"instance {number}")
