"""A terminal that is looked at: a command runs in it, and what a person would see becomes a picture."""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pexpect
import pyte
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI, TerminalTheme
from rich.text import Text

COLUMNS = 80
_NAMES: dict[str, str | None] = {
    "brown": "yellow",
    "default": None,
    **{f"bright{c}": f"bright_{c}" for c in ("black", "red", "green", "blue", "magenta", "cyan", "white")},
    "brightbrown": "bright_yellow",
}
"""pyte's words for colours, in Rich's; other ones are six hexadecimal digits."""


def watch(
    words: Sequence[str],
    env: dict[str, str],
    seen: Callable[[pyte.Screen], None],
    seconds: float = 120,
    stop: threading.Event | None = None,
) -> pyte.Screen:
    """Run a command in a terminal of 80 columns; `seen` is called on each change. The screen at its end.

    `stop`: a Ctrl-C is typed once it is set.
    """
    screen = pyte.Screen(COLUMNS, 40)
    stream = pyte.ByteStream(screen)
    child = pexpect.spawn(words[0], list(words[1:]), env=env, dimensions=(40, COLUMNS), timeout=seconds)  # type: ignore[arg-type]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            stream.feed(child.read_nonblocking(1 << 16, timeout=1))
        except pexpect.TIMEOUT:
            if stop is not None and stop.is_set():
                child.sendintr()
            continue
        except pexpect.EOF:
            break
        seen(screen)
    child.close()
    return screen


def text_of(screen: pyte.Screen) -> Text:
    """What is on the screen, with its colours, without the empty lines at its end."""
    whole = Text()
    for y in range(max((y for y, line in enumerate(screen.display) if line.strip()), default=-1) + 1):
        line = Text()
        for x in range(screen.columns):
            cell = screen.buffer[y][x]
            style = Style(color=_colour(cell.fg), bold=cell.bold)
            line.append(cell.data, style)
        line.rstrip()
        whole.append(line).append("\n")
    return whole


def _colour(name: str) -> str | None:
    hexadecimal = re.fullmatch(r"[0-9a-f]{6}", name)
    return f"#{name}" if hexadecimal else _NAMES.get(name, name)


def draw(text: Text, command: str, title: str, path: Path, theme: TerminalTheme = DIMMED_MONOKAI) -> None:
    """Write a picture of a command and what it shows."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="standard")
    console.print(Text(f"$ {command}", style="bold"))
    console.print(text, end="")
    path.write_text(console.export_svg(title=title, theme=theme), encoding="utf-8")
