"""What a devbox that was killed left behind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from devbox.doctor.checks.words import ok, skip, warn
from devbox.doctor.facts import Facts, Missing, Things
from devbox.doctor.model import Finding, Remedy, Risk
from devbox.sandbox import labels, names
from devbox.sandbox.observe import belongs

MINUTES = 15
"""What is younger may belong to a devbox that is at work."""


def leftovers(facts: Facts) -> list[Finding]:
    """Helpers, set-aside containers and empty networks of ours, older than a quarter of an hour."""
    id, things = "devbox.leftovers", facts.things
    if isinstance(things, Missing):
        return skip(id, things)
    found = [*_containers(facts, things), *_networks(facts, things)]
    if not found:
        return ok(id, "devbox has left nothing behind")
    remove = Remedy("Remove them.", None, Risk.SETTINGS, "leftovers.remove", tuple(found))
    said = ", ".join(found[:8]) + (f" and {len(found) - 8} more" if len(found) > 8 else "")
    return warn(id, f"{len(found)} leftover{'s' if len(found) > 1 else ''} of a devbox that was killed", said, remove)


def _containers(facts: Facts, things: Things) -> list[str]:
    """Containers that are there only while devbox works."""
    found = []
    for container in things.containers:
        own = labels.is_ours(container.labels) and belongs(container)
        name = container.labels.get(labels.NAME, "")
        service = container.labels.get(labels.COMPOSE_SERVICE, "")
        passing = container.name.startswith(names.helper(name)) or container.name == names.set_aside(name, service)
        if own and passing and facts.now - container.created > MINUTES * 60:
            found.append(f"container {container.name}")
    return found


def _networks(facts: Facts, things: Things) -> list[str]:
    """Networks of sandboxes that have no container any more. A kept home keeps none."""
    living = {c.labels.get(labels.NAME) for c in things.containers if labels.is_ours(c.labels)}
    ours = [(network, _labels(network)) for network in things.networks]
    return [
        f"network {network.get('Name')}"
        for network, marks in ours
        if labels.is_ours(marks) and marks.get(labels.NAME) not in living and _old(facts, network.get("Created"))
    ]


def _old(facts: Facts, created: object) -> bool:
    """Whether it was made long enough ago."""
    try:
        return facts.now - datetime.fromisoformat(str(created)).timestamp() > MINUTES * 60
    except ValueError:
        return False


def _labels(network: Mapping[str, Any]) -> dict[str, str]:
    found = network.get("Labels")
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
