"""A TCP connection inside a container, carried by an exec stream: nothing is published for it."""

from __future__ import annotations

import contextlib
import queue
import threading
import time

from devbox.engine.api import Engine, ExecStream
from devbox.errors import Cure, DevboxError
from devbox.jenkins import jdwp

HELD, NO_TOOL = 98, 97
"""Exit statuses of the script below: somebody has the connection already; no program to connect with."""

READY = b"devbox: connected\n"
"""What the script says first: a connection that is refused says nothing."""

BASH = """
exec 3<>"/dev/tcp/127.0.0.1/$1" || {
  grep -qi ":$(printf %04X "$1") [0-9A-F]*:[0-9A-F]* 01 " /proc/net/tcp /proc/net/tcp6 && exit 98
  exit 96
}
echo "devbox: connected"
exec 4<&0
cat <&3 & reader=$!
{ cat <&4 >&3; kill "$reader"; } >&3 2>/dev/null &
wait "$reader"
"""
"""Both ways; the kernel's table tells a port that is taken from one that nobody listens on.

When our end closes, the reader is ended too: the JVM would keep a debugger that is gone.
"""

SCRIPT = """
if command -v bash >/dev/null; then exec bash -c "$2" bridge "$1" 2>/dev/null; fi
for tool in socat nc; do
  if command -v $tool >/dev/null; then
    echo "devbox: connected"
    case $tool in socat) exec socat - "TCP:127.0.0.1:$1";; nc) exec nc 127.0.0.1 "$1";; esac
  fi
done
exit 97
"""
"""The official images have bash, which their own start script is written in; others may have less."""

TIMEOUT = 10.0
"""Seconds without a byte before an answer is given up."""


class Bridge:
    """A connection to 127.0.0.1:`port` in a container, as a stream for `jdwp`."""

    def __init__(self, engine: Engine, container: str, port: int, timeout: float = TIMEOUT) -> None:
        """Connect. Raises `jdwp.held` where somebody else is connected, `jdwp.off` where nobody listens, and
        `jdwp.no_bridge` without a tool.
        """
        command = ("sh", "-c", SCRIPT, "bridge", str(port), BASH)
        self._stream: ExecStream = engine.exec_stream(container, command, stdin=True)
        self._timeout = timeout
        self._pieces: queue.Queue[bytes | DevboxError] = queue.Queue()
        self._held = b""
        self._over = False
        self._reader = threading.Thread(target=self._read, name="devbox-bridge", daemon=True)
        self._reader.start()
        if self.receive(len(READY)) != READY:
            self._refused()

    def _read(self) -> None:
        try:
            while (piece := self._stream.read()) is not None:
                if piece[0] == 1:
                    self._pieces.put(piece[1])
        except DevboxError as error:
            self._pieces.put(error)
        self._pieces.put(b"")

    def _refused(self) -> None:
        code = self._stream.exit_code()
        if code == NO_TOOL:
            raise DevboxError(
                "jdwp.no_bridge",
                "the image has neither bash nor socat nor nc, one of which devbox needs to reach the debug agent",
                cures=(Cure("let classes be replaced by restarts", "devbox plugin watch --restart always"),),
            )
        if code == HELD:
            raise jdwp.held()
        raise DevboxError(
            "jdwp.off",
            "Java's debug agent does not listen; is Jenkins starting?",
            cures=(Cure("see how it is", "devbox status"),),
            retryable=True,
        )

    def send(self, data: bytes) -> None:
        """Send all of it."""
        self._stream.write(data)

    def receive(self, count: int) -> bytes:
        """Exactly so many bytes, fewer at the end; raises `jdwp.timeout`."""
        end = time.monotonic() + self._timeout
        while len(self._held) < count and not self._over:
            try:
                piece = self._pieces.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise DevboxError("jdwp.timeout", "the debug agent does not answer", retryable=True) from None
            if isinstance(piece, DevboxError):
                raise piece
            self._over = not piece
            self._held += piece
        data, self._held = self._held[:count], self._held[count:]
        return data

    def close(self) -> None:
        """End it: the script's end follows from the end of its input, and nobody needs to wait for that."""
        with contextlib.suppress(DevboxError):
            self._stream.close_stdin()
        threading.Thread(target=self._end, name="devbox-bridge-end", daemon=True).start()

    def _end(self) -> None:
        self._reader.join(self._timeout)
        with contextlib.suppress(DevboxError):
            self._stream.close()
