"""A terminal of a test's own (a pseudo-terminal) with a command on it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Terminal:
    """`keyboard` is the end that a person holds, `line` the one that the command has."""

    keyboard: int
    line: int
    process: subprocess.Popen[bytes] | None = None
    shown: bytes = b""
    before: list[Any] = field(default_factory=list)

    @classmethod
    @contextmanager
    def opened(cls, rows: int, columns: int) -> Iterator[Terminal]:
        """A terminal of this size; what still runs on it ends with it."""
        keyboard, line = pty.openpty()
        made = cls(keyboard, line)
        made.size(rows, columns)
        made.before = termios.tcgetattr(line)
        try:
            yield made
        finally:
            if made.process is not None:
                made.process.kill()
                made.process.wait()
            os.close(keyboard)
            os.close(line)

    def run(self, words: Sequence[str], env: Mapping[str, str]) -> None:
        """Start a command with this as its controlling terminal, so that keys become signals and sizes are told."""
        self.process = subprocess.Popen(
            words, env=dict(env), stdin=self.line, stdout=self.line, stderr=self.line, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip

    def size(self, rows: int, columns: int) -> None:
        """Give it another size."""
        fcntl.ioctl(self.line, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys: bytes) -> None:
        """Type."""
        os.write(self.keyboard, keys)

    def sees(self, text: bytes, seconds: float = 90) -> None:
        """Until it is shown; what came up to it is dropped."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            ready, _, _ = select.select([self.keyboard], [], [], max(0, end - time.monotonic()))
            assert ready, f"{text!r} never came: {self.shown!r}"
            self.shown += os.read(self.keyboard, 1 << 16)
        self.shown = self.shown.partition(text)[2]

    def rest(self, seconds: float = 90) -> str:
        """All that is shown until the command has ended."""
        assert self.process is not None
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ended = self.process.poll() is not None
            ready, _, _ = select.select([self.keyboard], [], [], 0.05)
            if ready:
                self.shown += os.read(self.keyboard, 1 << 16)
            elif ended:
                return self.shown.decode(errors="replace")
        raise AssertionError(f"it does not end: {self.shown!r}")

    def ended(self) -> int:
        """The exit status."""
        assert self.process is not None
        return self.process.wait(90)

    @property
    def flags(self) -> int:
        """The local modes: echo, canonical input, signals."""
        return int(termios.tcgetattr(self.line)[3])

    def is_as_before(self) -> bool:
        """Whether its modes are what they were before the command."""
        return termios.tcgetattr(self.line) == self.before
