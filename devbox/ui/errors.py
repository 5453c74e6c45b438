"""An error in words: what failed, what another program said, what helps. The cure comes last, nearest the prompt."""

from __future__ import annotations

from collections.abc import Iterator

from devbox.errors import Cure, DevboxError
from devbox.ui.style import Style, clean
from devbox.ui.table import below

WIDTH = 80
"""Columns that a line fits into on every terminal: a command that is broken in two cannot be pasted."""


def text(error: DevboxError, style: Style) -> str:
    """All lines of an error."""
    return "\n".join(_lines(error, style)) + "\n"


def _lines(error: DevboxError, style: Style) -> Iterator[str]:
    head = f"error[{error.code}]:"
    message, *rest = clean(error.message).split("\n")
    first, *more = below(len(head) + 1, message, style.columns)
    yield f"{style.paint(head, 'bold', 'red')} {style.bold(first)}"
    yield from (f"  {style.bold(line)}" for line in more)
    for line in (*rest, *clean(error.cause or "").splitlines()):
        yield from (f"  {part}" for part in below(2, line, style.columns))
    yield from (style.dim(f"  | {clean(line)}") for line in error.tail)
    if error.log:
        yield f"  the whole log: {clean(error.log)}"
    yield from (cure(item, style) for item in error.cures)


def cure(item: Cure, style: Style) -> str:
    """A cure: "-> what helps:  the command", the command on a line of its own where the line would be too long."""
    text = clean(item.text)
    if item.command:
        text = f"{text.rstrip('.:')}:"
    first, *more = below(5, text, style.columns, indent=5)
    lines = [f"  -> {first}", *(f"     {line}" for line in more)]
    if not item.command:
        return "\n".join(lines)
    width = min(WIDTH, style.columns or WIDTH)
    apart = "  " if len(lines[-1]) + 2 + len(style.complete(item.command)) <= width else "\n     "
    return "\n".join(lines) + f"{apart}{style.command(item.command)}"
