"""Compose's spellings of sizes, durations and ports."""

from __future__ import annotations

import ipaddress
import re

from devbox.engine.api import Mount, Publish

_UNITS = {"": 1, "b": 1, "k": 1 << 10, "kb": 1 << 10, "m": 1 << 20, "mb": 1 << 20, "g": 1 << 30, "gb": 1 << 30}
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}


def size(text: str | int) -> int:
    """Bytes of "2g", "512m", "1073741824"; raises `ValueError`. Docker's units: powers of 1024."""
    found = re.fullmatch(r"([0-9]{1,15}(?:\.[0-9]{1,15})?)\s*([a-z]*)", str(text).strip().lower())
    if not found or found[2] not in _UNITS:
        raise ValueError(f"{text!r} is no size, such as 512m or 2g")
    return int(float(found[1]) * _UNITS[found[2]])


def duration(text: str) -> float:
    """Seconds of "1m30s", "5s", "500ms"; raises `ValueError`."""
    pieces = re.findall(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(us|ms|s|m|h)", str(text))
    if not pieces or "".join(n + unit for n, unit in pieces) != str(text):
        raise ValueError(f"{text!r} is no duration, such as 30s or 1m30s")
    return sum(float(number) * _SECONDS[unit] for number, unit in pieces)


def publish(text: str) -> Publish:
    """A port in Compose's short syntax with all three parts, "127.0.0.1:8080:8080"; raises `ValueError`.

    Fewer parts would publish on every address, which no stack of ours may do.
    """
    found = re.fullmatch(r"([0-9.]+):([0-9]+):([0-9]+)(?:/tcp)?", str(text))
    if not found:
        raise ValueError(f"{text!r} is no port of the form ADDRESS:HOST:CONTAINER")
    return Publish(container=port(found[3]), host_ip=str(ipaddress.IPv4Address(found[1])), host=port(found[2]))


def port(text: str) -> int:
    """A port's number; raises `ValueError`."""
    return _number(text, 1, 65535)


def percent(text: str) -> int:
    """A share of a hundred; raises `ValueError`."""
    return _number(text, 0, 100)


def count(text: str) -> int:
    """How many times; raises `ValueError`."""
    return _number(text, 0, 1_000_000)


def _number(text: str, lowest: int, highest: int) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,8}", text) or not lowest <= int(text) <= highest:
        raise ValueError(f"{text!r} is no number from {lowest} to {highest}")
    return int(text)


def boolean(text: str) -> bool:
    """YAML's `true` or `false`; raises `ValueError`."""
    if text not in ("true", "false"):
        raise ValueError(f"{text!r} is neither true nor false")
    return text == "true"


def mount(text: str) -> Mount:
    """A named volume in Compose's short syntax, "home:/var/jenkins_home"; raises `ValueError` (also for a path)."""
    found = re.fullmatch(r"([a-z0-9][a-z0-9_-]*):(/\S*)", str(text))
    if not found:
        raise ValueError(f"{text!r} is no named volume of the form NAME:/PATH (paths of this machine are not mounted)")
    return Mount(volume=found[1], path=found[2])


def restart(text: str) -> str:
    """A restart policy; raises `ValueError`."""
    if not re.fullmatch(r"no|always|unless-stopped|on-failure(:[0-9]+)?", str(text)):
        raise ValueError(f"{text!r} is no restart policy")
    return str(text)
