"""What the doctor knows: gathered once, side by side, each source with its own deadline. Nothing here changes anything.

Every field of `Facts` may be a `Missing`, with the reason why it could not be looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devbox.doctor.host import HostView, Listener, Space
from devbox.frozen import dataclass

if TYPE_CHECKING:
    from devbox.engine.api import Container, Endpoint
    from devbox.engine.window import Window
    from devbox.errors import DevboxError


@dataclass(frozen=True)
class Missing:
    """A fact that could not be had. `known`: the reason is a finding of its own (the engine does not answer)."""

    reason: str
    known: bool = False


@dataclass(frozen=True)
class Where:
    """The endpoint and who chose it; `error` where the settings name none that can be used."""

    endpoint: Endpoint | None
    error: DevboxError | None = None
    flag: str = ""
    """The flag that chose it ("--host"), "" where the environment or the docker CLI's files did."""

    @property
    def url(self) -> str:
        """The endpoint's URL, "" without one."""
        return self.endpoint.url if self.endpoint else ""

    @property
    def context(self) -> str:
        """The docker context's name, "" without one."""
        return (self.endpoint.context or "") if self.endpoint else ""


@dataclass(frozen=True)
class Parsed:
    """A settings file as an object. `problem` is "" for a good one and for one that is not there (`there`)."""

    path: Path
    there: bool
    value: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class StoredContext:
    """A context of the docker CLI's store; `problem` says what is wrong with its files."""

    name: str
    host: str
    folder: Path
    problem: str = ""


@dataclass(frozen=True)
class Settings:
    """The files that steer Docker's clients and its daemon here."""

    config: Parsed
    """The docker CLI's `config.json`."""
    contexts: tuple[StoredContext, ...]
    daemon: Parsed
    """`daemon.json`, as far as it lies on this machine."""
    docker_java: Parsed
    testcontainers: Parsed


@dataclass(frozen=True)
class Reach:
    """How asking the engine ended.

    `case` is "ok" or one of `checks/reach.py`'s table ("socket.missing", "hang", "tls.expired", ...); `detail` is what
    was said.
    """

    case: str
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Whether an engine answered."""
        return self.case == "ok"


@dataclass(frozen=True)
class EngineFacts:
    """What the engine says: `/_ping`'s headers, `/version`, `/info` (a Missing when it alone failed)."""

    reach: Reach
    headers: Mapping[str, str] = field(default_factory=dict)
    version: Mapping[str, Any] = field(default_factory=dict)
    info: Mapping[str, Any] | Missing = Missing("the engine was not asked", known=True)
    pinned: str = ""
    """What the engine answers to a client pinned by `DOCKER_API_VERSION`: its own words of refusal, "" if it serves."""
    skew: float | None = None
    """Seconds by which the engine's clock is ahead of this machine's."""

    @property
    def release(self) -> str:
        """The engine's version, "" where it says none."""
        return _text(self.version.get("Version"))

    @property
    def api(self) -> str:
        """The highest API version that it speaks."""
        return _text(self.version.get("ApiVersion"))

    @property
    def min_api(self) -> str:
        """The lowest that it says it accepts; "" below 1.13."""
        return _text(self.version.get("MinAPIVersion"))

    @property
    def window(self) -> Window | None:
        """Both as a window."""
        from devbox.engine.window import daemon_window

        return daemon_window(self.api, self.min_api or None)

    @property
    def known_info(self) -> Mapping[str, Any]:
        """`/info`, {} when it is missing."""
        return {} if isinstance(self.info, Missing) else self.info

    @property
    def provider(self) -> str:
        """Whose engine it is (`engine/provider.py`); "" when none answered."""
        from devbox.engine.provider import provider

        return provider(self.version, self.known_info) if self.reach.ok else ""

    @property
    def name(self) -> str:
        """As sentences name it: "Docker Engine 20.10.24", "Podman 5.7.0"."""
        who = "Podman" if self.provider == "podman" else "Docker Engine"
        return f"{who} {self.release or '(unknown version)'}"


@dataclass(frozen=True)
class Tool:
    """A client found here: docker, compose (the plugin), docker-compose, buildx. `problem`: why it does not run."""

    name: str
    path: str
    version: str
    problem: str = ""


@dataclass(frozen=True)
class Things:
    """What the engine has: all containers (one list call), networks with their subnets, devbox's own parts."""

    containers: tuple[Container, ...] = ()
    networks: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Ports:
    """The ports that our stacks publish: what binding each said, and who listens on this machine."""

    wanted: Mapping[int, str]
    """Port to option ("http_port")."""
    refused: Mapping[int, str]
    listeners: tuple[Listener, ...]
    reserved: tuple[tuple[int, int], ...] = ()
    """Windows' excluded ranges, both ends included."""
    answers: Mapping[tuple[str, int], str] = field(default_factory=dict)
    """Published (address, port) of running sandboxes: "" where something answers, else the reason."""


@dataclass(frozen=True)
class Python:
    """The Docker SDK beside devbox and its neighbours: versions, "" where absent."""

    docker: str
    requests: str
    urllib3: str
    paramiko: str = ""


@dataclass(frozen=True)
class Libraries:
    """Testcontainers for Java in the caches of Maven and Gradle: versions found, lowest first."""

    testcontainers: tuple[str, ...] = ()
    docker_java: tuple[str, ...] = ()


@dataclass(frozen=True)
class Disks:
    """Disks of this machine: the home's, and the engine's data where it lies here."""

    home: Space | None
    engine: Space | None = None


@dataclass(frozen=True)
class Firewall:
    """The engine's packet filter chains, where this user may look: names of those that are missing."""

    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deep:
    """What `--deep` adds; each a Missing where it could not be done."""

    usage: Mapping[str, Any] | Missing
    """`/system/df`."""
    rate: Mapping[str, str] | Missing
    """Docker Hub's rate limit headers."""
    trial: Trial | Missing
    backends: tuple[str, ...] = ()
    """A line for the state of each back end found."""


@dataclass(frozen=True)
class Trial:
    """A container that ran: did it, did its port answer ("" yes), was its file in the volume, its disk and clock."""

    ran: str
    port: str
    volume: str
    disk: Space | None = None


@dataclass(frozen=True)
class Groups:
    """Who may use the engine's socket: its group, whether the user is in it, and whether this session is."""

    socket: str
    member: bool
    session: bool


@dataclass(frozen=True)
class OtherEngine:
    """An engine that answers elsewhere on this machine; `stored`: a context of this name is there to be used."""

    host: str
    name: str
    stored: bool


@dataclass(frozen=True)
class Facts:
    """All of it."""

    platform: str
    machine: str
    env: Mapping[str, str]
    """Variables that matter to Docker: `DOCKER_*`, proxies and their like."""
    where: Where
    settings: Settings | Missing
    engine: EngineFacts
    now: float = 0.0
    """This machine's Unix time, in seconds."""
    tools: tuple[Tool, ...] | Missing = ()
    programs: tuple[str, ...] = ()
    """Programs of back ends that are on PATH (boot2docker, colima, limactl, ...)."""
    backend: str = ""
    """The product that owns the endpoint, as a person calls it; "" for one that nobody here is known to own."""
    service: str = ""
    """What systemd says of the system's own engine: "active", "activating", "failed", ... ("" without systemd)."""
    groups: Groups | Missing = Missing("not looked at")
    others: tuple[OtherEngine, ...] = ()
    """Engines that answer elsewhere on this machine; looked for when the one that is meant does not."""
    helpers: Mapping[str, str | None] | Missing = field(default_factory=dict)
    """Credential helpers that `config.json` names, and where each is (None: nowhere)."""
    things: Things | Missing = Missing("the engine was not asked", known=True)
    ports: Ports | Missing = Missing("not looked at")
    python: Python | Missing = Missing("not looked at")
    libraries: Libraries | Missing = Missing("not looked at")
    disks: Disks | Missing = Missing("not looked at")
    firewall: Firewall | Missing = Missing("not looked at")
    registries: Mapping[str, str] | Missing = Missing("not looked at")
    """Docker Hub and mirrors: "" where it answers, else the reason."""
    deep: Deep | Missing = Missing("only with --deep")


@dataclass(frozen=True)
class Asked:
    """What the command line and the settings say: the endpoint's flags, and the ports that `up` would publish."""

    host: str | None = None
    context: str | None = None
    ports: Mapping[int, str] = field(default_factory=dict)


def gather(
    host: HostView, asked: Asked | None = None, *, deep: bool = False, only: frozenset[str] | None = None
) -> Facts:
    """Look at everything, or at these sources `only` (`sources/gathering.py` names them).

    Takes 1.5 s with a healthy engine, at most 5 s with one that hangs; `deep` up to two minutes. Never raises.
    """
    from devbox.doctor.sources.gathering import gathered

    return gathered(host, asked or Asked(), deep=deep, only=only)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
