"""The labels that are a sandbox's state: Docker Compose's own, and `dev.devbox.*` for what it has no word for.

Compose v2 finds a project's containers by project, config-hash and oneoff, its networks and volumes by project
(docker/compose `pkg/api/labels.go`). devbox acts on what carries `dev.devbox.stack`, and on nothing else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devbox import __version__
from devbox.sandbox import names

STACK = "dev.devbox.stack"
NAME = "dev.devbox.name"
VERSION = "dev.devbox.version"
"""The version of what runs inside (Jenkins' own), where it is known before the start."""
CHOICES = "dev.devbox.choices"
"""The options that the sandbox has, as JSON; the values of variables are not in it."""
SERVICES = "dev.devbox.services"
"""The services of the stack, comma-separated: what is missing of a sandbox shows without reading the stack's file."""
HTTP = "dev.devbox.http"
"""The port inside the container that the sandbox's URL leads to."""
RESTARTS = "dev.devbox.restarts"
"""How often Docker may restart the container when it fails."""
IMAGE = "dev.devbox.image"
"""The reference of the image."""
RUN = "dev.devbox.run"
"""The run of `devbox up` that made it: what a failed run has to take back."""
ROLE = "dev.devbox.role"
"""Of volumes: "home", "copy"; of containers: "service", "peek"."""
TOOL = "dev.devbox.tool"
"""The version of devbox that made it."""

_COMPOSE = "com.docker.compose."
COMPOSE_PROJECT = _COMPOSE + "project"
COMPOSE_SERVICE = _COMPOSE + "service"
COMPOSE_NUMBER = _COMPOSE + "container-number"


def ours(stack: str, name: str, run: str, role: str) -> dict[str, str]:
    """The labels of everything that devbox makes for a sandbox."""
    return {STACK: stack, NAME: name, RUN: run, ROLE: role, TOOL: __version__, COMPOSE_PROJECT: names.project(name)}


def of_service(
    base: Mapping[str, str], member: str, image_id: str, config_file: str, spec: Mapping[str, Any]
) -> dict[str, str]:
    """The labels of a service's container, with those that Compose's filters and listings need."""
    return {
        **base,
        COMPOSE_SERVICE: names.service_of(member),
        COMPOSE_NUMBER: str(names.number_of(member)),
        _COMPOSE + "oneoff": "False",
        _COMPOSE + "config-hash": config_hash(spec),
        _COMPOSE + "image": image_id,
        _COMPOSE + "depends_on": "",
        _COMPOSE + "project.config_files": config_file,
        _COMPOSE + "project.working_dir": str(Path(config_file).parent),
        _COMPOSE + "version": "2.0.0",
    }


def of_network(base: Mapping[str, str]) -> dict[str, str]:
    """The labels of the sandbox's network."""
    return {**base, _COMPOSE + "network": "default", _COMPOSE + "version": "2.0.0"}


def of_volume(base: Mapping[str, str], short: str) -> dict[str, str]:
    """The labels of a volume."""
    return {**base, _COMPOSE + "volume": short, _COMPOSE + "version": "2.0.0"}


def config_hash(spec: Mapping[str, Any]) -> str:
    """A hash over all that makes a service what it is."""
    return hashlib.sha256(json.dumps(spec, sort_keys=True, default=str).encode()).hexdigest()


def member(labels: Mapping[str, str]) -> str:
    """Which of the sandbox's services a container is, and which of several; "" for none of them."""
    service, number = labels.get(COMPOSE_SERVICE, ""), labels.get(COMPOSE_NUMBER, "1")
    return names.member(service, int(number)) if service and re.fullmatch("[1-9][0-9]{0,5}", number) else service


def is_ours(labels: Mapping[str, str]) -> bool:
    """Whether devbox made it."""
    return STACK in labels


def read_json(labels: Mapping[str, str], key: str) -> dict[str, Any]:
    """A JSON object from a label; {} for one that is missing or broken (somebody else's hand)."""
    try:
        value = json.loads(labels.get(key, "{}"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
