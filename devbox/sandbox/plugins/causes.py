"""Why Jenkins could not load a plugin, as far as it says so anywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

from devbox.engine.api import Engine
from devbox.jenkins.state import Failed, State

ARCHIVE = re.compile(r"\.[hj]p[il]$")
RECORD = re.compile(r"\n(?=[0-9]{4}-[0-9]{2}-|[A-Z][a-z]{2} [0-9]{1,2}, )")
"""Where the next record of a log begins, in its two shapes."""


def new_failures(before: Sequence[Failed], now: State, names: set[str]) -> list[str]:
    """The root causes of what has failed since: Jenkins forgets nothing of its list until it starts again."""
    old, found = list(before), []
    for failed in now.failed:
        if failed in old:
            old.remove(failed)
        elif failed.name in names or ARCHIVE.sub("", failed.name) in names:
            found.append(failed.cause)
    return found


def logged(engine: Engine, container: str, name: str, since: float) -> str | None:
    """The last `Caused by:` behind `Failed to install NAME` in the container's log since a Unix time."""
    pieces = engine.logs(container, since=since)
    text = b"".join(piece for _, piece in pieces).decode("utf-8", "replace")
    _, found, rest = text.rpartition(f"Failed to install {name}")
    told = re.findall(r"^Caused by: (.*)$", RECORD.split(rest, maxsplit=1)[0], re.M)
    return told[-1].strip() if found and told else None
