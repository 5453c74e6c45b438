"""`down` and every `--dry-run` in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from devbox.errors import Cure
from devbox.result import Result
from devbox.ui import errors
from devbox.ui.style import Style, clean
from devbox.ui.table import pairs


def down(result: Result, style: Style, columns: int) -> list[str]:
    """What is gone, what stays, and how that goes too."""
    data = result.data or {}
    removed, kept = data.get("removed", ()), data.get("kept", ())
    if not removed and not kept:
        return ["Nothing to remove."]
    rows = [("removed", _what(item)) for item in removed] + [("kept", _what(item)) for item in kept]
    lines = pairs(rows, style, columns)
    if not removed:
        lines.insert(0, "Nothing was removed.")
    return lines + [errors.cure(cure, style) for cure in result.next or _usual_next(kept)]


def _usual_next(kept: Sequence[Any]) -> tuple[Cure, ...]:
    """How what was kept goes too."""
    names = {_sandbox(item["name"]) for item in kept if isinstance(item, Mapping) and item.get("kind") == "volume"}
    if not names:
        return ()
    which = names.pop() if len(names) == 1 else "--all"
    return (Cure("remove what was kept, too", f"devbox down {which} --volumes"),)


def _sandbox(volume: str) -> str:
    return volume.removeprefix("devbox-").rpartition("_")[0]


def _what(item: Any) -> str:
    return f"{item['kind']} {item['name']}" if isinstance(item, Mapping) else str(item)


def dry_run(result: Result, style: Style, _columns: int) -> list[str]:
    """What would change, each with its reason."""
    changes = (result.data or {})["changes"]
    if not changes:
        return ["Nothing to do."]
    lines = ["This would be done:"]
    for change in changes:
        if change["action"] == "enqueue":
            lines.append(f"  put {change['reason']} into the {clean(change['target'])}")
            continue
        reason = style.dim(f" ({change['reason']})") if change.get("reason") else ""
        lines.append(f"  {change['action']} {change['target']}{reason}")
    return lines
