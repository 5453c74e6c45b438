"""Events off a terminal: one line for each change, nothing that moves."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TextIO

from devbox.events import Edited, Event, Milestone, Note, PullProgress, Step, Waiting, Warned
from devbox.result import Warning_
from devbox.ui import words
from devbox.ui.progress import write, write_now
from devbox.ui.style import Style, clean
from devbox.ui.table import below


def warning(code: str, message: str, style: Style) -> str:
    """A warning's line; on a terminal lines, broken between words."""
    head = f"warning[{code}]:"
    first, *more = below(len(head) + 1, clean(message), style.columns)
    return "\n".join([f"{style.paint(head, 'bold', 'yellow')} {first}", *(f"  {line}" for line in more)])


def line(event: Event, style: Style, verbose: bool) -> str | None:
    """An event's line; None for one that is not worth any."""
    match event:
        case Step(action, target, reason, "start"):
            return f"{action} {target}" + (style.dim(f" ({clean(reason)})") if reason else "")
        case Step(action, target, _, state):
            return style.dim(f"{action} {target}: {state}") if verbose else None
        case PullProgress(image, status, _, total, _, layers, detail):
            amount = f", {words.count(layers, 'layer')}" if layers else ""
            amount += f", {words.size(total)}" if total else ""
            text = {"done": f"pulled {image}{amount}", "pulling": f"pulling {image}"}.get(status, f"{status} {image}")
            said = f": {clean(detail)}" if detail and status in ("retrying", "failed") else ""
            return text + said
        case Milestone(service, text, seconds):
            return f"{service}: {clean(text)} {style.dim(f'({words.seconds(seconds)})')}"
        case Waiting(text) | Note(text):
            return clean(text)
        case Warned(code, message):
            return warning(code, message, style)
        case Edited():
            from devbox.ui.edits import line as edit_line

            return edit_line(event, style)


class PlainLines:
    """The sink off a terminal; `quiet` leaves the warnings alone."""

    def __init__(self, stream: TextIO, style: Style, *, quiet: bool, verbose: bool) -> None:
        self._stream = stream
        self._style = style
        self._quiet = quiet
        self._verbose = verbose
        self._lock = threading.Lock()
        self._last: dict[str, str] = {}
        self._warned: set[tuple[str, str]] = set()

    def close(self) -> None:
        """Nothing moves."""

    def emit(self, event: Event) -> None:
        """Write a line, if the event changes anything."""
        with self._lock:
            if isinstance(event, Warned):
                self._warned.add((event.code, event.message))
            elif self._quiet:
                return
            if self._repeats(event):
                return
            if text := line(event, self._style, self._verbose):
                write(self._stream, text)

    def _repeats(self, event: Event) -> bool:
        """Whether this says what the last one of its kind said: a pull's bytes, a wait that goes on."""
        key, now = "", ""
        if isinstance(event, PullProgress):
            key, now = event.image, event.status + (event.detail if event.status == "retrying" else "")
        elif isinstance(event, Waiting):
            key, now = "waiting", event.text
        if not key:
            return False
        same = self._last.get(key) == now
        self._last[key] = now
        return same

    def say(self, text: str) -> None:
        """Write the line at once."""
        write_now(self._stream, text)

    def pause(self) -> None:
        """Nothing moves."""

    def leave(self) -> None:
        """Nothing to put in order."""

    def rest(self, warnings: Iterable[Warning_]) -> None:
        """Write the warnings that no event has told."""
        for item in warnings:
            if (item.code, item.message) not in self._warned:
                self.emit(Warned(item.code, item.message))
