"""How shells are told a variable. sh's line is `NAME=value` alone, which an env file and `export` take, too."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping


def _posix(name: str, value: str) -> str:
    return f"{name}={shlex.quote(value)}"


def _fish(name: str, value: str) -> str:
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"set -gx {name} '{quoted}'"


def _powershell(name: str, value: str) -> str:
    quoted = value.replace("'", "''")
    return f"$env:{name} = '{quoted}'"


SHELLS: Mapping[str, Callable[[str, str], str]] = {"sh": _posix, "fish": _fish, "powershell": _powershell}
