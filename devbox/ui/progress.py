"""The four ways to show what goes on: a live view, plain lines, JSON lines, or nothing but warnings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Protocol, TextIO

from devbox.events import Event
from devbox.result import Warning_
from devbox.ui.style import Style


class Sink(Protocol):
    """Where events go while a verb runs."""

    def close(self) -> None:
        """End: whatever moved is off the terminal."""

    def emit(self, event: Event) -> None:
        """Show an event; may be called from any thread."""

    def say(self, text: str) -> None:
        """Show a line at once, from within a signal handler."""

    def pause(self) -> None:
        """Take what moves off the terminal until the next event."""

    def leave(self) -> None:
        """Put the terminal in order; the process ends right after, without any further word."""

    def rest(self, warnings: Iterable[Warning_]) -> None:
        """Show the result's warnings that have not been shown as events."""


def open_sink(stream: TextIO, env: Mapping[str, str], style: Style, *, json: bool, quiet: bool, verbose: bool) -> Sink:
    """The sink that fits the stream and the flags."""
    if json:
        from devbox.ui.jsonlines import JsonLines

        return JsonLines(stream, quiet)
    if not quiet and _moves(stream, env):
        from devbox.ui.live import LiveView

        return LiveView(stream, style, verbose)
    from devbox.ui.plain import PlainLines

    return PlainLines(stream, style, quiet=quiet, verbose=verbose)


def _moves(stream: TextIO, env: Mapping[str, str]) -> bool:
    """Whether a live view fits: a terminal that can move its cursor. Colours are another question."""
    try:
        return stream.isatty() and env.get("TERM") != "dumb"
    except (OSError, ValueError):
        return False


def write_now(stream: TextIO, line: str) -> None:
    """Write past Python's buffers where the stream is a real one: a handler may have interrupted a write."""
    try:
        os.write(stream.fileno(), f"{line}\n".encode())
    except (OSError, ValueError):
        write(stream, line)


def write(stream: TextIO, line: str) -> None:
    """Write a line; that nobody reads it is no reason to fail."""
    try:
        stream.write(f"{line}\n")
        stream.flush()
    except (OSError, ValueError):
        return
