"""`down` and every `--dry-run` in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devbox.result import Result
from devbox.ui.style import Style
from devbox.ui.table import pairs


def down(result: Result, style: Style, _columns: int) -> list[str]:
    """What is gone, what stays, and how that goes too."""
    data = result.data or {}
    removed, kept = data.get("removed", ()), data.get("kept", ())
    if not removed and not kept:
        return ["Nothing to remove."]
    lines = pairs([("removed", _what(item)) for item in removed], style)
    lines += pairs([("kept", _what(item)) for item in kept], style)
    if not removed:
        lines.insert(0, "Nothing to remove.")
    for cure in result.next:
        lines.append(f"  -> {cure.text}" + (f":  {style.paint(cure.command, 'cyan')}" if cure.command else ""))
    return lines


def _what(item: Any) -> str:
    return f"{item['kind']} {item['name']}" if isinstance(item, Mapping) else str(item)


def dry_run(result: Result, style: Style, _columns: int) -> list[str]:
    """What would change, each with its reason."""
    changes = (result.data or {})["changes"]
    if not changes:
        return ["Nothing to do."]
    lines = ["This would be done:"]
    for change in changes:
        reason = style.dim(f" ({change['reason']})") if change.get("reason") else ""
        lines.append(f"  {change['action']} {change['target']}{reason}")
    return lines
