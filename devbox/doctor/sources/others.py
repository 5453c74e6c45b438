"""Other places on this machine where a Docker Engine may answer: looked at when the one that is meant does not."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from devbox.doctor.facts import Missing, OtherEngine, Settings, Where
from devbox.doctor.host import HostView, Reply
from devbox.doctor.sources.together import together
from devbox.engine.api import Endpoint

SECONDS = 0.8

_SOCKETS: tuple[tuple[str, str], ...] = (
    ("desktop-linux", ".docker/run/docker.sock"),
    ("desktop-linux", ".docker/desktop/docker.sock"),
    ("orbstack", ".orbstack/run/docker.sock"),
    ("rancher-desktop", ".rd/docker.sock"),
)
"""The name of the context that the product makes, and its socket below the home."""


def others(host: HostView, where: Where, settings: Settings | Missing) -> tuple[OtherEngine, ...]:
    """The engines that answer elsewhere: sockets that are known by name, the system's own, contexts of the store."""
    stored = () if isinstance(settings, Missing) else settings.contexts
    candidates = {context.host: context.name for context in stored if context.host and not context.problem}
    for name, path in _places(host):
        candidates.setdefault(f"unix://{path}", name)
    candidates.pop(where.url, None)
    local = [(url, name) for url, name in candidates.items() if url.startswith("unix://")]
    there = [(url, name) for url, name in local if host.kind(Path(url.removeprefix("unix://"))) == "socket"]
    asked = [partial(host.ask, Endpoint(url, "tried"), "/_ping", SECONDS) for url, _ in there]
    names = {context.name for context in stored}
    return tuple(
        OtherEngine(url, name, name in names or name == "default")
        for (url, name), answer in zip(there, together(asked, SECONDS + 0.2), strict=True)
        if isinstance(answer, Reply) and answer.status == 200
    )


def _places(host: HostView) -> list[tuple[str, Path]]:
    """Context's name and socket, of what could be here."""
    home = host.home
    if host.platform == "win32":
        return []
    found = [("default", Path("/var/run/docker.sock")), *((name, home / path) for name, path in _SOCKETS)]
    if runtime := host.env.get("XDG_RUNTIME_DIR"):
        found.append(("rootless", Path(runtime) / "docker.sock"))
    colima = Path(host.env.get("COLIMA_HOME") or home / ".colima")
    for profile in host.names(colima):
        name = "colima" if profile == "default" else f"colima-{profile}"
        found.append((name, colima / profile / "docker.sock"))
    lima = Path(host.env.get("LIMA_HOME") or home / ".lima")
    return found + [(f"lima-{name}", lima / name / "sock" / "docker.sock") for name in host.names(lima)]
