"""Figures as people read them."""

from __future__ import annotations

from datetime import UTC, datetime


def seconds(value: float) -> str:
    """A duration: 0.42 s, 8.3 s, 2 min 5 s, 3 h 2 min."""
    if value < 1:
        return f"{value:.2f} s"
    if value < 59.95:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def age(created_at: str, now: datetime | None = None) -> str:
    """How long ago an RFC 3339 time was, in its largest unit: 12s, 5m, 3h, 4d; "" where that is not known."""
    try:
        then = datetime.fromisoformat(created_at)
    except ValueError:
        return ""
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    past = max(0, int(((now or datetime.now(UTC)) - then).total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if past >= size:
            return f"{past // size}{unit}"
    return f"{past}s"


def size(value: float) -> str:
    """Bytes in the units that Docker shows: 512 B, 3.4 kB, 210 MB, 1.2 GB."""
    for unit in ("B", "kB", "MB"):
        if value < 999.5:
            return f"{value:.0f} {unit}" if value >= 9.95 or unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"
