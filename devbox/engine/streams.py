"""Logs and commands in containers: the engine's multiplexed streams as (stream, bytes) pieces.

Frame: one byte stream (0 stdin, 1 stdout, 2 stderr), three zero bytes, length as four bytes big-endian, then the data.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from devbox.engine.api import ExecResult
from devbox.engine.convert import made_id
from devbox.engine.wire import LIMIT, Call, Wire, segment
from devbox.errors import DevboxError

_HEADER = 8
_UPGRADE = {"Connection": "Upgrade", "Upgrade": "tcp"}
_READ = 1 << 16


class Demultiplexer:
    """Takes the stream's pieces as they come and gives (stream, bytes); a terminal's stream has no frames."""

    def __init__(self, *, raw: bool = False) -> None:
        self._raw: bool | None = True if raw else None
        self._held = b""
        self._stream, self._left = 1, 0

    def feed(self, piece: bytes) -> Iterator[tuple[int, bytes]]:
        """What this piece completes; a frame's data is given as it comes, not only once it is whole."""
        data = self._held + piece
        self._held = b""
        if self._raw is None and data:
            # Whether there are frames is told from the first header, as not every engine says it in Content-Type.
            self._raw = data[0] > 2 or any(data[1 : min(4, len(data))])
        while data and not self._raw:
            if not self._left:
                if len(data) < _HEADER:
                    self._held = data
                    return
                self._stream, self._left = data[0] or 1, int.from_bytes(data[4:_HEADER], "big")
                data = data[_HEADER:]
                continue
            part, data = data[: self._left], data[self._left :]
            self._left -= len(part)
            yield self._stream, part
        if data:
            yield 1, data


def logs(
    wire: Wire, container: str, *, follow: bool, tail: int | None, since: float | None, timestamps: bool
) -> Iterator[tuple[int, bytes]]:
    """The log's pieces; closing the iterator closes the connection."""
    params = {
        "stdout": True,
        "stderr": True,
        "follow": follow,
        "timestamps": timestamps,
        "tail": "all" if tail is None else tail,
        "since": None if since is None else f"{since:.9f}",
    }
    path = f"/containers/{segment(container)}/logs"
    demultiplexer = Demultiplexer()
    with wire.open("GET", path, params=params, limit=None, about={"name": container}) as call:
        for piece in call.pieces():
            yield from demultiplexer.feed(piece)


class HijackedExec:
    """A command with its streams attached: an upgraded connection, watched like every other request."""

    def __init__(self, wire: Wire, exec_id: str, call: Call, *, tty: bool) -> None:
        self._wire, self._id, self._call = wire, exec_id, call
        self._reader, self._socket = call.hijack()
        self._demultiplexer = Demultiplexer(raw=tty)
        self._pieces: list[tuple[int, bytes]] = []
        self._sending = threading.Lock()

    def read(self) -> tuple[int, bytes] | None:
        """The next piece, None at the end."""
        while not self._pieces:
            with self._call.translated():
                piece: bytes = self._reader.read1(_READ)  # type: ignore[attr-defined]
            self._call.beat()
            if not piece:
                self._call.check()
                return None
            self._pieces += self._demultiplexer.feed(piece)
        return self._pieces.pop(0)

    def write(self, data: bytes) -> None:
        """Send to the command's stdin."""
        with self._sending, self._call.translated():
            self._socket.sendall(data)

    def close_stdin(self) -> None:
        """End the command's stdin."""
        with self._sending, contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def resize(self, rows: int, columns: int) -> None:
        """Tell the command's terminal its size; a command that is over has none."""
        with contextlib.suppress(DevboxError):
            self._wire.json("POST", f"/exec/{self._id}/resize", params={"h": rows, "w": columns})

    def exit_code(self) -> int:
        """The exit status, after `read` said None; closes the connection."""
        self.close()
        state = self._wire.json("GET", f"/exec/{self._id}/json")
        code = state.get("ExitCode") if isinstance(state, dict) else None
        return code if isinstance(code, int) else -1

    def close(self) -> None:
        """Close the connection; the command may go on."""
        self._call.close()


def start_exec(
    wire: Wire,
    container: str,
    command: tuple[str, ...],
    *,
    tty: bool = False,
    stdin: bool = False,
    user: str = "",
    environment: Mapping[str, str] | None = None,
) -> HijackedExec:
    """Create the exec and attach to it. Raises `container.not_running`, `container.gone`, `exec.not_found`."""
    about = {"name": container, "command": command[0] if command else ""}
    body: dict[str, Any] = {
        "Cmd": list(command),
        "AttachStdin": stdin,
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": tty,
        "User": user,
    }
    if environment:
        body["Env"] = [f"{name}={value}" for name, value in environment.items()]
    created = wire.json("POST", f"/containers/{segment(container)}/exec", body=body, limit=LIMIT, about=about)
    exec_id = made_id(created)
    call = wire.open(
        "POST",
        f"/exec/{exec_id}/start",
        body={"Detach": False, "Tty": tty},
        headers=_UPGRADE,
        limit=None,
        about=about,
    )
    return HijackedExec(wire, exec_id, call, tty=tty)


def run_exec(wire: Wire, container: str, command: tuple[str, ...], *, stdin: bytes, user: str) -> ExecResult:
    """Run to the end. A command that is not in the container is exit status 127, as in a shell."""
    try:
        stream = start_exec(wire, container, command, stdin=bool(stdin), user=user)
    except DevboxError as error:
        if error.code == "exec.not_found":
            return ExecResult(127, b"", f"{error.cause or error.message}\n".encode())
        raise
    output: dict[int, list[bytes]] = {1: [], 2: []}
    try:
        sender = _send_all(stream, stdin)
        while (piece := stream.read()) is not None:
            output[piece[0]].append(piece[1])
        code = stream.exit_code()
    finally:
        stream.close()
    if sender is not None:
        sender.join()
    return ExecResult(code, b"".join(output[1]), b"".join(output[2]))


def _send_all(stream: HijackedExec, stdin: bytes) -> threading.Thread | None:
    """Send in a thread of its own: a command may fill its output before it has read its input."""
    if not stdin:
        return None

    def send() -> None:
        # A command that ends before it has read everything is no failure of ours.
        with contextlib.suppress(DevboxError):
            stream.write(stdin)
            stream.close_stdin()

    thread = threading.Thread(target=send, name="devbox-stdin", daemon=True)
    thread.start()
    return thread
