"""Colours as terminals have them, by name: basic ones alone, so that they read on dark and on light."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}
_SEQUENCE = re.compile("\x1b\\[[0-9;]*m")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
SERVICES = ("cyan", "magenta", "blue", "green", "yellow")
"""The colours that services get in turn."""


@dataclass(frozen=True)
class Style:
    """Paints texts, or leaves them as they are."""

    colour: bool = False
    complete: Callable[[str], str] = str
    """Gives a command to type next what it lacks to reach the same sandbox and engine."""
    columns: int | None = None
    """Where sentences on stderr are broken: the terminal's width; off a terminal a sentence is a line."""

    def paint(self, text: str, *names: str) -> str:
        """The text in these colours; an empty one stays empty."""
        if not self.colour or not text:
            return text
        return f"\x1b[{';'.join(_CODES[name] for name in names)}m{text}\x1b[0m"

    def command(self, text: str) -> str:
        """A command to type next."""
        return self.paint(self.complete(text), "cyan")

    def bold(self, text: str) -> str:
        """What matters most."""
        return self.paint(text, "bold")

    def dim(self, text: str) -> str:
        """What may be passed over."""
        return self.paint(text, "dim")


def width(text: str) -> int:
    """Columns a painted text takes."""
    return len(_SEQUENCE.sub("", text))


def clean(text: str) -> str:
    """A foreign text without control characters, which could move the cursor or change the terminal."""
    return _CONTROL.sub("?", _SEQUENCE.sub("", text))
