"""The log lines of a sandbox's services, in the order of their times."""

from __future__ import annotations

import heapq
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from devbox.engine.api import Container, Engine
from devbox.errors import DevboxError
from devbox.sandbox.inside import service_container
from devbox.sandbox.observe import observe


@dataclass(frozen=True, order=True)
class LogLine:
    """One line: `time` as Docker wrote it (RFC 3339), `stream` "stdout" or "stderr"."""

    time: str
    service: str
    container: str
    stream: str
    text: str


def log_lines(
    engine: Engine, name: str, service: str | None, *, follow: bool, tail: int | None, since: float | None
) -> Iterator[LogLine]:
    """The lines of one service or of all; with `follow` as they come, until the containers end."""
    if service is not None:
        containers = {service: service_container(engine, name, service, running=False)}
    else:
        service_container(engine, name, None, running=False)
        seen = observe(engine, name)
        containers = dict(seen.aside) | dict(seen.containers)
    sources = [_lines(engine, key, c, follow=follow, tail=tail, since=since) for key, c in sorted(containers.items())]
    if len(sources) == 1:
        return sources[0]
    return _as_they_come(sources) if follow else heapq.merge(*sources)


def _lines(
    engine: Engine, service: str, container: Container, *, follow: bool, tail: int | None, since: float | None
) -> Iterator[LogLine]:
    rest = {1: b"", 2: b""}
    pieces = engine.logs(container.id, follow=follow, tail=tail, since=since, timestamps=True)
    for stream, piece in pieces:
        *whole, rest[stream] = (rest.get(stream, b"") + piece).split(b"\n")
        for line in whole:
            yield _line(service, container.name, stream, line)
    for stream, line in rest.items():
        if line:
            yield _line(service, container.name, stream, line)


def _line(service: str, container: str, stream: int, line: bytes) -> LogLine:
    time, _, text = line.decode("utf-8", "replace").rstrip("\r").partition(" ")
    return LogLine(time, service, container, "stderr" if stream == 2 else "stdout", text)


def _as_they_come(sources: list[Iterator[LogLine]]) -> Iterator[LogLine]:
    """Several followed logs as one."""
    lines: queue.Queue[LogLine | DevboxError | None] = queue.Queue(maxsize=1000)

    def drain(source: Iterator[LogLine]) -> None:
        try:
            for line in source:
                lines.put(line)
        except DevboxError as error:
            lines.put(error)
        lines.put(None)

    for source in sources:
        threading.Thread(target=drain, args=(source,), daemon=True).start()
    open_sources = len(sources)
    while open_sources:
        item = lines.get()
        if item is None:
            open_sources -= 1
        elif isinstance(item, DevboxError):
            raise item
        else:
            yield item
