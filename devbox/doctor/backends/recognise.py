"""Whose engine an endpoint is: by what the daemon says, else by the context's name, the socket's path, certificates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devbox.doctor.backends.colima import COLIMA, LIMA
from devbox.doctor.backends.machine import BOOT2DOCKER, MACHINE
from devbox.doctor.backends.model import Backend, Tool
from devbox.doctor.backends.native import ROOTLESS, native
from devbox.doctor.backends.podman import PODMAN
from devbox.doctor.backends.products import DESKTOP, MINIKUBE, MULTIPASS, ORBSTACK, RANCHER, VAGRANT, WSL

if TYPE_CHECKING:
    from devbox.doctor.facts import Facts
    from devbox.doctor.host import HostView

TOOLS = (
    BOOT2DOCKER,
    MACHINE,
    DESKTOP,
    COLIMA,
    LIMA,
    RANCHER,
    PODMAN,
    ORBSTACK,
    MINIKUBE,
    MULTIPASS,
    WSL,
    VAGRANT,
    ROOTLESS,
)
"""Every product but this machine's own engine, whose commands depend on who asks."""


@dataclass(frozen=True)
class Sighting:
    """What is known of an endpoint: its URL, the context it came from, the folder of its certificates ("" none).

    `provider` is what `engine.provider` makes of the daemon's own words, "" for a silent one; `name` is the daemon's
    host name (`/info`, Name).
    """

    url: str
    context: str = ""
    cert_path: str = ""
    provider: str = ""
    name: str = ""


_BY_CONTEXT = (
    (re.compile(r"colima(?:-(?P<name>.+))?"), COLIMA),
    (re.compile(r"lima-(?P<name>.+)"), LIMA),
    (re.compile(r"desktop-(?:linux|windows)"), DESKTOP),
    (re.compile(r"rancher-desktop"), RANCHER),
    (re.compile(r"orbstack"), ORBSTACK),
    (re.compile(r"rootless"), ROOTLESS),
)
_BY_PATH = (
    (re.compile(r"/(?:\.colima|colima)/(?P<name>[^/]+)/docker\.sock$"), COLIMA),
    (re.compile(r"/\.colima/docker\.sock$"), COLIMA),
    (re.compile(r"/\.lima/(?P<name>[^/]+)/sock/docker\.sock$"), LIMA),
    (re.compile(r"/\.rd/docker\.sock$"), RANCHER),
    (re.compile(r"/\.orbstack/run/docker\.sock$"), ORBSTACK),
    (re.compile(r"/\.docker/(?:run|desktop)/docker\.sock$"), DESKTOP),
    (re.compile(r"/podman/(?P<name>[^/]+)-api\.sock$"), PODMAN),
    (re.compile(r"dockerDesktop(?:Linux|Windows)Engine$"), DESKTOP),
)
_BY_CERTIFICATES = (
    (re.compile(r"[\\/]\.boot2docker[\\/]"), BOOT2DOCKER),
    (re.compile(r"[\\/]machines[\\/](?P<name>[^\\/]+)[\\/]?$"), MACHINE),
    (re.compile(r"[\\/]\.minikube[\\/]"), MINIKUBE),
)
_BY_ADDRESS = (
    (re.compile(r"^tcp://192\.168\.59\.\d+:"), BOOT2DOCKER),
    (re.compile(r"^tcp://192\.168\.99\.\d+:"), MACHINE),
)
_BY_PROVIDER = {
    "docker-desktop": DESKTOP,
    "orbstack": ORBSTACK,
    "rancher-desktop": RANCHER,
    "minikube": MINIKUBE,
    "boot2docker": BOOT2DOCKER,
}
_NAMED = re.compile(r"(?:colima|lima)-(?P<name>.+)")
_DEFAULT_SOCKETS = ("unix:///var/run/docker.sock", "unix:///run/docker.sock")


def recognise(sighting: Sighting, host: HostView) -> Backend | None:
    """The back end that owns this endpoint; None for one that nobody here is known to own (another machine's)."""
    found = _by_daemon(sighting, host) or _by_signs(sighting, host)
    return found


def present(backend: Backend, host: HostView) -> bool:
    """Whether its program is there."""
    return host.which(backend.tool.program) is not None


def _by_signs(seen: Sighting, host: HostView) -> Backend | None:
    for rules, text in ((_BY_CONTEXT, seen.context), (_BY_PATH, seen.url), (_BY_CERTIFICATES, f"{seen.cert_path}/")):
        found = _match(rules, text, full=rules is _BY_CONTEXT)
        if found:
            return found
    machine = host.env.get("DOCKER_MACHINE_NAME")
    if machine and seen.url == host.env.get("DOCKER_HOST"):
        return Backend(MACHINE, machine)
    return _match(_BY_ADDRESS, seen.url) or _by_socket(seen, host)


def _match(rules: tuple[tuple[re.Pattern[str], Tool], ...], text: str, *, full: bool = False) -> Backend | None:
    for pattern, tool in rules:
        match = pattern.fullmatch(text) if full else pattern.search(text)
        if match:
            return Backend(tool, match.groupdict().get("name") or tool.default)
    return None


def _by_daemon(seen: Sighting, host: HostView) -> Backend | None:
    provider = seen.provider
    if provider == "boot2docker":
        return _boot2docker(seen, host)
    if provider in ("colima", "lima"):
        tool = COLIMA if provider == "colima" else LIMA
        match = _NAMED.fullmatch(seen.name)
        return _match(_BY_PATH, seen.url) or Backend(tool, match["name"] if match else tool.default)
    tool_of = _BY_PROVIDER.get(provider)
    return Backend(tool_of, tool_of.default) if tool_of else None


def _boot2docker(seen: Sighting, host: HostView) -> Backend:
    """docker-machine's VMs run the same system; their host name is the machine's."""
    signs = _match(_BY_CERTIFICATES, f"{seen.cert_path}/")
    if signs:
        return signs
    if seen.name in ("", "boot2docker") or host.which("docker-machine") is None:
        return Backend(BOOT2DOCKER, BOOT2DOCKER.default)
    return Backend(MACHINE, seen.name)


def _by_socket(seen: Sighting, host: HostView) -> Backend | None:
    """The sockets that several products share: what is installed decides."""
    if seen.provider == "podman":
        return None
    if host.platform == "linux":
        runtime = host.env.get("XDG_RUNTIME_DIR", "")
        if runtime and seen.url == f"unix://{runtime}/docker.sock":
            return Backend(ROOTLESS, "")
        return Backend(native(host), "") if seen.url in _DEFAULT_SOCKETS else None
    if seen.url not in (*_DEFAULT_SOCKETS, "npipe:////./pipe/docker_engine"):
        return None
    installed = [tool for tool in (COLIMA, RANCHER, ORBSTACK) if host.which(tool.program)]
    return Backend(installed[0], installed[0].default) if len(installed) == 1 else Backend(DESKTOP, "")


def owner(facts: Facts, host: HostView) -> Backend | None:
    """The back end that owns the endpoint these facts are about."""
    info = facts.engine.known_info
    endpoint = facts.where.endpoint
    if endpoint is None:
        return None
    tls = next((path for path in endpoint.tls or () if path), "")
    cert_path = tls.replace("\\", "/").rpartition("/")[0] or facts.env.get("DOCKER_CERT_PATH", "")
    sighting = Sighting(
        url=endpoint.url,
        context=endpoint.context or "",
        cert_path=cert_path if endpoint.rule == "DOCKER_HOST" or tls else "",
        provider=facts.engine.provider or _old_provider(facts),
        name=str(info.get("Name", "")),
    )
    return recognise(sighting, host)


def _old_provider(facts: Facts) -> str:
    from devbox.engine.provider import provider

    return provider(facts.engine.version, facts.engine.known_info)
