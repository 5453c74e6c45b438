"""From a stack and the choices to what is to be created in Docker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, field, replace
from pathlib import Path

from devbox.engine.api import ContainerSpec, Endpoint, Image, Mount, Publish
from devbox.frozen import dataclass
from devbox.sandbox import address, agent, kinds, labels, names
from devbox.sandbox.choices import Choices, to_json
from devbox.stacks import PortPolicy, Service, Stack


@dataclass(frozen=True)
class Design:
    """All that a service's container follows from; `image` is the main service's, `images` has those of the others.

    `version` is that of what runs inside (Jenkins' own), where it is known.
    """

    stack: Stack
    name: str
    run: str
    choices: Choices
    image: Image
    endpoint: Endpoint
    version: str | None
    config_file: str
    war: Path | None = None
    """The WAR to put in; None also where the home has it already."""
    images: Mapping[str, Image] = field(default_factory=dict)
    scale: int | None = None
    """How many workers somebody asks for now, who may have been scaled otherwise since."""

    @property
    def published_on(self) -> str:
        """The address the ports are published on."""
        ports = tuple(self.port(p.name) for p in self.stack.ports)
        return address.publish_on(self.endpoint, self.choices["publish_address"], ports, self.stack.name)

    def image_of(self, service: str) -> Image:
        """The image of a service."""
        return self.images.get(service, self.image)

    def reference(self, service: Service) -> str:
        """The reference of a service's image, as the sandbox has it."""
        return kinds.of(self.stack.name).reference(service, self.choices)

    def image_reference(self, service: Service) -> str:
        """What the container is made from: the tag while it means the image that is wanted, else the image itself."""
        wanted, image = self.reference(service), self.image_of(service.name)
        return wanted if wanted in image.tags else image.id or wanted

    @property
    def url(self) -> str:
        """The base URL, without a trailing slash."""
        host = address.reach(self.endpoint, self.published_on)
        main = self.stack.ports[0].name
        return address.base_url(host, self.port(main), self.choices.prefix(), self.stack.name)

    def port(self, name: str) -> int:
        """The chosen host port."""
        return int(self.choices[self.choices.ports[name]])

    def base_labels(self, role: str) -> dict[str, str]:
        """The labels of everything this run makes."""
        return labels.ours(self.stack.name, self.name, self.run, role)


def container(design: Design, service: Service, number: int = 1) -> ContainerSpec:
    """The container of a service, or one of its several."""
    choices, member = design.choices, names.member(service.name, number)
    service = kinds.of(design.stack.name).shape(design, service)
    spec = ContainerSpec(
        name=names.container(design.name, member),
        image=design.image_reference(service),
        service=service.name,
        labels={},
        network=names.network(design.name),
        command=service.command,
        environment=service.environment,
        mounts=tuple(Mount(names.volume(design.name, m.volume), m.path) for m in service.mounts),
        ports=_ports(design, service),
        healthcheck=service.healthcheck,
        memory=service.memory,
        restart=service.restart,
        stop_grace=service.stop_grace,
        init=service.init,
    )
    own = labels.of_service(
        design.base_labels("service"), member, design.image_of(service.name).id, design.config_file, asdict(spec)
    )
    chosen = json.dumps(to_json(choices, with_values=False), sort_keys=True)
    own |= {labels.CHOICES: chosen, labels.IMAGE: design.reference(service)}
    own[labels.SERVICES] = ",".join(s.name for s in design.stack.services)
    policy, _, allowed = service.restart.partition(":")
    if policy == "on-failure" and allowed:
        own[labels.RESTARTS] = allowed
    main = design.stack.ports[0]
    if main.service == service.name:
        own[labels.HTTP] = str(main.container)
    if design.version and main.service == service.name:
        own[labels.VERSION] = design.version
    return replace(spec, labels=own)


def _ports(design: Design, service: Service) -> tuple[Publish, ...]:
    found = []
    for policy in design.stack.ports:
        if policy.service == service.name:
            host = design.port(policy.name)
            found.append(Publish(host if policy.inside else policy.container, _address(design, policy), host))
    return tuple(found)


def _address(design: Design, policy: PortPolicy) -> str:
    """The debugger runs any code: never on an address that others can reach, whatever the other ports are on."""
    if policy.name == agent.DEBUG:
        return design.endpoint.publish or agent.LOOPBACK
    return design.published_on
