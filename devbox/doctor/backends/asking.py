"""What back ends' programs print, read without trust: JSON in any of their shapes, exports, UTF-16."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devbox.doctor.backends.model import ASK, Access

if TYPE_CHECKING:
    from devbox.doctor.host import HostView

_EXPORT = re.compile(
    r"""^\s*(?:export\s+|set\s+|\$env:|SET\s+)?(DOCKER_[A-Z_]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S*))\s*;?\s*$""",
    re.MULTILINE,
)


def objects(text: str) -> list[dict[str, Any]]:
    """The JSON objects of a text: one, an array of them, or one a line (NDJSON); what is none is passed over."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return [item for line in text.splitlines() if isinstance(item := _value(line), dict)]
    return [item for item in (whole if isinstance(whole, list) else [whole]) if isinstance(item, dict)]


def _value(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def ask(host: HostView, *argv: str, seconds: float = ASK) -> list[dict[str, Any]]:
    """A program's JSON objects; [] when it does not run or has nothing to say."""
    return objects(host.run(argv, seconds).out)


def one(host: HostView, name: str, *argv: str) -> dict[str, Any] | None:
    """The object of this name in a program's list; {} when the list came without it, None when no list came."""
    ran = host.run(argv, ASK)
    if not ran.ok:
        return None
    return next((item for item in objects(ran.out) if _name(item) == name), {})


def _name(item: dict[str, Any]) -> str:
    return str(item.get("name") or item.get("Name") or "").rstrip("*")


def exports(text: str) -> Access | None:
    """The engine that lines like `export DOCKER_HOST=tcp://...` lead to."""
    found = {name: quoted or single or bare for name, quoted, single, bare in _EXPORT.findall(text)}
    host = found.get("DOCKER_HOST", "")
    return Access(host, found.get("DOCKER_CERT_PATH", "")) if host else None


def born(path: Path) -> str:
    """A text that stays the same as long as this file is the very same one and unchanged; "" where there is none."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_dev}:{found.st_ino}:{found.st_mtime_ns}"


def yaml_of(host: HostView, path: Path) -> dict[str, Any]:
    """A YAML file's mapping; {} for anything else."""
    import yaml

    try:
        value = yaml.safe_load(host.read(path))
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return {}
    return value if isinstance(value, dict) else {}
