"""What a repair acts on and talks to, and how a command of a cure is run."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from devbox.doctor.backends.model import Commands
from devbox.doctor.host import HostView, Ran
from devbox.doctor.model import Risk
from devbox.errors import DevboxError
from devbox.events import Emit, Step, Waiting, silent

if TYPE_CHECKING:
    from devbox.engine.api import Endpoint

FIX = "devbox doctor --fix"
"""What goes on with a repair."""

LONG = 3600.0
"""Seconds granted to a command that starts, updates or makes a VM."""

ENGINE_SECONDS = 180.0
"""How long an engine may take to answer after its VM came up."""


def _refuse(_question: str) -> bool:
    return False


@dataclass(frozen=True)
class Repair:
    """`allow`: up to which risk cures are taken unasked; `yes`: nobody is asked; `named`: the VM given by `--confirm`.

    `confirm` asks, gives True under `--yes`, and raises `ConfirmationNeeded` where nobody can be asked.
    """

    host: HostView
    state: Path
    emit: Emit = silent
    confirm: Callable[[str], bool] = _refuse
    allow: Risk = Risk.NONE
    yes: bool = False
    named: str = ""
    shield: Callable[[], AbstractContextManager[None]] = nullcontext
    pause: Callable[[float], None] = time.sleep
    patience: float = ENGINE_SECONDS
    attended: bool = False
    """Whether there is a terminal on which sudo can ask for a password."""

    def run(self, commands: Commands, reason: str) -> None:
        """Run these one by one, each shown before; raises `cure.failed` with what the first failing one said."""
        for argv in commands:
            line = shlex.join(argv)
            self.emit(Step("run", line, reason))
            with self.shield():  # a VM's program that is ended in the middle leaves a broken VM
                ran = self._ask_and_run(argv) if argv[0] == "sudo" and self.attended else self.host.run(argv, LONG)
            if not ran.ok:
                raise failed(line, ran.said or f"it ended with {ran.code}")
            self.emit(Step("run", line, reason, "done"))

    def _ask_and_run(self, argv: tuple[str, ...]) -> Ran:
        """sudo asks on the terminal of this process, which a program in a session of its own has not."""
        import subprocess

        try:
            done = subprocess.run(argv, env=dict(self.host.env), capture_output=True, timeout=LONG, text=True)
        except (OSError, subprocess.TimeoutExpired) as error:
            return Ran(argv, None, err=str(error), failure="not allowed")
        return Ran(argv, done.returncode, done.stdout, done.stderr)

    def await_engine(self, endpoint: Endpoint) -> bool:
        """Wait until the engine answers its ping; whether it did."""
        end = time.monotonic() + self.patience
        said = False
        while True:
            if self._answers(endpoint):
                return True
            if time.monotonic() > end:
                return False
            if not said:
                self.emit(Waiting("waiting for the engine to answer"))
                said = True
            self.pause(0.5)

    def _answers(self, endpoint: Endpoint) -> bool:
        try:
            reply = self.host.ask(endpoint, "/_ping", 3.0)
        except Exception:
            return False
        # Whatever is no error of a proxy before it is an engine, one that refuses the question, too.
        return reply.status < 500


def failed(line: str, cause: str) -> DevboxError:
    """A cure's command that failed."""
    return DevboxError("cure.failed", f"{line} failed", cause=cause)
