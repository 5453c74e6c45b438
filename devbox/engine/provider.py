"""Whose engine it is, from what `/version` and `/info` say (the rules that ddev uses, and a few more)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_RULES: tuple[tuple[str, str, str], ...] = (
    ("operating_system", "docker desktop", "docker-desktop"),
    ("name", "docker-desktop", "docker-desktop"),
    ("operating_system", "orbstack", "orbstack"),
    ("name", "orbstack", "orbstack"),
    ("operating_system", "rancher desktop", "rancher-desktop"),
    ("name", "rancher-desktop", "rancher-desktop"),
    ("name", "colima", "colima"),
    ("name", "lima", "lima"),
    ("operating_system", "boot2docker", "boot2docker"),
    ("name", "minikube", "minikube"),
    ("component", "podman engine", "podman"),
    ("security", "name=rootless", "rootless"),
)
"""(where to look, text in lower case, provider); the first that fits wins."""


def provider(version: Mapping[str, Any], info: Mapping[str, Any]) -> str:
    """docker-desktop, orbstack, rancher-desktop, colima, lima, boot2docker, minikube, podman, rootless or engine."""
    components = version.get("Components")
    names = [str(c.get("Name")) for c in components if isinstance(c, dict)] if isinstance(components, list) else []
    options = info.get("SecurityOptions")
    words = {
        "operating_system": str(info.get("OperatingSystem", "")),
        "name": str(info.get("Name", "")),
        "component": " ".join(names),
        "security": " ".join(map(str, options)) if isinstance(options, list) else "",
    }
    return next((who for where, text, who in _RULES if text in words[where].lower()), "engine")
