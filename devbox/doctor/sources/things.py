"""What the engine has, in two list calls."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from devbox.doctor.facts import EngineFacts, Missing, Things, Where
from devbox.doctor.host import HostView, Reply
from devbox.doctor.sources.together import together

SECONDS = 3.0


def things(host: HostView, where: Where, engine: EngineFacts) -> Things | Missing:
    """All containers and networks."""
    from devbox.engine import convert

    if where.endpoint is None or not engine.reach.ok:
        return Missing("the engine does not answer", known=True)
    endpoint = where.endpoint
    asked = [partial(host.ask, endpoint, path, SECONDS) for path in ("/containers/json?all=1", "/networks")]
    containers, networks = (_rows(answer) for answer in together(asked, SECONDS + 0.5))
    if isinstance(containers, Missing):
        return containers
    found = tuple(convert.container(row) for row in containers)
    return Things(found, () if isinstance(networks, Missing) else tuple(networks))


def _rows(answer: Reply | Exception) -> list[dict[str, Any]] | Missing:
    from devbox.engine import convert

    if isinstance(answer, Exception):
        return Missing(f"the engine's lists: {answer or type(answer).__name__}")
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError):
        return Missing("the engine's lists: no JSON")
    if answer.status != 200 or not isinstance(value, list):
        return Missing(f"the engine's lists: HTTP {answer.status}")
    return convert.rows(value)
