"""An engine's socket with somebody on the line who strikes at the n-th request that changes something."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

CHANGING = (b"POST ", b"PUT ", b"DELETE ")
"""The engine's state is the same before and after all other requests, so these are the moments that differ."""


@dataclass(eq=False)
class Strike:
    """`moment` 2n: before the n-th (from 0) changing request reaches the engine; 2n+1: once the engine answers it.

    `blow` is called once at that moment, and the request goes on after it. `moment` -1: never, only `seen` is kept.
    """

    engine: str
    folder: Path
    moment: int
    blow: Callable[[], object] = lambda: None
    seen: list[str] = field(default_factory=list)
    struck: threading.Event = field(default_factory=threading.Event)
    started: threading.Event = field(default_factory=threading.Event)
    """Set by who has something to strike."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def host(self) -> str:
        """What `DOCKER_HOST` is for whoever is to be struck."""
        return f"unix://{self.folder / 'struck.sock'}"

    @contextmanager
    def listening(self) -> Iterator[Strike]:
        """While it listens."""
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.host.removeprefix("unix://"))
            listener.listen(64)
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
            yield self
            listener.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """One request: devbox makes a connection for each."""
        with client, socket.socket(socket.AF_UNIX) as engine, suppress(OSError):
            engine.connect(self.engine.removeprefix("unix://"))
            head = client.recv(1 << 16)
            number = self._number(head)
            self._strike(2 * number)
            engine.sendall(head)
            threading.Thread(target=_copy, args=(client, engine), daemon=True).start()
            while piece := engine.recv(1 << 16):
                self._strike(2 * number + 1)
                client.sendall(piece)

    def _number(self, head: bytes) -> int:
        """Which changing request it is; far below 0 for one that changes nothing."""
        if not head.startswith(CHANGING):
            return -100
        with self._lock:
            self.seen.append(head.partition(b" HTTP/")[0].decode())
            return len(self.seen) - 1

    def _strike(self, moment: int) -> None:
        with self._lock:
            if moment != self.moment or self.struck.is_set():
                return
            self.struck.set()
        self.blow()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(1 << 16):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
