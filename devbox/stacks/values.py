"""Compose's spellings of sizes, durations and ports."""

from __future__ import annotations

import re

from devbox.engine.api import Mount, Publish

_UNITS = {"": 1, "b": 1, "k": 1 << 10, "kb": 1 << 10, "m": 1 << 20, "mb": 1 << 20, "g": 1 << 30, "gb": 1 << 30}
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}


def size(text: str | int) -> int:
    """Bytes of "2g", "512m", "1073741824"; raises `ValueError`. Docker's units: powers of 1024."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]*)", str(text).strip().lower())
    if not found or found[2] not in _UNITS:
        raise ValueError(f"{text!r} is no size, such as 512m or 2g")
    return int(float(found[1]) * _UNITS[found[2]])


def duration(text: str) -> float:
    """Seconds of "1m30s", "5s", "500ms"; raises `ValueError`."""
    pieces = re.findall(r"(\d+(?:\.\d+)?)(us|ms|s|m|h)", str(text))
    if not pieces or "".join(n + unit for n, unit in pieces) != str(text):
        raise ValueError(f"{text!r} is no duration, such as 30s or 1m30s")
    return sum(float(number) * _SECONDS[unit] for number, unit in pieces)


def publish(text: str) -> Publish:
    """A port in Compose's short syntax with all three parts, "127.0.0.1:8080:8080"; raises `ValueError`.

    Fewer parts would publish on every address, which no stack of ours may do.
    """
    found = re.fullmatch(r"(\d+\.\d+\.\d+\.\d+):(\d+):(\d+)(?:/tcp)?", str(text))
    if not found:
        raise ValueError(f"{text!r} is no port of the form ADDRESS:HOST:CONTAINER")
    return Publish(container=int(found[3]), host_ip=found[1], host=int(found[2]))


def mount(text: str) -> Mount:
    """A named volume in Compose's short syntax, "home:/var/jenkins_home"; raises `ValueError` (also for a path)."""
    found = re.fullmatch(r"([a-z0-9][a-z0-9_-]*):(/\S*)", str(text))
    if not found:
        raise ValueError(f"{text!r} is no named volume of the form NAME:/PATH (paths of this machine are not mounted)")
    return Mount(volume=found[1], path=found[2])


def restart(text: str) -> str:
    """A restart policy; raises `ValueError`."""
    if not re.fullmatch(r"no|always|unless-stopped|on-failure(:\d+)?", str(text)):
        raise ValueError(f"{text!r} is no restart policy")
    return str(text)
