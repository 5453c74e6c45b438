"""The common flags as they hold: out of what stood before and after the verb, and the settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from devbox.cli.flags import PREFIX, ROWS
from devbox.cli.options import BY_NAME
from devbox.cli.settings import Settings, parse
from devbox.errors import Cure, UsageError
from devbox.frozen import dataclass


@dataclass(frozen=True)
class Flags:
    """The common flags: command line, else settings. `name` is that of the command line alone."""

    name: str | None = None
    host: str | None = None
    context: str | None = None
    json: bool = False
    quiet: bool = False
    verbose: bool = False
    yes: bool = False
    dry_run: bool = False
    no_color: bool = False


def merge(levels: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """One value a flag out of the parameters of all levels; two different ones: usage.conflict."""
    merged: dict[str, Any] = {}
    for level in levels:
        for name in ROWS:
            if (value := level.get(PREFIX + name)) is None:
                continue
            if merged.setdefault(name, value) != value:
                raise UsageError(
                    "usage.conflict",
                    f"{BY_NAME[name].flag} is given twice: {merged[name]!r} and {value!r}",
                    cures=(Cure("give it once"),),
                )
    return merged


def resolve(given: Mapping[str, Any], settings: Settings) -> Flags:
    """The flags as they hold, the command line before the settings."""
    merged = {
        name: parse(BY_NAME[name], given[name], BY_NAME[name].flag) if name in given else settings[name]
        for name in ROWS
    }
    if "name" not in given:
        merged["name"] = None
    merged["host"], merged["context"] = _endpoint(given, settings)
    return Flags(**merged)


def _endpoint(given: Mapping[str, Any], settings: Settings) -> tuple[str | None, str | None]:
    """Host and context of the first source that gives either: a flag is not at odds with a variable.

    Both from the same source is refused where endpoints are resolved.
    """
    if "host" in given or "context" in given:
        return given.get("host"), given.get("context")
    host, context = settings.all["host"], settings.all["context"]
    by_variable = [setting.source == setting.option.variable for setting in (host, context)]
    if host.value and context.value and by_variable[0] != by_variable[1]:
        return (host.value, None) if by_variable[0] else (None, context.value)
    return host.value, context.value
