"""Logs and commands of the fake engine."""

from __future__ import annotations

from datetime import UTC, datetime

from devbox.engine.api import ExecResult
from tests.fake.state import FakeContainer, LogEntry
from tests.fake.tree import Tree


def rfc3339(seconds: float) -> str:
    """A Unix time as the engine writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")


def render(entry: LogEntry, *, timestamps: bool) -> tuple[int, bytes]:
    """An entry as `logs` gives it."""
    stamp = rfc3339(entry.time).encode() + b" " if timestamps else b""
    return entry.stream, stamp + entry.data


def run_command(container: FakeContainer, tree: Tree, command: tuple[str, ...], stdin: bytes) -> ExecResult:
    """The few programs that every fake container has; others are not found."""
    name, *args = command
    if name == "true":
        return ExecResult(0, b"", b"")
    if name == "false":
        return ExecResult(1, b"", b"")
    if name == "echo":
        return ExecResult(0, " ".join(args).encode() + b"\n", b"")
    if name == "cat" and not args:
        return ExecResult(0, stdin, b"")
    if name == "cat":
        node = tree.get(args[0])
        if node is None or node.content is None:
            return ExecResult(1, b"", f"cat: can't open '{args[0]}': No such file or directory\n".encode())
        return ExecResult(0, node.content, b"")
    return ExecResult(
        127, f'OCI runtime exec failed: exec: "{name}": executable file not found in $PATH\r\n'.encode(), b""
    )


class FakeExecStream:
    """A command that runs once its stdin has ended."""

    def __init__(self, run: object, *, stdin: bool) -> None:
        self._run = run
        self._stdin = b""
        self._open = stdin
        self._pieces: list[tuple[int, bytes]] | None = None
        self._code = 0
        self.sizes: list[tuple[int, int]] = []

    def read(self) -> tuple[int, bytes] | None:
        """The next piece."""
        if self._pieces is None:
            assert callable(self._run)
            result = self._run(self._stdin)
            self._code = result.exit_code
            self._pieces = [(n, data) for n, data in ((1, result.stdout), (2, result.stderr)) if data]
        return self._pieces.pop(0) if self._pieces else None

    def write(self, data: bytes) -> None:
        """More stdin."""
        self._stdin += data

    def close_stdin(self) -> None:
        """No more stdin."""
        self._open = False

    def resize(self, rows: int, columns: int) -> None:
        """Noted in `sizes`."""
        self.sizes.append((rows, columns))

    def exit_code(self) -> int:
        """Of the command."""
        return self._code

    def close(self) -> None:
        """Nothing is held."""
