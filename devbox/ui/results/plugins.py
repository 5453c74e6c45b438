"""What `devbox plugin check`, `deploy` and `list` found and did, in words."""

from __future__ import annotations

from typing import Any

from devbox.result import Result
from devbox.ui.errors import cure
from devbox.ui.style import Style, clean
from devbox.ui.table import table, wrap

COLOUR = {"fail": "red", "warn": "yellow"}


def check(result: Result, style: Style, columns: int) -> list[str]:
    """Each file with what it is and what is wrong with it."""
    data = result.data or {}
    lines: list[str] = []
    for file in data["files"]:
        lines += _checked(file, style, columns)
    against = data.get("checked_against")
    lines.append(style.dim(f"checked against {against}" if against else "checked offline"))
    return lines


def _checked(file: dict[str, Any], style: Style, columns: int) -> list[str]:
    worst = "fail" if any(p["severity"] == "fail" for p in file["problems"]) else "warn" if file["problems"] else "ok"
    mark = style.paint(worst.ljust(5), COLOUR.get(worst, "green"))
    said = " ".join(clean(str(word)) for word in (file["name"] or file["file"], file["version"]) if word)
    needs = f"  needs Jenkins {clean(file['requires_core'])}" if file["requires_core"] else ""
    lines = [f"{mark} {style.bold(said)}{style.dim(needs)}"]
    for problem in file["problems"]:
        first, *more = wrap(f"{clean(problem['message'])} [{problem['code']}]", columns - 8)
        lines += [f"      {style.paint('-', COLOUR[problem['severity']])} {first}", *(f"        {m}" for m in more)]
    return lines


def deploy(result: Result, style: Style, columns: int) -> list[str]:
    """What is live now, and what to do next."""
    plugins = (result.data or {})["plugins"]
    lines = [_deployed(plugin, style) for plugin in plugins] or ["Nothing to deploy: it is all there already."]
    return [*lines, *(cure(item, style) for item in result.next)]


def _deployed(plugin: dict[str, Any], style: Style) -> str:
    before = plugin["previous"]
    was = "" if before is None else f", was {before}" if before != plugin["version"] else ", built anew"
    how = " after a restart" if plugin["restarted"] else ""
    said = style.bold(f"{clean(plugin['name'])} {clean(plugin['version'])}")
    took = style.dim(f"({plugin['seconds']:.1f} s)")
    return f"{style.paint('live', 'green')} {said}{was}{how} {took}"


def list_(result: Result, style: Style, columns: int) -> list[str]:
    """A table."""
    plugins = (result.data or {})["plugins"]
    if not plugins:
        return ["No plugins. Put one in with: devbox plugin deploy FILE"]
    rows = [(clean(p["name"]), clean(p["version"]), _state(p, style), p["source"]) for p in plugins]
    return table(("PLUGIN", "VERSION", "STATE", "SOURCE"), rows, style, columns)


def link(result: Result, style: Style, columns: int) -> list[str]:
    """What is live now, the folders it comes from, and what to do next."""
    data = result.data or {}
    how = " after a restart" if data["restarted"] else ""
    said = style.bold(" ".join(clean(word) for word in (data["name"], data["version"]) if word))
    folders = [f"  {style.dim(clean(folder))}" for folder in data["folders"]]
    return [f"{style.paint('linked', 'green')} {said}{how}", *folders, *(cure(item, style) for item in result.next)]


def unlink(result: Result, style: Style, columns: int) -> list[str]:
    """What is gone."""
    data = result.data or {}
    how = "; Jenkins has started anew without it" if data["restarted"] else ""
    return [f"{style.bold(clean(data['name']))} is not linked any more{how}"]


def _state(plugin: dict[str, Any], style: Style) -> str:
    if plugin["active"]:
        return "active" if plugin["enabled"] else "active until the next restart"
    return style.paint("off" if not plugin["enabled"] else "not active", "yellow")
