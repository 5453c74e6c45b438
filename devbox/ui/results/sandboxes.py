"""`up`, `restart` and `status` in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from devbox.errors import Cure
from devbox.result import Result
from devbox.ui import words
from devbox.ui.style import Style
from devbox.ui.table import pairs, table, wrap

PAINT = {
    "running": "green",
    "healthy": "green",
    "starting": "yellow",
    "partial": "yellow",
    "restarting": "yellow",
    "unhealthy": "red",
    "exited": "red",
    "stopped": "red",
    "dead": "red",
}
HEAD = ("NAME", "STACK", "STATE", "VERSION", "AGE", "URL, PORTS")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
TOLD = ("copy home", "bring back", "restart", "reload", "scale")


def named(command: str, sandbox: Mapping[str, Any]) -> str:
    """A command for this stack alone, with the sandbox's name where that is not the one that is meant anyway."""
    return command if sandbox["name"] == sandbox["stack"] else f"{command} {sandbox['name']}"


def bring_back(sandbox: Mapping[str, Any]) -> str:
    """The command that brings a sandbox up (again)."""
    name = "" if sandbox["name"] == sandbox["stack"] else f" -n {sandbox['name']}"
    return f"devbox up {sandbox['stack']}{name}"


def up(result: Result, style: Style, columns: int) -> list[str]:
    """What runs now, where it is, what was changed, and what to type next."""
    data = result.data or {}
    lines: list[str] = []
    for sandbox in data.get("sandboxes", ()):
        lines += [_headline(sandbox, data, style), ""]
        lines += pairs(_facts(sandbox, data, result, style), style, columns)
        lines += ["", *_next(result.next or _usual_next(sandbox), style, columns)]
    return lines


def _headline(sandbox: Mapping[str, Any], data: Mapping[str, Any], style: Style) -> str:
    what = sandbox["stack"].capitalize() + (f" {sandbox['version']}" if sandbox["version"] else "")
    if sandbox["name"] != sandbox["stack"]:
        what += f" ({sandbox['name']})"
    state = "is up" if sandbox["state"] == "running" else f"is {sandbox['state']}"
    took = words.seconds(data.get("seconds", 0))
    tail = f"in {took}" if data.get("changes") else f"already, nothing to do ({took})"
    return f"{style.paint(f'{what} {state}', 'bold', PAINT.get(sandbox['state'], 'yellow'))} {style.dim(tail)}"


def _facts(sandbox: Mapping[str, Any], data: Mapping[str, Any], result: Result, style: Style) -> list[tuple[str, str]]:
    facts = [("URL", style.bold(sandbox["url"]))] if sandbox["url"] else []
    if sandbox["stack"] == "jenkins" and (sign_in := _sign_in(sandbox, result, style)):
        facts.append(("sign-in", sign_in))
    facts += [("ports", ports)] if (ports := _ports(sandbox["services"])) else []
    told = [_change(change) for change in data.get("changes", ()) if _worth_telling(change)]
    facts += [("changed" if at == 0 else "", line) for at, line in enumerate(told)]
    return facts


def _sign_in(sandbox: Mapping[str, Any], result: Result, style: Style) -> str | None:
    """How to get in; None where it is the user's own affair by now. The password itself is not shown."""
    codes = {warning.code for warning in result.warnings}
    if "signin.off" in codes:
        return "none is needed"
    if "signin.changed" in codes:
        return None
    from devbox.jenkins.site import USER

    return f"{USER}, password: {style.command(named('devbox credentials', sandbox))}"


def _worth_telling(change: Mapping[str, Any]) -> bool:
    """What happened to a sandbox that was there before; that a new one was made, the headline says."""
    return change["action"] in TOLD or str(change.get("reason", "")).startswith("recreate ")


def _change(change: Mapping[str, Any]) -> str:
    reason = str(change.get("reason", ""))
    return reason if reason.startswith("recreate ") else f"{change['action']} {change['target']} ({reason})"


def _usual_next(sandbox: Mapping[str, Any]) -> Sequence[Cure]:
    kept = "data stay" if sandbox["stack"] == "queue" else "home stays"
    page = (Cure("in the browser", named("devbox open", sandbox)),) if sandbox["stack"] == "jenkins" else ()
    return (
        *page,
        Cure("what it writes", f"devbox logs {sandbox['name']} -f"),
        Cure(f"away with it; its {kept}", f"devbox down {sandbox['name']}"),
    )


def _next(cures: Sequence[Cure], style: Style, columns: int) -> list[str]:
    """Commands, each with what it does beside it, or below it where the line would be too long."""
    commands = [style.complete(cure.command or "") for cure in cures]
    widest = max(map(len, commands), default=0)
    lines: list[str] = []
    for command, cure in zip(commands, cures, strict=True):
        if widest + 4 + len(cure.text) <= columns:
            lines.append(f"  {style.paint(command.ljust(widest), 'cyan')}  {style.dim(cure.text)}")
        else:
            lines.append(f"  {style.paint(command, 'cyan')}")
            lines += [f"      {style.dim(line)}" for line in wrap(cure.text, columns - 6)]
    return lines


def status(result: Result, style: Style, columns: int) -> list[str]:
    """A table of sandboxes with their services below each."""
    sandboxes = (result.data or {}).get("sandboxes", ())
    if not sandboxes:
        which = style.command("devbox up jenkins"), style.command("devbox up queue")
        return ["No sandboxes.", f"  -> bring one up:  {which[0]}, or {which[1]}"]
    rows: list[tuple[str, ...]] = []
    for sandbox in sandboxes:
        rows.append(_row(sandbox, style))
        rows += [_service_row(service, style) for service in sandbox["services"]]
    return table(HEAD, rows, style, columns) + [line for sandbox in sandboxes for line in _hint(sandbox, style)]


def _hint(sandbox: Mapping[str, Any], style: Style) -> list[str]:
    kept = "data are" if sandbox["stack"] == "queue" else "home is"
    states = {
        "kept": f"is down, its {kept} kept; back",
        "stopped": "is stopped; back",
        "partial": "is not whole; made whole",
    }
    if sandbox["state"] not in states:
        return []
    return [f"  -> {sandbox['name']} {states[sandbox['state']]} with:", f"     {style.command(bring_back(sandbox))}"]


def _row(sandbox: Mapping[str, Any], style: Style) -> tuple[str, ...]:
    state = sandbox["state"]
    oldest = min((service["created_at"] for service in sandbox["services"]), default="")
    return (
        style.bold(sandbox["name"]),
        sandbox["stack"],
        _painted(state, style),
        sandbox["version"] or "",
        words.age(oldest),
        sandbox["url"] or "",
    )


def _service_row(service: Mapping[str, Any], style: Style) -> tuple[str, ...]:
    health = service["health"] if service["state"] == "running" and service["health"] != "none" else service["state"]
    number = service["container"].rpartition("-")[2]
    name = f"{service['name']}#{number}" if number.isdecimal() and number != "1" else service["name"]
    return (
        f"  {name}",
        "",
        _painted(health, style),
        "",
        style.dim(words.age(service["created_at"])),
        style.dim(_ports([service])),
    )


def _painted(state: str, style: Style) -> str:
    return style.paint(state, PAINT[state]) if state in PAINT else state


def _ports(services: Sequence[Mapping[str, Any]]) -> str:
    found = [pair for service in services for pair in service["ports"].items()]
    found.sort(key=lambda pair: (len(pair[0]), pair))
    return ", ".join(_port(inside, outside) for inside, outside in found)


def _port(inside: str, outside: str) -> str:
    """8080 where both sides are the same on this machine, else 9090->8080, else 10.0.0.1:9090->8080."""
    host, _, number = outside.rpartition(":")
    where = number if host.strip("[]") in LOOPBACK else outside
    target = inside.removesuffix("/tcp")
    return where if number == target else f"{where}->{target}"
