"""Where the lab keeps things: a cache that survives reboots, and a folder for sockets, pid files and logs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

SECOND_LAB = 100
"""So a lab elsewhere does not disturb the one at the default place."""
APART = 40
"""Indexes between two labs elsewhere: `DEVBOX_LAB_NUMBER` says which one this is (0, 1)."""


@dataclass(frozen=True)
class Places:
    """`cache` holds what is slow to make and the engine's data, `run` what belongs to running daemons.

    `first` is the first index of this lab's engines: each index is a bridge and a range of addresses.
    """

    cache: Path
    run: Path
    first: int = 0

    def make(self) -> None:
        """Create both folders."""
        self.cache.mkdir(parents=True, exist_ok=True)
        self.run.mkdir(parents=True, exist_ok=True)


def places() -> Places:
    """The default places, or both under `DEVBOX_LAB_DIR` where that is set (keep it short: sockets live there)."""
    chosen = os.environ.get("DEVBOX_LAB_DIR")
    if chosen:
        number = int(os.environ.get("DEVBOX_LAB_NUMBER", "0"))
        return Places(Path(chosen) / "cache", Path(chosen) / "run", SECOND_LAB + APART * number)
    return Places(Path("/var/cache/devbox-lab"), Path("/run/devbox-lab"))
