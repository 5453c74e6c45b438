"""`devbox doctor` in words: by area, problems first, what is fine as a count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from devbox.result import Result
from devbox.ui.style import Style, clean
from devbox.ui.table import table, wrap
from devbox.ui.words import count, size

_MARKS = {"fail": ("✗", "red"), "warn": ("!", "yellow"), "skip": ("-", "dim"), "ok": ("✓", "green")}
_ORDER = ("fail", "warn", "skip", "ok")


def doctor(result: Result, style: Style, columns: int) -> list[str]:
    """Whatever the verb was asked for."""
    data = result.data or {}
    if "checks" in data:
        return _list(data["checks"], style, columns)
    if "backups" in data:
        return _backups(data["backups"], style, columns)
    if "matches" in data:
        return list(_matches(data["matches"], style, columns))
    shown = _ORDER if result.verbose else ("fail", "warn")
    lines = [*_engine(data, style), *_findings(data["findings"], shown, style, columns), *_repaired(data, style)]
    lines.append(_summary(data["findings"], style, whole=result.verbose))
    if "bundle" in data:
        lines.append(f"The bug report is {data['bundle']}; its secrets are blanked, but look before you send it.")
    return lines


def _engine(data: Mapping[str, Any], style: Style) -> Iterator[str]:
    engine = data["engine"]
    if not engine:
        return
    window = f"API {engine['min_api']} to {engine['api']}"
    owner = "" if engine["provider"] == "engine" else f", {engine['provider']}"
    by = f"{engine['chosen_by']}" + (f", context {engine['context']}" if engine["context"] else "")
    yield f"{style.bold('Docker Engine ' + clean(engine['version']))} ({window}){owner}"
    yield style.dim(f"at {engine['endpoint']}, chosen by {by}")
    yield ""


def _findings(findings: Sequence[Mapping[str, Any]], shown: Sequence[str], style: Style, columns: int) -> Iterator[str]:
    areas: dict[str, list[Mapping[str, Any]]] = {}
    for one in sorted(findings, key=lambda f: _ORDER.index(f["status"])):
        if one["status"] in shown:
            areas.setdefault(one["area"], []).append(one)
    for area, found in areas.items():
        yield style.bold(area)
        for one in found:
            yield from _finding(one, style, columns)
        yield ""


def _finding(one: Mapping[str, Any], style: Style, columns: int) -> Iterator[str]:
    mark, colour = _MARKS[one["status"]]
    if one["status"] in ("ok", "skip"):
        said = f"{one['title']}{': ' if one['status'] == 'skip' else ', ' if one['evidence'] else ''}{one['evidence']}"
        first, *more = wrap(clean(f"{one['id']}: {said}"), columns - 4)
        yield f"  {style.paint(mark, colour)} {first}"
        yield from (f"      {line}" for line in more)
        return
    first, *more = wrap(clean(one["title"]), columns - 4)
    yield f"  {style.paint(mark, colour)} {first}"
    yield from (f"    {line}" for line in more)
    lines = wrap(clean(f"{one['id']}: {one['evidence']}" if one["evidence"] else one["id"]), columns - 4)
    yield from (f"    {style.dim(line)}" for line in lines)
    for cure in one["cures"]:
        yield from _cure(cure, style, columns)


def _cure(cure: Mapping[str, Any], style: Style, columns: int) -> Iterator[str]:
    risk = "" if cure["risk"] == "none" else f" ({cure['risk']})"
    text, command = clean(cure["text"]).rstrip(".:"), cure["command"]
    first, *more = wrap(f"{text}{risk}" + (":" if command else ""), columns - 9)
    yield f"    -> {first}"
    yield from (f"       {line}" for line in more)
    if command:
        yield f"       {style.command(clean(command))}"


def _repaired(data: Mapping[str, Any], style: Style) -> Iterator[str]:
    for one in data["repaired"]:
        text = one.get("text", "") if isinstance(one, Mapping) else str(one)
        yield f"  {style.paint('repaired', 'green')} {clean(text)}"
    if data["repaired"]:
        yield ""


def _summary(findings: Sequence[Mapping[str, Any]], style: Style, *, whole: bool) -> str:
    tally = Counter(one["status"] for one in findings)
    words = [
        style.paint(count(tally["fail"], "problem"), "red") if tally["fail"] else "",
        style.paint(count(tally["warn"], "warning"), "yellow") if tally["warn"] else "",
        style.paint(f"{tally['ok']} fine", "green") if tally["ok"] else "",
        f"{tally['skip']} not looked at" if tally["skip"] else "",
    ]
    more = "" if whole else style.dim(" (-v shows all)")
    return f"{count(sum(tally.values()), 'check')}: {', '.join(word for word in words if word)}{more}"


def _list(checks: Sequence[Mapping[str, Any]], style: Style, columns: int) -> list[str]:
    rows = [(one["id"], one["area"], one["line"] + (" (--deep)" if one["deep"] else "")) for one in checks]
    return table(("CHECK", "AREA", "LOOKS WHETHER"), rows, style, columns)


def _backups(backups: Sequence[Mapping[str, Any]], style: Style, columns: int) -> list[str]:
    if not backups:
        return ["No repair has saved anything here."]
    rows = [
        (b["id"], f"{b['backend']} {b['vm']}".strip(), count(len(b["volumes"]), "volume"), size(b["size"]), b["phase"])
        for b in backups
    ]
    places = [style.dim(f"  {clean(b['folder'])}") for b in backups]
    lines = table(("BACKUP", "OF", "VOLUMES", "SIZE", "STATE"), rows, style, columns)
    return [*lines, "", "In these folders; devbox removes none of them:", *places]


def _matches(matches: Sequence[Mapping[str, Any]], style: Style, columns: int) -> Iterator[str]:
    for at, match in enumerate(matches):
        if at:
            yield ""
        first, *more = wrap(clean(match["title"]), columns)
        yield style.bold(first)
        yield from (style.bold(line) for line in more)
        yield from (f"  {line}" for line in wrap(clean(match["cause"]), columns - 2) if line)
        for cure in match["cures"]:
            yield from _cure({**cure, "risk": "none"}, style, columns)
        yield style.dim(f"  {match['id']}")
        yield from (style.dim(f"  {link}") for link in match.get("links", ()))
