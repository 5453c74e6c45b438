"""An error in words: what failed, what another program said, what helps. The cure comes last, nearest the prompt."""

from __future__ import annotations

from collections.abc import Iterator

from devbox.errors import Cure, DevboxError
from devbox.ui.style import Style, clean

WIDTH = 80
"""Columns that a line fits into on every terminal: a command that is broken in two cannot be pasted."""


def text(error: DevboxError, style: Style) -> str:
    """All lines of an error."""
    return "\n".join(_lines(error, style)) + "\n"


def _lines(error: DevboxError, style: Style) -> Iterator[str]:
    first, *more = clean(error.message).split("\n")
    yield f"{style.paint(f'error[{error.code}]:', 'bold', 'red')} {style.bold(first)}"
    yield from (f"  {line}" for line in more)
    if error.cause:
        yield from (f"  {line}" for line in clean(error.cause).splitlines())
    yield from (style.dim(f"  | {clean(line)}") for line in error.tail)
    if error.log:
        yield f"  the whole log: {clean(error.log)}"
    yield from (cure(item, style) for item in error.cures)


def cure(item: Cure, style: Style) -> str:
    """A cure: "-> what helps:  the command", the command on a line of its own where the line would be too long."""
    text = clean(item.text)
    if not item.command:
        return f"  -> {text}"
    text = f"  -> {text.rstrip('.:')}:"
    apart = "  " if len(text) + 2 + len(style.complete(item.command)) <= WIDTH else "\n     "
    return f"{text}{apart}{style.command(item.command)}"
