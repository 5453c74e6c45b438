"""The lines of `devbox plugin watch`: one for each change, in columns that fit a terminal of 80."""

from __future__ import annotations

from datetime import datetime

from devbox.events import Edited
from devbox.ui import words
from devbox.ui.style import Style, clean

WIDTH = 79
KIND = 9
MARKS: dict[str, tuple[str, str]] = {
    "live": ("on the page", "green"),
    "swapped": ("swapped", "green"),
    "copied": ("in place", "green"),
    "deleted": ("deleted", "green"),
    "restarted": ("up again", "green"),
    "restart": ("needs a restart", "yellow"),
    "restarting": ("restarting", "yellow"),
    "waiting": ("waiting", "yellow"),
    "failed": ("failed", "red"),
}
"""What is said of each result, and its colour."""


def line(event: Edited, style: Style, now: datetime | None = None) -> str:
    """An edit as a line: the time of day, what was edited, what became of it, how long that took.

    Why something failed, or needs a restart, stands below it, whole words to a line.
    """
    clock = (now or datetime.now()).strftime("%H:%M:%S")
    said, colour = MARKS.get(event.result, (event.result, "yellow"))
    if event.kind == "view" and event.result == "failed":
        said = "broken"  # its line stands below the one that says that it is on the page, which is so
    took = words.seconds(event.seconds) if event.seconds else ""
    end = f"{said:>15} {took:>7}"
    room = WIDTH - len(clock) - KIND - len(end) - 4
    name = shortened(clean(event.path), room)
    painted = f"{style.paint(f'{said:>15}', colour)} {style.dim(f'{took:>7}')}"
    first = f"{style.dim(clock)}  {event.kind:<{KIND}}{name:<{room}}  {painted}".rstrip()
    return "\n".join([first, *(f"{'':10}{style.paint(part, colour)}" for part in _wrapped(clean(event.detail)))])


def shortened(path: str, room: int) -> str:
    """A path in so many columns: what is left out is at its beginning, and whole folders where that will do."""
    if len(path) <= room:
        return path
    parts = path.split("/")
    while len(parts) > 1 and len("/".join(parts)) + 4 > room:
        parts.pop(0)
    short = ".../" + "/".join(parts)
    return short if len(short) <= room else f"...{path[3 - room :]}"


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, WIDTH - 10, break_long_words=True, break_on_hyphens=False)
