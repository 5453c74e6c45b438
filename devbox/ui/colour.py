"""Whether to colour: flag and DEVBOX_NO_COLOR, then NO_COLOR, FORCE_COLOR, then whether it is a terminal."""

from __future__ import annotations

from collections.abc import Mapping


def wanted(no_color: bool, env: Mapping[str, str], terminal: bool) -> bool:
    """The decision; `no_color` holds the flag and DEVBOX_NO_COLOR. An empty NO_COLOR counts as none (no-color.org)."""
    if no_color or env.get("NO_COLOR"):
        return False
    if force := env.get("FORCE_COLOR"):
        return force.lower() not in ("0", "false")
    return terminal and env.get("TERM") != "dumb"
