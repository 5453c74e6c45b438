"""Reads devbox.toml and the user's config.toml into values with their line, or an error that names it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from devbox.cli.options import OPTIONS, Option
from devbox.cli.values import shown
from devbox.errors import Cure, UsageError
from devbox.frozen import dataclass

PROJECT_FILE = "devbox.toml"
USER_FILE = "config.toml"
SECTIONS = frozenset(option.section for option in OPTIONS if option.section)
TYPES = {str: "text", int: "a number", float: "a number", bool: "true or false", list: "a list", dict: "a table"}


@dataclass(frozen=True)
class Entry:
    """One key of a file: the option it sets and the value as TOML has it; `text` is the whole file's."""

    option: Option
    value: Any
    file: Path
    text: str
    path: tuple[str, ...]

    @property
    def where(self) -> str:
        """File, line and key, as an error says it."""
        return f"{self.file}:{line_of(self.text, self.path)}: {self.option.key}"


def find(folder: Path) -> Path | None:
    """The devbox.toml of this folder or the nearest one above."""
    for place in (folder, *folder.parents):
        file = place / PROJECT_FILE
        try:
            if file.is_file():
                return file
        except OSError:
            continue
    return None


def read(file: Path, scope: str) -> list[Entry]:
    """The entries of a file; `scope` is "project" or "user". Raises settings.invalid and settings.unknown_key."""
    import tomllib

    text = _text(file)
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _no_toml(file, text, error) from error
    return [_entry(file, text, path, value, scope) for path, value in _flat(tables)]


def _no_toml(file: Path, text: str, error: Exception) -> UsageError:
    said = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", str(error), re.DOTALL)
    line = int(said[2] or len(text.rstrip().split("\n"))) if said else 1
    what = said[1] if said else "nested too deeply"
    cures = (Cure("correct that line; texts go in quotes"),)
    return UsageError("settings.invalid", f"{file}:{line}: no TOML: {what}", cures=cures)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UsageError("settings.invalid", f"{file} is not UTF-8 text (byte {error.start})") from error
    except OSError as error:
        raise UsageError("settings.invalid", f"{file} cannot be read: {error.strerror or error}") from error


def _flat(tables: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in tables.items():
        if key in SECTIONS and isinstance(value, dict):
            yield from (((key, inner), content) for inner, content in value.items())
        else:
            yield (key,), value


def _entry(file: Path, text: str, path: tuple[str, ...], value: Any, scope: str) -> Entry:
    allowed = {option.key: option for option in OPTIONS if option.files == "project" or option.files == scope}
    key = ".".join(path)
    option = allowed.get(key)
    if option is None and key in SECTIONS:
        raise UsageError("settings.invalid", f"{file}:{line_of(text, path)}: [{key}] is a table, not {shown(value)}")
    if option is None:
        raise _unknown(f"{file}:{line_of(text, path)}", key, list(allowed))
    fits = isinstance(value, option.kind) or (option.kind is float and isinstance(value, int))
    if not fits or (isinstance(value, bool) and option.kind is not bool):
        raise UsageError(
            "settings.invalid",
            f"{file}:{line_of(text, path)}: {key} takes {TYPES[option.kind]}, not {shown(value)}",
            cures=(Cure("put it in quotes"),) if option.kind is str else (),
        )
    return Entry(option, value, file, text, path)


def _unknown(where: str, key: str, known: list[str]) -> UsageError:
    if any(option.key == key and option.files == "user" for option in OPTIONS):
        return UsageError(
            "settings.unknown_key",
            f"{where}: {key} cannot be set by a project",
            cures=(Cure(f"put it into your own {USER_FILE}, or give it as a flag"),),
        )
    near = _nearest(key, known)
    return UsageError(
        "settings.unknown_key",
        f"{where}: unknown key {shown(key)}" + (f", did you mean {near}?" if near else ""),
        cures=() if near else (Cure(f"the keys that there are: {', '.join(known)}"),),
    )


def _nearest(key: str, known: list[str]) -> str | None:
    """The known key that is meant: near as a whole, or of the same last part in another table."""
    if close := difflib.get_close_matches(key, known, 1, 0.6):
        return close[0]
    last = {name.rpartition(".")[2]: name for name in known}
    close = difflib.get_close_matches(key.rpartition(".")[2], last, 1, 0.7)
    return last[close[0]] if close else None


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line (from 1) on which a key's statement begins.

    tomllib tells no lines; but a file's first n lines are TOML for themselves wherever no value goes over their end.
    The statement begins after the last such n at which the key is not there yet.
    """
    import tomllib

    lines = text.split("\n")
    begin = 0
    for count in range(1, len(lines) + 1):
        try:
            tables = tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        if _has(tables, path):
            return begin + 1
        begin = count
    return 1


def _has(tables: Any, path: tuple[str, ...]) -> bool:
    for part in path:
        if not isinstance(tables, dict) or part not in tables:
            return False
        tables = tables[part]
    return True
