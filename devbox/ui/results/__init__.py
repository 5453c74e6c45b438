"""Results in words for stdout: `RENDER` has a function a verb. What is not in it is printed as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from devbox.result import Result
from devbox.ui.results import doctor, kept, plugins, queue, sandboxes, values
from devbox.ui.style import Style

Render = Callable[[Result, Style, int], list[str]]

RENDER: Mapping[str, Render] = {
    "up": sandboxes.up,
    "restart": sandboxes.up,
    "status": sandboxes.status,
    "down": kept.down,
    "pull": values.pull,
    "credentials": values.credentials,
    "open": values.open_,
    "config": values.config,
    "plugin check": plugins.check,
    "plugin deploy": plugins.deploy,
    "plugin list": plugins.list_,
    "plugin link": plugins.link,
    "plugin unlink": plugins.unlink,
    "doctor": doctor.doctor,
    "queue enqueue": queue.enqueue,
    "queue peek": queue.peek,
    "queue stats": queue.stats,
    "queue failed": queue.failed,
    "queue workers": queue.workers,
    "queue scale": queue.scale,
    "queue clear": queue.clear,
}


def text(command: str, result: Result, style: Style, columns: int) -> str:
    """A result as it is printed on stdout; `columns` is the width to fit into."""
    data = result.data or {}
    if "changes" in data and "sandboxes" not in data:
        lines = kept.dry_run(result, style, columns)
    elif render := RENDER.get(command):
        lines = render(result, style, columns)
    else:
        lines = json.dumps(result.data, indent=2).splitlines()
    return "".join(f"{line}\n" for line in lines)
