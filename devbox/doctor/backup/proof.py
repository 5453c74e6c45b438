"""Whether an engine is the one in this VM: what is saved from one and deleted from another would be lost."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from devbox.doctor.backends.model import ASK, Access, Backend

if TYPE_CHECKING:
    from devbox.doctor.host import HostView
    from devbox.engine.api import Endpoint
    from devbox.engine.sdk import DockerEngine

_ID = re.compile(r"^\s*ID:\s*(\S+)\s*$", re.MULTILINE)


def endpoint_of(host: HostView, access: Access) -> Endpoint:
    """The endpoint that a back end's own program names; raises `endpoint.invalid`, `tls.missing`."""
    from devbox.engine.endpoint import resolve

    env = {k: v for k, v in host.env.items() if not k.startswith("DOCKER_")} | access.environment()
    return resolve(host=None, context=None, env=env, platform=host.platform, home=host.home)


def same_place(one: str, other: str) -> bool:
    """Whether two URLs lead to the same socket or address."""
    if one.startswith("unix://") and other.startswith("unix://"):
        first, second = (Path(url.removeprefix("unix://")) for url in (one, other))
        return first == second or first.resolve() == second.resolve()
    return one == other


def doubt(host: HostView, backend: Backend, engine: DockerEngine) -> str:
    """Why it is not sure that this engine is in this VM; "" where it is.

    Its program has to name the endpoint that we speak to, and inside the VM the engine must have the same id (Podman
    makes one up for each answer: there the host's name counts).
    """
    access = backend.tool.access(host, backend.name)
    if access is None:
        return f"{backend.tool.program} does not say where its engine is"
    named = endpoint_of(host, access)
    if not same_place(named.url, engine.endpoint.url):
        return f"its engine is at {named.url}, and this one at {engine.endpoint.url}"
    return _inside(host, backend, engine)


def _inside(host: HostView, backend: Backend, engine: DockerEngine) -> str:
    info = engine.info()
    podman = info.provider == "podman"
    question = ("hostname",) if podman else ("docker", "info")
    command = backend.inside(*question)
    ran = host.run(command, 3 * ASK) if command else None
    if ran is not None and not ran.ok:  # a rootful engine, and a user of the VM who is not in its group
        ran = host.run(backend.inside("sudo", *question), 3 * ASK)
    if ran is None or not ran.ok:
        return f"the VM cannot be looked into{f': {ran.said}' if ran else ''}"
    if podman:
        return "" if ran.out.strip() == info.name else f"the VM is called {ran.out.strip()}, its engine's {info.name}"
    found = _ID.search(ran.out)
    if found is None:
        return "the engine in the VM names no id"
    return "" if found[1] == info.id else f"the engine in the VM is {found[1]}, and this one {info.id}"
