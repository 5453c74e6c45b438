"""The clients on PATH and the libraries in caches, with their versions. None of them is let near the engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from devbox.doctor.facts import Libraries, Missing, Python, Settings, Tool
from devbox.doctor.host import HostView, Ran
from devbox.doctor.sources.together import together

SECONDS = 3.0

_VERSION = re.compile(r"\bv?(\d+\.\d+(?:\.\d+)?(?:[-+.~][0-9A-Za-z.+~-]*)?)")

_CLIENTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("docker", "docker", ("--version",)),
    ("compose", "docker", ("compose", "version", "--short")),
    ("buildx", "docker", ("buildx", "version")),
    ("docker-compose", "docker-compose", ("version", "--short")),
)
"""Name, program and the words that make it say its version without asking any engine."""

_NO_PLUGIN = re.compile(r"unknown command: docker|is not a docker command|unknown shorthand flag|unknown flag")

PROGRAMS = (
    "boot2docker", "docker-machine", "VBoxManage", "colima", "limactl", "rdctl", "podman", "orb", "minikube",
    "multipass", "wsl", "vagrant", "dockerd", "systemctl", "service", "docker", "dockerd-rootless.sh", "apt-get",
)  # fmt: skip
"""By which back ends are recognised."""


def tools(host: HostView) -> tuple[Tool, ...]:
    """The clients that are there."""
    there = [(name, path, words) for name, program, words in _CLIENTS if (path := host.which(program))]
    # No engine's address goes along: some versions of the docker CLI ask it before they let a plugin speak.
    nobody = {"DOCKER_HOST": "unix:///nonexistent/docker.sock", "DOCKER_CONTEXT": ""}
    calls = [partial(host.run, (path, *words), SECONDS, env=nobody) for _, path, words in there]
    found = [_tool(name, path, ran) for (name, path, _), ran in zip(there, together(calls, SECONDS + 0.5), strict=True)]
    return tuple(tool for tool in found if tool)


def _tool(name: str, path: str, ran: Ran | Exception) -> Tool | None:
    if isinstance(ran, Exception):
        return Tool(name, path, "", str(ran))
    if not ran.ok and _NO_PLUGIN.search(ran.out + ran.err):
        return None
    version = _VERSION.search(ran.out)
    if ran.ok and version:
        return Tool(name, path, version[1])
    return Tool(name, path, "", ran.said or f"it ended with {ran.code}")


def programs(host: HostView) -> tuple[str, ...]:
    """Which back ends' programs are on PATH."""
    return tuple(name for name in PROGRAMS if host.which(name))


def helpers(host: HostView, settings: Settings | Missing) -> dict[str, str | None]:
    """The credential helpers that `config.json` names, and where each is."""
    config = {} if isinstance(settings, Missing) else settings.config.value
    per_registry = config.get("credHelpers")
    named = [config.get("credsStore"), *(per_registry.values() if isinstance(per_registry, dict) else ())]
    wanted = dict.fromkeys(name for name in named if isinstance(name, str) and name and "/" not in name)
    return {name: host.which(f"docker-credential-{name}") for name in wanted}


def python(host: HostView) -> Python:
    """The SDK beside devbox and its neighbours."""
    return Python(*(host.package(name) or "" for name in ("docker", "requests", "urllib3", "paramiko")))


def libraries(host: HostView) -> Libraries:
    """Testcontainers and docker-java as Maven and Gradle have them."""
    return Libraries(
        _cached(host, "org.testcontainers", "testcontainers"),
        _cached(host, "com.github.docker-java", "docker-java-api"),
    )


def _cached(host: HostView, group: str, artifact: str) -> tuple[str, ...]:
    gradle = Path(host.env.get("GRADLE_USER_HOME") or host.home / ".gradle")
    folders = (
        host.home.joinpath(".m2", "repository", *group.split("."), artifact),
        gradle / "caches" / "modules-2" / "files-2.1" / group / artifact,
    )
    found = {name for folder in folders for name in host.names(folder) if name[:1].isdigit()}
    return tuple(sorted(found, key=numbers))


def numbers(version: str) -> tuple[int, ...]:
    """A version as numbers, to compare: "1.21.3-rc1" is (1, 21, 3)."""
    match = re.match(r"v?(\d+(?:\.\d+)*)", version)
    return tuple(int(part) for part in match[1].split(".")[:4]) if match else ()


RELEVANT = re.compile(
    r"DOCKER_|COMPOSE_|BUILDX_|BUILDKIT|TESTCONTAINERS_|MINIKUBE_|MACHINE_|COLIMA_|LIMA_|(?:HTTPS?|NO|ALL)_PROXY\Z"
    r"|DEVBOX_(?:HOST|CONTEXT)\Z|WSL_|XDG_RUNTIME_DIR\Z|CONTAINER_HOST\Z",
    re.IGNORECASE,
)


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """The variables that matter to Docker."""
    return {name: value for name, value in sorted(env.items()) if RELEVANT.match(name)}
