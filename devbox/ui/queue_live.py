"""A watched queue on a terminal, drawn anew at each look; what is left at the end is the last one."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from devbox.ui.queue import History, Snapshot, picture
from devbox.ui.style import Style


def show(stream: TextIO, style: Style, seen: Iterable[Snapshot], history: History) -> None:
    """Draw each look until there are no more, or an interrupt comes."""
    unicode = "utf" in (getattr(stream, "encoding", None) or "").lower()
    console = Console(file=stream, force_terminal=True, color_system="standard" if style.colour else None)
    with Live(console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False) as live:
        for snapshot in seen:
            history.take(snapshot)
            columns, rows = shutil.get_terminal_size()
            lines = picture(history, style, columns, rows - 1, unicode)
            live.update(Text.from_ansi("\n".join(lines), no_wrap=True, overflow="crop"), refresh=True)
