"""Facts as the tests of checks want them: a healthy Linux machine, changed in what a test is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from devbox.doctor.checks import CHECKS
from devbox.doctor.facts import (
    Disks,
    EngineFacts,
    Facts,
    Groups,
    Libraries,
    Missing,
    Parsed,
    Ports,
    Python,
    Reach,
    Settings,
    Things,
    Tool,
    Where,
)
from devbox.doctor.host import Machine, Ran, Space
from devbox.doctor.model import Finding
from devbox.engine.api import Endpoint

NOW = 1_790_000_000.0
GB = 1_000_000_000

INFO: dict[str, Any] = {
    "MemTotal": 16 * GB,
    "NCPU": 8,
    "Architecture": "x86_64",
    "OSType": "linux",
    "CgroupVersion": "2",
    "OperatingSystem": "Debian GNU/Linux 12 (bookworm)",
    "Name": "pc",
}
PLAIN = Settings(
    config=Parsed(Path("/home/u/.docker/config.json"), False),
    contexts=(),
    daemon=Parsed(Path("/etc/docker/daemon.json"), False),
    docker_java=Parsed(Path("/home/u/.docker-java.properties"), False),
    testcontainers=Parsed(Path("/home/u/.testcontainers.properties"), False),
)
TOOLS = (Tool("docker", "/usr/bin/docker", "28.2.2"),)
WHERE = Where(Endpoint("unix:///var/run/docker.sock", "default"))


def engine(release: str = "28.5.1", api: str = "1.51", low: str | None = "1.24", **info: Any) -> EngineFacts:
    """An engine that answers."""
    version = {"Version": release, "ApiVersion": api, **({"MinAPIVersion": low} if low else {})}
    return EngineFacts(Reach("ok"), {}, version, {**INFO, **info}, "", 0.0)


def silent(case: str, detail: str = "") -> EngineFacts:
    """An engine that does not."""
    return EngineFacts(Reach(case, detail))


HEALTHY = Facts(
    platform="linux",
    machine="x86_64",
    env={},
    where=WHERE,
    settings=PLAIN,
    engine=engine(),
    now=NOW,
    tools=TOOLS,
    programs=("dockerd", "docker", "systemctl"),
    groups=Groups("docker", True, True),
    things=Things(),
    ports=Ports({8080: "the pages of jenkins", 50000: "the agents of jenkins"}, {}, ()),
    python=Python("7.2.0", "2.32.3", "2.2.3"),
    libraries=Libraries(),
    disks=Disks(Space(500 * GB, 100 * GB), Space(500 * GB, 100 * GB)),
    registries={"registry-1.docker.io": ""},
)


def facts(**changes: Any) -> Facts:
    """The healthy machine with these facts instead."""
    return replace(HEALTHY, **changes)


def settings(**changes: Any) -> Settings:
    """Plain settings with these files: a mapping is what the file holds, a text what is wrong with it."""
    made: dict[str, Any] = {}
    for name, value in changes.items():
        path = getattr(PLAIN, name).path if name != "contexts" else None
        if path is None:
            made[name] = value
        else:
            made[name] = Parsed(path, True, problem=value) if isinstance(value, str) else Parsed(path, True, value)
    return replace(PLAIN, **made)


def one(id: str, about: Facts) -> Finding:
    """The finding of one check."""
    (check,) = [check for check in CHECKS if check.id == id]
    (found,) = check.run(about)
    assert found.id == id
    return found


def where(url: str, rule: str = "DOCKER_HOST", context: str | None = None, **more: Any) -> Where:
    """An endpoint."""
    return Where(Endpoint(url, rule, context, **more))


@dataclass(frozen=True)
class Fake(Machine):
    """A machine of any platform: programs that answer from a table; files and sockets are real ones."""

    programs: Mapping[str, str] = field(default_factory=dict)
    """Name to path."""
    answers: Mapping[tuple[str, ...], Ran | str] = field(default_factory=dict)
    """Argument list (first word: the program's name) to its output."""

    def run(self, argv: tuple[str, ...], timeout: float, *, stdin: bytes = b"", env: Any = None) -> Ran:
        name = argv[0].replace("\\", "/").rpartition("/")[2]
        answer = self.answers.get((name, *argv[1:]))
        if answer is None:
            return Ran(argv, None, failure="not found")
        return Ran(argv, 0, answer) if isinstance(answer, str) else answer

    def which(self, name: str) -> str | None:
        return self.programs.get(name)


NOTHING = Missing("not looked at")
