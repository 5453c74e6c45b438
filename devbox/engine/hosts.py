"""Host strings as the docker CLI takes them (`docker/cli`, `opts/hosts.go`), and where their ports are reached."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from devbox.errors import Cure, UsageError
from devbox.frozen import dataclass

DEFAULT_SOCKET = "unix:///var/run/docker.sock"
DEFAULT_PIPE = "npipe:////./pipe/docker_engine"
DEFAULT_TLS_HOST = "tcp://localhost:2376"

HOST_ONLY_NETWORKS = (
    ipaddress.ip_network("192.168.59.0/24"),  # boot2docker
    ipaddress.ip_network("192.168.99.0/24"),  # docker-machine, minikube with VirtualBox
)
"""Networks between this machine and a VM of its own: what is published there is seen by this machine alone."""

VM_FOLDERS = re.compile(r"[\\/](?:\.boot2docker|machine[\\/]machines|\.minikube)[\\/]")
VM_VARIABLES = ("DOCKER_MACHINE_NAME", "MINIKUBE_ACTIVE_DOCKERD")

_HOST_NAME = re.compile(r"[A-Za-z0-9_.:%\[\]][A-Za-z0-9_.:%\[\]-]*\Z")
_USER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*\Z")


@dataclass(frozen=True)
class Host:
    """A host string taken apart: its URL in normal form, the scheme (tcp, tls, unix, npipe, ssh), the host's name."""

    url: str
    scheme: str
    name: str = ""


def parse_host(text: str, *, tls: bool, platform: str) -> Host:
    """A `--host`, `DOCKER_HOST` or context's host taken apart. Raises `endpoint.invalid`.

    `tls` chooses TCP's port and scheme: `tcp://` without a port is 2375, with TLS 2376. Without a scheme it is TCP, and
    `http://` and `https://` are TCP too.
    """
    text = text.strip()
    if "://" not in text:
        text = f"tcp://{text}"
    scheme, _, rest = text.partition("://")
    if re.search(r"[\x00-\x20\x7f]", rest) and scheme != "unix":
        raise invalid(text, "it has blanks or control characters")
    if scheme == "unix":
        return _unix(text, rest, platform)
    if scheme == "npipe":
        return _npipe(text, rest, platform)
    if scheme == "ssh":
        return _ssh(text)
    if scheme in ("tcp", "http", "https"):
        return _tcp(text, tls or scheme == "https")
    raise invalid(text, f"devbox does not know the scheme {scheme!r}")


def places(host: Host, env: Mapping[str, str], *, from_env: bool, cert_dir: str) -> tuple[str | None, str]:
    """(address to publish ports on, host they are reached at) for an engine at `host`.

    None: a remote engine, on which nothing is published unasked. `from_env`: the host came by `--host` or
    `DOCKER_HOST`, so that the variables that docker-machine and its like set beside it speak about this engine.
    """
    if host.scheme in ("unix", "npipe"):
        return "127.0.0.1", "127.0.0.1"
    if host.scheme == "ssh":
        return None, host.name
    try:
        address = ipaddress.ip_address(host.name.strip("[]").split("%")[0])
    except ValueError:
        return ("127.0.0.1", "127.0.0.1") if host.name == "localhost" else (None, host.name)
    if address.is_loopback or address.is_unspecified:
        return "127.0.0.1", "127.0.0.1"
    own_vm = VM_FOLDERS.search(f"{cert_dir}/") or (from_env and any(env.get(name) for name in VM_VARIABLES))
    in_range = any(address in network for network in HOST_ONLY_NETWORKS)
    if address.version == 4 and (in_range or (own_vm and address.is_private)):
        return str(address), str(address)
    return None, host.name


def invalid(text: str, cause: str) -> UsageError:
    """The error for a host string that is none."""
    return UsageError(
        "endpoint.invalid",
        f"{text!r} is no address of a Docker Engine.",
        cause=cause,
        cures=(Cure("Name a socket or a host.", "devbox --host unix:///var/run/docker.sock status"),),
    )


def _unix(text: str, rest: str, platform: str) -> Host:
    if platform == "win32":
        raise invalid(text, "a unix socket cannot be reached from Windows; use npipe:// or tcp://")
    if "\0" in rest:
        raise invalid(text, "it has control characters")
    if not rest:
        return Host(DEFAULT_SOCKET, "unix")
    return Host(f"unix://{rest if rest.startswith('/') else '/' + rest}", "unix")


def _npipe(text: str, rest: str, platform: str) -> Host:
    if platform != "win32":
        raise invalid(text, "named pipes exist on Windows alone")
    return Host(f"npipe://{rest}" if rest else DEFAULT_PIPE, "npipe")


def _split(text: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise invalid(text, str(error)) from None
    if parts.query or parts.fragment or parts.password is not None:
        raise invalid(text, "an address has no password, query or fragment")
    if port == 0:
        raise invalid(text, "port 0 is none")
    return parts, port


def _tcp(text: str, tls: bool) -> Host:
    parts, port = _split(text)
    if parts.username is not None or parts.path.strip("/"):
        raise invalid(text, "a TCP address is a host and a port")
    name = parts.hostname or ("localhost" if tls else "127.0.0.1")
    if not _HOST_NAME.match(name):
        raise invalid(text, "the host's name has characters that no name has")
    shown = f"[{name}]" if ":" in name else name
    return Host(f"tcp://{shown}:{port or (2376 if tls else 2375)}", "tls" if tls else "tcp", name)


def _ssh(text: str) -> Host:
    parts, port = _split(text)
    if not parts.hostname or not _HOST_NAME.match(parts.hostname):
        raise invalid(text, "an ssh address needs a host")
    # A user that begins with a dash would be an option of the ssh client.
    if parts.username is not None and not _USER.match(parts.username):
        raise invalid(text, "the user's name has characters that ssh cannot be given")
    user = f"{parts.username}@" if parts.username else ""
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    path = parts.path if parts.path != "/" else ""
    return Host(f"ssh://{user}{name}{f':{port}' if port else ''}{path}", "ssh", parts.hostname)
