"""A stack as typed values; sizes in bytes, times in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from devbox.engine.api import Healthcheck, Mount, Publish
from devbox.frozen import dataclass


@dataclass(frozen=True)
class Service:
    """One service of a Compose file. `mounts` name the file's volumes ("home"), not Docker's ("devbox-x_home")."""

    name: str
    image: str
    command: tuple[str, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[Publish, ...] = ()
    mounts: tuple[Mount, ...] = ()
    healthcheck: Healthcheck | None = None
    memory: int = 0
    restart: str = "no"
    stop_grace: int | None = None
    init: bool = False


@dataclass(frozen=True)
class PortPolicy:
    """What `x-devbox.ports` says of one published port, under the name the options use ("http", "agent").

    A taken port that nobody asked for by number goes to the next free one. `inside` names the variable that tells the
    service to listen on the published number, where the number inside has to be the same.
    """

    name: str
    service: str
    container: int
    inside: str | None = None


@dataclass(frozen=True)
class Stack:
    """A stack: its services in start order, its volumes, and what Compose has no word for."""

    name: str
    services: tuple[Service, ...]
    volumes: tuple[str, ...]
    ports: tuple[PortPolicy, ...] = ()
    heap: int = 0
    """Percent of a service's memory that its Java heap may take; 0: not a Java service."""

    def service(self, name: str) -> Service:
        """The service of this name; raises `KeyError`."""
        for service in self.services:
            if service.name == name:
                return service
        raise KeyError(name)
