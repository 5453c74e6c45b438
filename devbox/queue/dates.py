"""The dates that Resque writes, and those that any of its relatives writes, read."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime


def failed_at(now: float | None = None) -> str:
    """`failed_at` of a failure: local time with the zone's name (`failure/redis.rb`)."""
    return time.strftime("%Y/%m/%d %H:%M:%S %Z", time.localtime(now))


def retried_at(now: float | None = None, *, zone: bool = True) -> str:
    """`retried_at` of a failure: the same; without the zone in a list of one queue's (`redis_multi_queue.rb`)."""
    return failed_at(now) if zone else time.strftime("%Y/%m/%d %H:%M:%S", time.localtime(now))


def started(now: float | None = None) -> str:
    """A worker's start as Ruby's `Time#to_s`: local time with the offset."""
    return time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(now))


FORMATS = (
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%dT%H:%M:%S.%f%z",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y/%m/%d %H:%M:%S %z",
    "%a %b %d %Y %H:%M:%S GMT%z",
    "%a %b %d %H:%M:%S %z %Y",
)
NAIVE = (
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%a %b %d %H:%M:%S %Y",
)
"""Without an offset; a zone's name at the end has been taken off and is UTC or this machine's own."""
MILLISECONDS = 100_000_000_000
"""A bare number from here on counts milliseconds (Jesque, node-resque), below it seconds (pyres)."""


def parse(value: object) -> datetime | None:
    """A date of Resque, Jesque, node-resque, pyres, goworker or php-resque in UTC; None for what is none."""
    text = str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
    if re.fullmatch(r"\d{1,17}(\.\d+)?", text):
        number = float(text)
        return _at(number / 1000 if number >= MILLISECONDS else number)
    text = re.sub(r"\s*\([^)]*\)$", "", text)  # JavaScript: "... GMT+0000 (Coordinated Universal Time)"
    for layout in FORMATS:
        if found := _read(text, layout):
            return found.astimezone(UTC)
    text = re.sub(r" (UTC|GMT) (\d{4})$", r" \2 \1", text)  # the date command's order
    zone = re.search(r"\s([A-Za-z]{1,6})$", text)
    for layout in NAIVE:
        if found := _read(text[: zone.start()] if zone else text, layout):
            utc = zone is not None and zone[1].upper() in {"UTC", "GMT", "Z"}
            return found.replace(tzinfo=UTC) if utc else found.astimezone(UTC)
    return None


def _at(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _read(text: str, layout: str) -> datetime | None:
    try:
        return datetime.strptime(text, layout)
    except (ValueError, OverflowError):
        return None


def rfc3339(value: object) -> str | None:
    """Such a date as devbox' results have dates; None for what is none."""
    found = parse(value)
    return found.isoformat(timespec="seconds").replace("+00:00", "Z") if found else None
