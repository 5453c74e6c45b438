"""The engine at a unix socket, or behind the system's ssh client, over the standard library's HTTP."""

from __future__ import annotations

import contextlib
import http.client
import select
import socket
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from devbox.engine.transport import Request, Socket

if TYPE_CHECKING:
    import subprocess


class LocalTransport:
    """A connection for each request: on a unix socket one costs less than keeping it. Over ssh they are kept."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._idle: list[UnixConnection] | None = [] if url.startswith("ssh://") else None

    def exchange(self, *, upgrade: bool = False) -> LocalExchange:
        """A new one, not sent yet."""
        if upgrade or self._idle is None:
            return LocalExchange(_connection(self._url))
        while self._idle:
            with contextlib.suppress(IndexError):  # another thread had it
                if (kept := self._idle.pop()).alive():
                    return LocalExchange(kept, self._idle)
                kept.drop()
        return LocalExchange(_connection(self._url), self._idle)

    def close(self) -> None:
        """Drop idle connections."""
        while self._idle:
            self._idle.pop().drop()


class LocalExchange:
    """One request on a connection of its own, which goes to the idle ones after it where there are such."""

    def __init__(self, connection: UnixConnection, idle: list[UnixConnection] | None = None) -> None:
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self._connection, self._idle = connection, idle
        self._answer: http.client.HTTPResponse | None = None
        self._sent = self._over = False

    def send(self, request: Request) -> None:
        """Send, and read the answer's head."""
        connection = self._connection
        connection.timeout = request.connect_timeout
        if connection.sock is None:
            connection.connect()
        connection.opened.settimeout(request.read_timeout)
        chunked = request.body is not None and not isinstance(request.body, bytes)
        headers = dict(request.headers)
        if chunked:
            headers["Transfer-Encoding"] = "chunked"
        # An engine may answer, and close, before it has read the whole body: its answer is what counts then.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request(request.method, request.target, request.body, headers, encode_chunked=chunked)
            self._sent = True
        self._answer = connection.answer()
        self.status = self._answer.status
        self.headers = {name.lower(): value for name, value in self._answer.getheaders()}

    def read1(self, size: int) -> bytes:
        """The next piece of the body."""
        if self._answer is None or self._answer.fp is None:
            return b""
        piece = self._answer.read1(size)
        length = self._answer.length
        if not piece and length:
            raise http.client.IncompleteRead(piece, length)
        return piece

    def raw(self) -> tuple[IO[bytes], Socket]:
        """Reader and socket below the HTTP; the reader may hold what came with the head."""
        assert self._answer is not None
        return self._answer.fp, self._connection.opened

    def abort(self) -> None:
        """End it now."""
        self._connection.abort()

    def close(self) -> None:
        """Close the connection, or keep it for the next request when this one's answer was read to its end."""
        if self._over:
            return
        self._over = True
        answer, whole = self._answer, False
        if answer is not None:
            whole = self._sent and not answer.will_close and (answer.isclosed() or answer.length == 0)
            answer.close()
        if whole and self._idle is not None and self._connection.alive():
            self._idle.append(self._connection)
        else:
            self._connection.close()
            self._connection.drop()


class UnixConnection(http.client.HTTPConnection):
    """HTTP over an AF_UNIX socket. `opened` outlives `sock`, which http.client forgets after the answer's head."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self.opened: Socket
        self._path = path
        self._aborted = False

    def connect(self) -> None:
        """Connect, within `timeout`."""
        self.opened = self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
        if self._aborted:
            raise ConnectionAbortedError("the request was given up")

    def answer(self) -> http.client.HTTPResponse:
        """The answer's head."""
        return self.getresponse()

    def abort(self) -> None:
        """End the connection, from any thread."""
        self._aborted = True
        with contextlib.suppress(OSError, AttributeError):
            self.opened.shutdown(socket.SHUT_RDWR)

    def alive(self) -> bool:
        """Whether another request can go this way: nobody gave it up, and its other end neither spoke nor left."""
        return self.sock is not None and not self._aborted and not select.select([self.sock], [], [], 0)[0]

    def drop(self) -> None:
        """Close the socket itself."""
        with contextlib.suppress(OSError, AttributeError):
            self.opened.close()


class _SshConnection(UnixConnection):
    """HTTP over `ssh HOST docker system dial-stdio`, like the docker CLI; the system's ssh has the user's keys."""

    def __init__(self, url: str) -> None:
        super().__init__("")
        self._command = ssh_command(url)
        self._process: subprocess.Popen[bytes] | None = None

    def connect(self) -> None:
        import subprocess

        ours, theirs = socket.socketpair()
        with theirs:
            # A session of its own: Ctrl-C is for devbox, which still has something to say to the engine.
            end = theirs.fileno()
            self._process = subprocess.Popen(
                self._command, stdin=end, stdout=end, stderr=subprocess.PIPE, start_new_session=True
            )
        self.opened = self.sock = ours

    def answer(self) -> http.client.HTTPResponse:
        try:
            return super().answer()
        except (http.client.RemoteDisconnected, ConnectionError) as error:
            raise ConnectionError(f"ssh: {self._said() or error}") from error

    def drop(self) -> None:
        super().drop()
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()

    def _said(self) -> str:
        process = self._process
        if process is None or process.stderr is None:
            return ""
        from subprocess import TimeoutExpired

        try:
            process.wait(timeout=2)
        except TimeoutExpired:
            return ""
        lines = process.stderr.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


def ssh_command(url: str) -> list[str]:
    """The command that connects to the engine of `ssh://[user@]host[:port][/socket]`."""
    import shlex

    parts = urlsplit(url)
    command = ["ssh", "-o", "ConnectTimeout=15", "-T"]
    command += ["-l", parts.username] if parts.username else []
    command += ["-p", str(parts.port)] if parts.port else []
    there = f"docker --host {shlex.quote('unix://' + parts.path)} system dial-stdio" if parts.path else ""
    return [*command, "--", parts.hostname or "", there or "docker system dial-stdio"]


def _connection(url: str) -> UnixConnection:
    if url.startswith("ssh://"):
        return _SshConnection(url)
    return UnixConnection(url.removeprefix("unix://"))
