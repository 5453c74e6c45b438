"""Tables of plain text that fit a width: a last column that does not fit goes to a line of its own."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence

from devbox.ui.style import Style, width

GAP = "  "
INDENT = "    "


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], style: Style, columns: int, numbers: Collection[str] = ()
) -> list[str]:
    """The lines of a table with a dim head; cells may be painted. Nothing is cut off.

    `numbers` are the heads of the columns that stand at the right.
    """
    right = {at for at, name in enumerate(head) if name in numbers}
    widths = [max(width(row[at]) for row in (head, *rows)) for at in range(len(head))]
    wraps = sum(widths) + len(GAP) * (len(head) - 1) > columns
    lines = [style.dim(_line(head[:-1] if wraps else head, widths, right))]
    for row in rows:
        if wraps:
            lines.append(_line(row[:-1], widths, right))
            lines += [INDENT + line for line in wrap(row[-1], columns - len(INDENT)) if line]
        else:
            lines.append(_line(row, widths, right))
    return lines


def pairs(rows: Sequence[tuple[str, str]], style: Style, columns: int) -> list[str]:
    """Names and values below each other, the names dim; a plain value that is too long goes on below itself."""
    widest = max((width(name) for name, _ in rows), default=0)
    lines: list[str] = []
    for name, value in rows:
        first, *more = wrap(value, columns - widest - 4)
        lines.append(f"  {style.dim(name.ljust(widest))}  {first}".rstrip())
        lines += [f"{' ' * (widest + 4)}  {line}" for line in more]
    return lines


def wrap(text: str, columns: int) -> list[str]:
    """A text in lines of at most so many columns, where it has spaces; a painted one stays whole."""
    if width(text) <= columns or width(text) != len(text):
        return [text]
    # two columns less: the lines after the first are indented by these
    return textwrap.wrap(text, max(columns - 2, 20), break_long_words=False, break_on_hyphens=False) or [text]


def below(head: int, text: str, columns: int | None, indent: int = 2) -> list[str]:
    """A text that begins behind a head of so many columns and goes on in lines to be indented by `indent`."""
    if columns is None or not text:
        return [text]
    lines = textwrap.wrap(
        text,
        max(columns, 24),
        initial_indent=" " * head,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    first, *more = lines or [""]
    return [first[head:], *(line[indent:] for line in more)]


def _line(cells: Sequence[str], widths: Sequence[int], right: Collection[int]) -> str:
    fitted = []
    for at, (cell, wide) in enumerate(zip(cells, widths, strict=False)):
        space = " " * (wide - width(cell))
        fitted.append(space + cell if at in right else cell + space)
    return GAP.join(fitted).rstrip()
