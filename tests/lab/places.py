"""Where the lab keeps things: a cache that survives reboots, and a folder for sockets, pid files and logs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """`cache` holds what is slow to make and the engine's data, `run` what belongs to running daemons."""

    cache: Path
    run: Path

    def make(self) -> None:
        """Create both folders."""
        self.cache.mkdir(parents=True, exist_ok=True)
        self.run.mkdir(parents=True, exist_ok=True)


def places() -> Places:
    """The default places, or both under `DEVBOX_LAB_DIR` where that is set (keep it short: sockets live there)."""
    chosen = os.environ.get("DEVBOX_LAB_DIR")
    if chosen:
        return Places(Path(chosen) / "cache", Path(chosen) / "run")
    return Places(Path("/var/cache/devbox-lab"), Path("/run/devbox-lab"))
