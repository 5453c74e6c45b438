"""Classes of a linked plugin replaced in the running JVM, through an exec stream to its debug agent."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Mapping

from devbox.engine.api import Engine
from devbox.errors import DevboxError
from devbox.frozen import dataclass
from devbox.jenkins import classfile, jdwp
from devbox.jenkins.bridge import Bridge

PATIENCE = 2.0
"""Seconds that another debugger is waited for: another `watch` is done in a tenth of one, an IDE is not."""


class Connecting:
    """A connection to the agent that is made while the files are still on their way."""

    def __init__(self, engine: Engine, container: str, port: int) -> None:
        self._made: Bridge | None = None
        self._failed: DevboxError | None = None
        self._thread = threading.Thread(target=self._connect, args=(engine, container, port), daemon=True)
        self._thread.start()

    def _connect(self, engine: Engine, container: str, port: int) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self._made = Bridge(engine, container, port)
                return
            except DevboxError as error:
                if error.code not in ("jdwp.held", "jdwp.off") or time.monotonic() > end:
                    self._failed = error
                    return
                time.sleep(0.1)

    def stream(self) -> Bridge:
        """The connection, once it is there; raises what kept it from being made."""
        self._thread.join()
        if self._made is None:
            raise self._failed or jdwp.held()
        return self._made

    def drop(self) -> None:
        """It is not needed after all."""
        self._thread.join()
        if self._made is not None:
            with contextlib.suppress(DevboxError):
                self._made.close()


@dataclass(frozen=True)
class Swapped:
    """What became of classes, by their name as Java people write it."""

    results: Mapping[str, jdwp.Swap]

    def of(self, *kinds: str) -> dict[str, str]:
        """Those of these kinds, and why."""
        return {name: swap.why for name, swap in self.results.items() if swap.kind in kinds}


def swap(connecting: Connecting, contents: Mapping[str, bytes]) -> Swapped:
    """Replace the classes of these paths; raises the errors of `jdwp` and `Bridge`."""
    files = {path: classfile.read(content) for path, content in contents.items()}
    known = {path: file for path, file in files.items() if file is not None}
    with jdwp.attached(connecting.stream()) as debugger:
        results = debugger.swap({file.signature: contents[path] for path, file in known.items()})
    return Swapped({file.dotted: results[file.signature] for file in known.values()})
