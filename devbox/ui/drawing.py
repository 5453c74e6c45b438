"""Draws a board with Rich."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from devbox.events import PullProgress
from devbox.ui import words
from devbox.ui.board import Board

BAR = 16
NAME = 26
"""Columns of a bar and of an image's name: with the figures they fit into 80."""


def draw(board: Board, clock: float, unicode: bool) -> RenderableType:
    """The whole view: what is done, the pulls, what goes on, and what a signal said."""
    parts: list[RenderableType] = [_one_line(f"  {text}", "dim") for text in board.done]
    if board.pulls:
        parts.append(_pulls(list(board.pulls.values())))
    if board.now and not board.pulls:
        parts.append(_now(board, clock, unicode))
    if board.notice:
        parts.append(_one_line(board.notice, "bold yellow"))
    return Group(*parts)


def _one_line(text: str, style: str) -> Text:
    return Text(text, style, no_wrap=True, overflow="ellipsis")


def _now(board: Board, clock: float, unicode: bool) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, overflow="ellipsis")
    grid.add_column(no_wrap=True)
    spinner = Spinner("dots" if unicode else "line", style="cyan")
    spinner.start_time = board.since
    frame = spinner.render(clock)
    elapsed = Text(words.seconds(max(0.0, clock - board.since)), "dim")
    grid.add_row(frame, Text(board.now), elapsed)
    return grid


def _pulls(pulls: list[PullProgress]) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, overflow="ellipsis")
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, justify="right")
    grid.add_column(no_wrap=True)
    for pull in pulls:
        grid.add_row(Text(f"{pull.status} {_tail(pull.image)}"), _bar(pull), _bytes(pull), _layers(pull))
    return grid


def _tail(image: str) -> str:
    """The end of a long name, which is what tells images apart."""
    return image if len(image) <= NAME else f"...{image[3 - NAME :]}"


def _bar(pull: PullProgress) -> RenderableType:
    return ProgressBar(total=pull.total or None, completed=min(pull.current, pull.total or pull.current), width=BAR)


def _bytes(pull: PullProgress) -> Text:
    if not pull.total:
        return Text("")
    return Text(f"{words.size(pull.current)}/{words.size(pull.total)}", "dim")


def _layers(pull: PullProgress) -> Text:
    return Text(f"{pull.layers_done}/{pull.layers} layers" if pull.layers else "", "dim")
