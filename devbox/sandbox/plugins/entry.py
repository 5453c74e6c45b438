"""The way into a sandbox's running Jenkins: its container, its address, its administrator."""

from __future__ import annotations

from devbox.engine.api import Container, Engine
from devbox.frozen import dataclass
from devbox.jenkins.client import Client
from devbox.sandbox import access, home
from devbox.sandbox.choices import of_container
from devbox.sandbox.inside import service_container


@dataclass(frozen=True)
class Entry:
    """A running Jenkins. `password` is None under `--no-auth`."""

    name: str
    container: Container
    url: str
    client: Client
    password: str | None


def enter(engine: Engine, name: str) -> Entry:
    """Raises `sandbox.unknown`, `service.stopped`, `service.unpublished`; nothing is asked of Jenkins yet."""
    container = service_container(engine, name, "jenkins")
    url = access.published(engine, name, container)
    if of_container(container.labels, {})["no_auth"]:
        return Entry(name, container, url, Client(url), None)
    password, token = home.secrets_of(engine, container.id)
    return Entry(name, container, url, Client(url, password, token), password)
