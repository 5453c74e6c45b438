"""The live view on a terminal: pulls with bars, the boot's milestones, the time that passes. Nothing of it stays.

Rich is imported with the first event that takes time: a run with nothing to do does not pay for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TextIO

from devbox.events import Edited, Event, Note, PullProgress, Warned
from devbox.result import Warning_
from devbox.ui.board import Board
from devbox.ui.plain import line
from devbox.ui.progress import write, write_now
from devbox.ui.style import Style

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

PER_SECOND = 10
SHOW_CURSOR = "\x1b[?25h"


class LiveView:
    """The sink on a terminal. Rich's own thread draws; events only change the board."""

    def __init__(
        self, stream: TextIO, style: Style, verbose: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._style = style
        self._verbose = verbose
        self._clock = clock
        self._board = Board()
        self._lock = threading.RLock()
        self._live: Live | None = None
        self._warned: set[tuple[str, str]] = set()

    def close(self) -> None:
        """Erase the view; what a signal said stays."""
        self.pause()
        if self._board.notice:
            write(self._stream, self._board.notice)

    def emit(self, event: Event) -> None:
        """Change what is shown; warnings and notes become lines that stay."""
        if isinstance(event, Warned):
            self._warned.add((event.code, event.message))
        stays = isinstance(event, Warned | Note | Edited) or (self._verbose and not isinstance(event, PullProgress))
        if stays and (text := line(event, self._style, self._verbose)):
            self._print(text)
        with self._lock:
            self._board.apply(event, self._clock())
            if self._live is None and not isinstance(event, Warned | Note | Edited):
                self._start()

    def say(self, text: str) -> None:
        """Show a line at the next drawing, or at once where nothing is drawn. No lock: this is a signal handler."""
        if self._live is None:
            write_now(self._stream, text)
        else:
            self._board.notice = text

    def pause(self) -> None:
        """Erase the view; the next event brings it back."""
        live, self._live = self._live, None
        if live is not None:
            live.stop()

    def leave(self) -> None:
        """Give the terminal its cursor back."""
        if self._live is not None:
            write_now(self._stream, SHOW_CURSOR)

    def rest(self, warnings: Iterable[Warning_]) -> None:
        """Show the warnings that no event has told."""
        for item in warnings:
            if (item.code, item.message) not in self._warned:
                self.emit(Warned(item.code, item.message))

    def _start(self) -> None:
        from rich.console import Console
        from rich.live import Live

        console = Console(
            file=self._stream, force_terminal=True, color_system="standard" if self._style.colour else None
        )
        live = Live(
            get_renderable=self._render,
            console=console,
            transient=True,
            refresh_per_second=PER_SECOND,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live = live
        live.start()

    def _print(self, text: str) -> None:
        if self._live is None:
            write(self._stream, text)
            return
        from rich.text import Text

        self._live.console.print(Text.from_ansi(text), soft_wrap=True)

    def _render(self) -> RenderableType:
        from devbox.ui.drawing import draw

        with self._lock:
            return draw(self._board, self._clock(), self._unicode())

    def _unicode(self) -> bool:
        return "utf" in (getattr(self._stream, "encoding", None) or "").lower()
