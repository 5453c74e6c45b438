"""The streams of a command inside, joined to ours."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from devbox.cli.environment import Environment
from devbox.errors import DevboxError

if TYPE_CHECKING:
    from devbox.engine.api import ExecStream

CHUNK = 1 << 16
STDERR = 2


def passed(stream: ExecStream, environment: Environment, stdin: bool) -> int:
    """Pass everything through, stdout and stderr apart; gives the command's exit status."""
    for channel, data in _pieces(stream, environment, stdin):
        environment.out_bytes(data, error=channel == STDERR)
    return stream.exit_code()


def collected(stream: ExecStream, environment: Environment, stdin: bool) -> tuple[int, bytes, bytes]:
    """Exit status, stdout and stderr."""
    kept: dict[bool, list[bytes]] = {False: [], True: []}
    for channel, data in _pieces(stream, environment, stdin):
        kept[channel == STDERR].append(data)
    return stream.exit_code(), b"".join(kept[False]), b"".join(kept[True])


def _pieces(stream: ExecStream, environment: Environment, stdin: bool) -> Iterator[tuple[int, bytes]]:
    if stdin:
        # a daemon: it may still wait for input that never comes when the command has ended
        threading.Thread(target=_feed, args=(stream, environment.stdin), daemon=True).start()
    while (piece := stream.read()) is not None:
        yield piece


def _feed(stream: ExecStream, source: TextIO) -> None:
    with contextlib.suppress(OSError, ValueError, DevboxError):
        for data in _chunks(source):
            stream.write(data)
        stream.close_stdin()


def _chunks(source: TextIO) -> Iterator[bytes]:
    try:
        descriptor = source.fileno()
    except (OSError, ValueError):
        yield source.read().encode()
        return
    # past Python's buffer: its lock, held by a waiting thread, would stop the interpreter's end
    while data := os.read(descriptor, CHUNK):
        yield data
