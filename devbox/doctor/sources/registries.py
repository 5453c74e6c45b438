"""Whether Docker Hub and the engine's mirrors can be reached from this machine. Nothing is pulled, nobody signs in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from urllib.parse import urlsplit

from devbox.doctor.facts import EngineFacts, Missing
from devbox.doctor.host import HostView
from devbox.doctor.sources.together import together

HUB = "registry-1.docker.io"
SECONDS = 1.0
DEEP_SECONDS = 8.0


def registries(host: HostView, engine: EngineFacts, seconds: float) -> dict[str, str] | Missing:
    """Each mirror, and Docker Hub: "" where something takes connections, else the reason.

    Behind a proxy this machine's own way says nothing.
    """
    if not engine.reach.ok:
        return Missing("the engine does not answer", known=True)
    info = engine.known_info
    if info.get("HttpsProxy") or info.get("HttpProxy"):
        return Missing("the engine goes through a proxy, which this machine cannot ask for it")
    found = _dialled(host, mirrors(info), seconds)
    # Docker goes to the Hub itself where no mirror answers, and so is it looked at then alone.
    return found if "" in found.values() else {**found, **_dialled(host, [(HUB, HUB, 443)], seconds)}


def _dialled(host: HostView, places: list[tuple[str, str, int]], seconds: float) -> dict[str, str]:
    said = together([partial(host.dial, name, port, seconds) for _, name, port in places], seconds + 0.2)
    return {place[0]: why if isinstance(why, str) else str(why) for place, why in zip(places, said, strict=True)}


def mirrors(info: Mapping[str, object]) -> list[tuple[str, str, int]]:
    """The engine's mirrors of Docker Hub: URL, host, port."""
    config = info.get("RegistryConfig")
    named = config.get("Mirrors") if isinstance(config, dict) else None
    found = []
    for url in named if isinstance(named, list) else ():
        try:
            parts = urlsplit(str(url))
            port = parts.port or (80 if parts.scheme == "http" else 443)
        except ValueError:
            continue
        if parts.hostname:
            found.append((str(url).rstrip("/"), parts.hostname, port))
    return found
