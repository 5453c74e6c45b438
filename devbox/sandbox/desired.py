"""From a stack and the choices to what is to be created in Docker."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from devbox.engine.api import ContainerSpec, Endpoint, Image, Mount, Publish
from devbox.frozen import dataclass
from devbox.sandbox import address, labels, names
from devbox.sandbox.choices import PORTS, Choices, to_json
from devbox.stacks import Service, Stack
from devbox.stacks.values import size

NO_WIZARD = "-Djenkins.install.runSetupWizard=false"
"""Set together with the sign-in script, and never without it."""


@dataclass(frozen=True)
class Design:
    """All that a service's container follows from; `version` is Jenkins' own, where it is known."""

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

    @property
    def published_on(self) -> str:
        """The address the ports are published on."""
        ports = tuple(self.port(p.name) for p in self.stack.ports)
        return address.publish_on(self.endpoint, self.choices["publish_address"], ports)

    @property
    def image_reference(self) -> str:
        """What the container is made from: the tag while it means the image that is wanted, else the image itself."""
        return self.choices.image if self.choices.image in self.image.tags else self.image.id or self.choices.image

    @property
    def url(self) -> str:
        """The base URL, without a trailing slash."""
        host = address.reach(self.endpoint, self.published_on)
        return address.base_url(host, self.port("http"), self.choices["prefix"])

    def port(self, name: str) -> int:
        """The chosen host port."""
        return int(self.choices[PORTS[name]])

    def base_labels(self, role: str) -> dict[str, str]:
        """The labels of everything this run makes."""
        return labels.ours(self.stack.name, self.name, self.run, role)


def container(design: Design, service: Service) -> ContainerSpec:
    """The container of a service."""
    choices = design.choices
    memory = size(choices["memory"]) if choices["memory"] else service.memory
    spec = ContainerSpec(
        name=names.container(design.name, service.name),
        image=design.image_reference,
        service=service.name,
        labels={},
        network=names.network(design.name),
        command=service.command,
        environment=_environment(design, service, memory),
        mounts=tuple(Mount(names.volume(design.name, m.volume), m.path) for m in service.mounts),
        ports=_ports(design, service),
        healthcheck=service.healthcheck,
        memory=memory,
        restart=service.restart,
        stop_grace=service.stop_grace,
        init=service.init,
    )
    own = labels.of_service(
        design.base_labels("service"), service.name, design.image.id, design.config_file, asdict(spec)
    )
    chosen = json.dumps(to_json(choices, with_values=False), sort_keys=True)
    own |= {labels.CHOICES: chosen, labels.IMAGE: choices.image}
    own[labels.SERVICES] = ",".join(s.name for s in design.stack.services)
    policy, _, allowed = service.restart.partition(":")
    if policy == "on-failure" and allowed:
        own[labels.RESTARTS] = allowed
    http = next((p for p in design.stack.ports if p.name == "http" and p.service == service.name), None)
    if http is not None:
        own[labels.HTTP] = str(http.container)
    if design.version:
        own[labels.VERSION] = design.version
    return replace(spec, labels=own)


def _ports(design: Design, service: Service) -> tuple[Publish, ...]:
    found = []
    for policy in design.stack.ports:
        if policy.service == service.name:
            host = design.port(policy.name)
            found.append(Publish(host if policy.inside else policy.container, design.published_on, host))
    return tuple(found)


def _environment(design: Design, service: Service, memory: int) -> dict[str, str]:
    choices = design.choices
    given: Mapping[str, str] = choices["env"]
    image = design.image.environment
    env = {**service.environment, **given}
    for policy in design.stack.ports:
        if policy.service == service.name and policy.inside:
            env[policy.inside] = str(design.port(policy.name))
    # The image's own value would be lost: Docker replaces a variable as a whole.
    java = [image.get("JAVA_OPTS", ""), given.get("JAVA_OPTS", ""), NO_WIZARD, choices["java_opts"]]
    everything = " ".join([*java, given.get("JENKINS_JAVA_OPTS", image.get("JENKINS_JAVA_OPTS", ""))])
    if design.stack.heap and memory and not re.search(r"-Xmx|-XX:MaxRAM|-XX:MaxHeapSize", everything):
        # -Xmx, not a percentage: Java 8 before 8u191 dies of the option.
        java.insert(0, f"-Xmx{memory * design.stack.heap // 100 >> 20}m")
    env["JAVA_OPTS"] = _join(java)
    if choices["prefix"]:
        env["JENKINS_OPTS"] = _join(
            [image.get("JENKINS_OPTS", ""), given.get("JENKINS_OPTS", ""), f"--prefix={choices['prefix']}"]
        )
        env["DEVBOX_PREFIX"] = choices["prefix"]
    env["PRE_CLEAR_INIT_GROOVY_D"] = ""  # the image's start would delete the sign-in script, and come up open
    env["DEVBOX_URL"] = design.url + "/"
    env["DEVBOX_SIGNIN"] = "off" if choices["no_auth"] else "on"
    return env


def _join(parts: list[str]) -> str:
    return " ".join(part.strip() for part in parts if part.strip())
