"""Checks: pure functions from facts to findings, and the table of all of them."""

from __future__ import annotations

from devbox.doctor.checks import deep, leftovers, machine, network, ports, reach, settings, versions
from devbox.doctor.checks.words import Check

__all__ = ["AREAS", "CHECKS", "Check"]

AREAS = ("engine", "settings", "versions", "machine", "network", "ports", "devbox", "deep")
"""In the order in which people read them."""

CHECKS: tuple[Check, ...] = (
    Check("engine.endpoint", "engine", "the settings name an endpoint that can be used", reach.endpoint),
    Check("engine.reachable", "engine", "an engine answers there", reach.reachable, ("access",)),
    Check("engine.backend", "engine", "which product owns the engine", reach.backend, ("access",)),
    Check("engine.release", "engine", "the engine speaks API 1.24 or later", versions.release),
    Check("env.docker-host", "settings", "DOCKER_HOST is not stale, and hides no context", settings.docker_host,
          ("settings", "access")),
    Check("env.docker-context", "settings", "DOCKER_CONTEXT holds, and names a context", settings.docker_context,
          ("settings",)),
    Check("context.current", "settings", "the current context exists", settings.current_context,
          ("settings", "access")),
    Check("context.store", "settings", "no stored context is broken", settings.store, ("settings",)),
    Check("config.docker", "settings", "the docker CLI's config.json can be read", settings.config, ("settings",)),
    Check("config.daemon", "settings", "daemon.json can be read", settings.daemon, ("settings",)),
    Check("config.credentials", "settings", "the credential helpers are there", settings.credentials,
          ("settings", "tools")),
    Check("api.devbox", "versions", "devbox' Docker SDK and the engine have API versions in common", versions.devbox,
          ("python",)),
    Check("api.docker-cli", "versions", "the docker CLI and the engine do", versions.docker_cli, ("tools",)),
    Check("api.compose", "versions", "Docker Compose and the engine do", versions.compose, ("tools",)),
    Check("api.buildx", "versions", "buildx and the engine do, and Compose takes it", versions.buildx, ("tools",)),
    Check("api.pinned", "versions", "DOCKER_API_VERSION is one that the engine speaks", versions.pinned),
    Check("api.docker-java", "versions", "docker-java's api.version is one that the engine speaks",
          versions.docker_java, ("settings",)),
    Check("api.testcontainers", "versions", "Testcontainers for Java and the engine understand each other",
          versions.testcontainers, ("settings", "libraries")),
    Check("sdk.neighbours", "versions", "the Docker SDK fits the Python packages beside it", versions.sdk,
          ("python",)),
    Check("engine.clock", "machine", "the engine's clock is right", machine.clock),
    Check("engine.memory", "machine", "the engine has memory enough for a Jenkins", machine.memory),
    Check("engine.cpus", "machine", "the engine has processors enough for a Jenkins", machine.cpus),
    Check("engine.processor", "machine", "there are images for its processor, and nothing is emulated",
          machine.processor),
    Check("engine.cgroup", "machine", "its control groups are of version 2", machine.cgroup),
    Check("disk.engine", "machine", "the engine's disk has room", machine.engine_disk, ("disks",)),
    Check("disk.home", "machine", "this machine's disk has room", machine.home_disk, ("disks",)),
    Check("net.addresses", "network", "an address range is left for another network", network.addresses, ("things",)),
    Check("net.firewall", "network", "the engine's packet filter chains are there", network.firewall,
          ("network", "settings")),
    Check("net.registry", "network", "Docker Hub or its mirror can be reached", network.registry, ("network",)),
    Check("net.proxy", "network", "a proxy of the clients is the daemon's too", network.proxy, ("settings",)),
    Check("net.exposed", "network", "ports on 127.0.0.1 are this machine's alone", network.exposed),
    Check("ports.taken", "ports", "the ports of our stacks are free, or our own", ports.taken, ("ports", "things")),
    Check("ports.reserved", "ports", "Windows keeps none of them for itself", ports.reserved, ("ports",)),
    Check("ports.airplay", "ports", "AirPlay on macOS has none of them", ports.airplay, ("ports",)),
    Check("ports.reach", "ports", "what runs is reached from this machine", ports.reach, ("ports", "things")),
    Check("devbox.leftovers", "devbox", "nothing was left behind by a killed devbox", leftovers.leftovers, ("things",)),
    Check("deep.container", "deep", "a container runs", deep.container, deep=True),
    Check("deep.port", "deep", "a port that it publishes answers here", deep.port, deep=True),
    Check("deep.volume", "deep", "a volume keeps its file", deep.volume, deep=True),
    Check("deep.usage", "deep", "what takes the engine's space", deep.usage, deep=True),
    Check("deep.rate-limit", "deep", "Docker Hub still gives pulls", deep.rate, deep=True),
    Check("deep.backends", "deep", "the state of every back end here", deep.backends, deep=True),
)  # fmt: skip
"""Every check; ids are stable."""
