"""The ports that our stacks publish, on this machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import partial

from devbox.doctor.facts import Missing, Ports, Things, Where
from devbox.doctor.host import HostView
from devbox.doctor.sources.together import together

SECONDS = 1.0

STACKS: tuple[tuple[int, str], ...] = (
    (8080, "the pages of jenkins"),
    (50000, "the agents of jenkins"),
    (6379, "the Redis of queue"),
)
"""What `devbox up` publishes when it is not told otherwise."""


def ports(host: HostView, wanted: Mapping[int, str]) -> Ports:
    """Whether each is free, and who listens."""
    refused = {port: why for port in wanted if (why := host.bind("127.0.0.1", port))}
    listeners = host.listeners() if refused else ()
    return Ports(wanted, refused, listeners, _reserved(host))


def _reserved(host: HostView) -> tuple[tuple[int, int], ...]:
    """The ranges that Windows keeps; the table's words are in the user's language, its figures are not."""
    if host.platform != "win32":
        return ()
    ran = host.run(("netsh", "interface", "ipv4", "show", "excludedportrange", "protocol=tcp"), 2.0)
    return tuple((int(a), int(b)) for a, b in re.findall(r"^\s*(\d{1,5})\s+(\d{1,5})\b", ran.out, re.MULTILINE))


def answers(
    host: HostView, where: Where, things: Things | Missing, again: Callable[[], Things | Missing]
) -> dict[tuple[str, int], str]:
    """What happens at the published ports of running sandboxes, seen from this machine.

    What is silent is looked at `again`: it may just have been stopped.
    """
    found = _dialled(host, published(where, things))
    silent = [place for place, why in found.items() if why]
    if not silent:
        return found
    still = set(published(where, again()))
    return {**{place: why for place, why in found.items() if not why}, **_dialled(host, still.intersection(silent))}


def published(where: Where, things: Things | Missing) -> list[tuple[str, int]]:
    """Where the ports of running sandboxes are reached from this machine."""
    from devbox.sandbox import labels

    endpoint = where.endpoint
    if isinstance(things, Missing) or endpoint is None or endpoint.publish is None:
        return []
    return sorted(
        {
            (_reached(port.host_ip, endpoint.reach), port.host)
            for container in things.containers
            if labels.is_ours(container.labels) and container.state == "running"
            for port in container.ports
        }
    )


def _dialled(host: HostView, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
    said = together([partial(host.dial, ip, port, SECONDS) for ip, port in places], SECONDS + 0.5)
    return {place: why if isinstance(why, str) else str(why) for place, why in zip(places, said, strict=True)}


def _reached(ip: str, reach: str) -> str:
    """Where a port that is published on `ip` is reached from here."""
    return reach if ip in ("", "0.0.0.0", "::") else ip  # noqa: S104
