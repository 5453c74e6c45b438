"""What engines, their clients and registries are known to say when they fail, as data.

A row's pattern may name groups: they fill the blanks of its message and of its cures (`port2` is another place where
the port may stand). The first row that matches wins, so the special ones stand first. Sources: moby's and the docker
CLI's source by tag, and their issue trackers; a sample text of each row is in the tests.
"""

from __future__ import annotations

from devbox.errors import Cure
from devbox.frozen import dataclass


@dataclass(frozen=True)
class Fault:
    """One known failure. `scope` "pull": a text that means this only when it comes from a pull."""

    id: str
    code: str
    pattern: str
    message: str
    cures: tuple[Cure, ...]
    retryable: bool = False
    scope: str = ""


def _fault(
    id: str, code: str, pattern: str, message: str, *cures: Cure, retryable: bool = False, scope: str = ""
) -> Fault:
    return Fault(id, code, pattern, message, cures, retryable, scope)


_PRUNE = Cure("See what takes the space, then remove what is not needed.", "docker system df && docker system prune")
_LOGIN = Cure("Sign in to the registry.", "docker login")
_RESTART = Cure("Restart the Docker Engine, so that it sets its rules up again.", "sudo systemctl restart docker")
_WAIT = Cure("Try again when the registry can be reached; a proxy is set in the engine's own configuration.")
_TAGS = Cure("Look the tag up in the registry, and name one that exists.")
_OTHER_PORT = Cure("See which container has it.", "docker ps --filter publish={port}")

_API = r"(?P<{}>\d[\d.]*\d)"
"""An API version, as a named group."""

FAULTS: tuple[Fault, ...] = (
    # Versions (moby `api/server`, `client`; by release)
    _fault(
        "api.client-newer",
        "engine.api_mismatch",
        rf"client and server don't have same version(?: \(client(?: API version)? ?: {_API.format('client')}"
        rf", server(?: API version)?: {_API.format('server')}\))?"
        rf"|client is newer than server(?: \(client API version: {_API.format('client2')}"
        rf", server API version: {_API.format('server2')}\))?"
        rf"|client version {_API.format('client3')} is too new(?:\. Maximum supported API version is "
        rf"{_API.format('server3')})?",
        "The Docker Engine is older than its client: they have no API version in common.",
        Cure("Upgrade the engine, or pin the client to the engine's API version."),
    ),
    _fault(
        "api.client-older",
        "engine.api_mismatch",
        rf"client (?:version {_API.format('client')} )?is too old"
        rf"(?:[.,] minimum supported API version is {_API.format('least')})?",
        "The Docker client is older than what the engine still accepts.",
        Cure("Upgrade the client."),
        Cure("Or set DOCKER_MIN_API_VERSION for the daemon and restart it."),
    ),
    _fault(
        "api.daemon-older",
        "engine.api_mismatch",
        rf"API version {_API.format('server')} is not supported by this client"
        rf"(?:: the minimum supported API version is {_API.format('least')})?"
        rf"|requires API version {_API.format('least2')}, but the Docker daemon API version is {_API.format('server2')}"
        rf"|API versions below {_API.format('least3')} are no longer supported by this library",
        "The Docker Engine is too old for its client.",
        Cure("Upgrade the engine."),
    ),
    _fault(
        "api.experimental",
        "engine.api_mismatch",
        r"only supported on a Docker daemon with experimental features enabled",
        "The command is an experimental feature, and the engine has these switched off.",
        Cure('Set "experimental": true in daemon.json, and restart the engine.'),
    ),
    _fault(
        "api.other-os",
        "engine.api_mismatch",
        r"only supported on a Docker daemon running on \w+|requires the Docker daemon to run on \w+",
        "The command is for an engine of another operating system.",
        Cure("On Windows, switch Docker Desktop between Linux and Windows containers."),
    ),
    _fault(
        "api.minimum-invalid",
        "engine.api_mismatch",
        r"invalid DOCKER_MIN_API_VERSION|invalid min-api-version"
        r"|(?:minimum|maximum) supported API version is \S+: \d",
        "The daemon does not start: the minimum API version that it is given is out of its range.",
        Cure("Set DOCKER_MIN_API_VERSION within the range that the message names, and start the daemon."),
    ),
    _fault(
        "config.daemon",
        "engine.unreachable",
        r"unable to configure the Docker daemon with file|directives (?:don't|do not) match any configuration option",
        "The daemon does not start: there is a mistake in its daemon.json.",
        Cure("Correct /etc/docker/daemon.json; this checks it.", "dockerd --validate"),
    ),
    _fault(
        "engine.500",
        "engine.not_docker",
        r"Internal Server Error for API route and version|500 Server Error for http\+docker",
        "Something answers at Docker's address, but not the engine: it is starting, or it crashed.",
        Cure("Wait until Docker has started, or restart it."),
        retryable=True,
    ),
    _fault(
        "engine.not-json",
        "engine.not_docker",
        r"Error while fetching server API version: Expecting value"
        r"|invalid character '<' looking for beginning of value",
        "What answers at Docker's address is no Docker Engine: it sends no JSON (a proxy's page, perhaps).",
        Cure("See which engine is asked, and what chose it.", "devbox config"),
    ),
    _fault(
        "engine.hang",
        "engine.timeout",
        r"(?:Unix)?HTTPConnectionPool\(host='localhost', port=None\): Read timed out"
        r"|error during connect: .*(?:context deadline exceeded|Client\.Timeout)",
        "The Docker Engine hangs: it takes connections and does not answer.",
        Cure("Restart the engine."),
    ),
    _fault(
        "engine.name",
        "engine.unreachable",
        r"error during connect: .*lookup (?P<ip>[^\s:]+)|NameResolutionError|Failed to resolve '(?P<ip2>[^']+)'",
        "The name of the engine's host ({ip}) is not resolved.",
        Cure("Use the local engine instead.", "unset DOCKER_HOST DOCKER_TLS_VERIFY DOCKER_CERT_PATH"),
    ),
    _fault(
        "sdk.tls-files",
        "tls.missing",
        r"Path to a certificate and key files must be provided"
        r"|unable to resolve docker endpoint: (?:open|unable to load).*\.pem",
        "The TLS files that the endpoint needs are not there.",
        Cure("Use the local engine instead.", "unset DOCKER_HOST DOCKER_TLS_VERIFY DOCKER_CERT_PATH"),
    ),
    _fault(
        "sdk.endpoint",
        "endpoint.invalid",
        r"Invalid bind address (?:format|protocol)|fd protocol is not implemented|npipe:// protocol is only supported"
        r"|Install paramiko package to enable ssh|unable to parse docker host",
        "The engine's address is one that this client cannot use.",
        Cure("Name a socket or a host with its port.", "export DOCKER_HOST=unix:///var/run/docker.sock"),
    ),
    _fault(
        "sdk.requests",
        "engine.sdk",
        r"Not supported URL scheme http\+docker",
        "The installed Docker SDK for Python does not fit the installed requests.",
        Cure("Upgrade the SDK.", "python -m pip install --upgrade 'docker>=7.1'"),
    ),
    # Credentials
    _fault(
        "creds.helper",
        "registry.credentials",
        r"(?P<helper>docker-credential-[\w.-]+)\W+(?:executable file not found|not installed or not available)"
        r"|Credentials store error|error getting credentials",
        "{helper} is named in the docker CLI's config.json and is not there.",
        Cure("Remove credsStore (or the registry's line in credHelpers) from ~/.docker/config.json."),
    ),
    # Disk
    _fault(
        "disk.full",
        "disk.full",
        r"no space left on device|disk quota exceeded",
        "The engine's disk is full (in a VM: the VM's disk, not this machine's).",
        _PRUNE,
        Cure("Give the VM more disk: in Docker Desktop under Resources; with Colima by its disk option."),
    ),
    _fault(
        "disk.read-only",
        "disk.read_only",
        r"read-only file system",
        "The engine's disk is read-only: the VM's disk was damaged or filled.",
        Cure("Restart the VM or the engine."),
    ),
    # Images and registries
    _fault(
        "hub.limit",
        "image.rate_limit",
        r"toomanyrequests|pull rate limit|429 Too Many Requests",
        "The registry's pull rate limit is reached; {image} was not pulled.",
        _LOGIN,
        Cure("Or wait (Docker Hub counts six hours), or set a registry mirror."),
    ),
    _fault(
        "image.platform",
        "image.platform",
        r"no match(?:ing manifest)? for (?:platform in manifest|(?P<platform>[\w/.()-]+))"
        r"|does not match the specified platform|requested image's platform \((?P<platform2>[^)]*)\) does not match"
        r"|image operating system \"?\w+\"? cannot be used on this platform"
        r"|cannot be used on this platform|no child with platform",
        "{image} has no variant for {platform}.",
        Cure("Name an image or a version that was built for this machine's processor."),
        Cure("On Windows, switch Docker Desktop to Linux containers."),
    ),
    _fault(
        "image.invalid",
        "image.invalid",
        r"invalid reference format|repository name must |invalid (?:tag|repository) (?:name|format)"
        r"|repository name \S+ must |invalid checksum digest (?:format|length)|unsupported digest algorithm"
        r"|cannot specify 64-byte hexadecimal strings",
        '"{image}" is no name of an image.',
        Cure("An image's name looks like jenkins/jenkins:lts."),
    ),
    _fault(
        "image.denied",
        "image.denied",
        r"pull access denied|requested access to the resource is denied|insufficient_scope|authorization failed"
        r"|no basic auth credentials|authentication required|401 Unauthorized|403 Forbidden"
        r"|incorrect username or password",
        "{image} does not exist, or it is private and the registry wants a sign-in.",
        _TAGS,
        _LOGIN,
    ),
    _fault(
        "image.denied-barely",
        "image.denied",
        r"\Aunauthorized\b|\bunauthorized: ",
        "{image} does not exist, or it is private and the registry wants a sign-in.",
        _TAGS,
        _LOGIN,
        scope="pull",
    ),
    _fault(
        "image.not-found",
        "image.not_found",
        r"manifest (?:for \S+ )?(?:unknown|not found)|not found: (?:manifest unknown|does not exist)"
        r"|repository does not exist|repository name not known|name unknown|tag \S+ not found in repository"
        r"|No such image|: not found\Z|failed to resolve reference .*not found"
        r"|was found but does not provide",
        "{image} does not exist.",
        _TAGS,
    ),
    _fault(
        "registry.plain",
        "registry.tls",
        r"server gave HTTP response to HTTPS client",
        "The registry speaks plain HTTP, and the engine wants HTTPS of it.",
        Cure("List it under insecure-registries in daemon.json and restart the engine, or give the registry TLS."),
        scope="pull",
    ),
    _fault(
        "registry.tls",
        "registry.tls",
        r"x509:.*signed by unknown authority"
        r"|x509: certificate (?:is|has|relies)|tls: failed to verify certificate|tls: handshake failure",
        "The registry's certificate is not accepted.",
        Cure("Give the engine the registry's CA in /etc/docker/certs.d, or correct the clock."),
        scope="pull",
    ),
    _fault(
        "registry.unreachable",
        "registry.unreachable",
        r"(?:Get|Head) \"?https?://(?P<registry>[^/\"\s]+)\S*\"?: "
        r"(?:dial|net/http|read|write|context|unexpected EOF|EOF|proxyconnect|http2|http:|tls|Service|Bad Gateway"
        r"|remote)"
        r"|lookup \S+(?: on \S+)?: |received unexpected HTTP status: 5\d\d|error pinging .*registry"
        r"|failed to do request|failed to copy: (?:httpReadSeeker|read|local error)|unexpected status code.*: 5\d\d"
        r"|server misbehaving|registry.* (?:i/o timeout|connection refused)",
        "{registry} cannot be reached from the engine; {image} was not pulled.",
        _WAIT,
        retryable=True,
    ),
    _fault(
        "registry.broken",
        "registry.unreachable",
        r"unexpected EOF|\bEOF\Z|i/o timeout|connection reset by peer|connection refused|TLS handshake timeout"
        r"|Client\.Timeout|request canceled|context deadline exceeded|network is unreachable|no route to host"
        r"|no such host|temporary failure|dial tcp|proxyconnect|filesystem layer verification failed|http2: |"
        r"50[0234] (?:Internal|Bad|Service|Gateway)|unavailable",
        "The way to the registry broke; {image} was not pulled.",
        _WAIT,
        retryable=True,
        scope="pull",
    ),
    # Ports
    _fault(
        "port.win-excluded",
        "port.reserved",
        r"(?:listen tcp\d? (?P<ip>[^\s:]*|\[[^\]]*\]):(?P<port>\d+).*)?forbidden by its access permissions",
        "Windows keeps port {port} for itself (a Hyper-V range); no program shows as its owner.",
        Cure(
            "See the kept ranges, and take a port outside them.",
            "netsh interface ipv4 show excludedportrange protocol=tcp",
        ),
    ),
    _fault(
        "port.privileged",
        "port.reserved",
        r"cannot expose privileged port (?P<port>\d+)|bind: permission denied",
        "Port {port} is for the administrator alone (below 1024).",
        Cure("Take a port from 1024 on."),
    ),
    _fault(
        "port.daemon",
        "port.taken",
        r"Bind for (?P<ip>\[[^\]]+\]|[\d.]+|[0-9a-f:]*?):(?P<port>\d+) failed: port is already allocated"
        r"|port is already allocated",
        "Port {port} on {ip} is taken by another container.",
        _OTHER_PORT,
        Cure("If none has it, restart the engine: a proxy of a container that is gone was left."),
    ),
    _fault(
        "port.host",
        "port.taken",
        r"exposing port TCP (?P<ip>\[[^\]]+\]|[\d.]+):(?P<port>\d+).*(?:address already in use|Only one usage)"
        r"|listen tcp\d? (?P<ip2>\[[^\]]*\]|[\d.]*):(?P<port2>\d+): bind: address already in use"
        r"|failed to bind (?:host )?port (?:for )?(?P<ip3>\[[^\]]*\]|[\d.]*):(?P<port3>\d+).*address already in use"
        r"|Ports are not available|address already in use",
        "Port {port} on {ip} is taken by a program on this machine.",
        Cure("See which program has it.", "ss -ltnp 'sport = :{port}'"),
        _OTHER_PORT,
        Cure("On macOS, ports 5000 and 7000 belong to AirPlay: switch it off in the system settings."),
    ),
    _fault(
        "port.address",
        "port.address",
        r"cannot assign requested address",
        "The address that the port was to be published on is none of the engine's machine.",
        Cure("Give one of its own.", "devbox up jenkins --publish-address 127.0.0.1"),
    ),
    # Networks
    _fault(
        "net.pool",
        "network.pool_exhausted",
        r"could not find an available, non-overlapping IPv4 address pool"
        r"|all predefined address pools have been fully subnetted",
        "The engine has no address range left for another network (many networks, or a VPN that overlaps).",
        Cure("Remove networks that nothing uses.", "docker network prune"),
        Cure("Or give it more under default-address-pools in daemon.json."),
    ),
    _fault(
        "net.exists",
        "network.exists",
        r"network with name (?P<network>\S+) already exists",
        "The network {network} exists already.",
        Cure("Look at it.", "docker network inspect {network}"),
    ),
    _fault(
        "net.in-use",
        "network.in_use",
        r"network (?P<network>\S+) (?:id \S+ )?has active endpoints|has active endpoints",
        "The network {network} still has containers on it.",
        Cure("See which.", "docker network inspect {network}"),
        retryable=True,
    ),
    _fault(
        "net.iptables",
        "network.iptables",
        r"No chain/target/match by that name|iptables failed|Chain '?DOCKER[\w-]*'? does not exist"
        r"|failed to (?:create NAT chain|add .*iptables)",
        "The machine's firewall rules and the engine's do not fit: something flushed them.",
        _RESTART,
    ),
    _fault(
        "net.not-found",
        "network.not_found",
        r"network (?P<network>\S+) not found|No such network: (?P<network2>\S+)",
        "The network {network} does not exist.",
        Cure("Bring the sandbox up again.", "devbox up jenkins"),
    ),
    _fault(
        "net.ambiguous",
        "network.ambiguous",
        r"network (?P<network>\S+) is ambiguous",
        "There are several networks named {network}.",
        Cure("Remove one by its id.", "docker network ls"),
    ),
    # Containers
    _fault(
        "container.exists",
        "container.exists",
        r"container name \"/?(?P<name>[^\"]+)\" is already in use",
        "A container named {name} exists already.",
        Cure("Look at it.", "docker container inspect {name}"),
    ),
    _fault(
        "container.removing",
        "container.removing",
        r"removal of container (?P<name>\S+) is already in progress|is marked for removal and cannot be",
        "{name} is being removed.",
        Cure("Try again in a moment."),
        retryable=True,
    ),
    _fault(
        "container.gone",
        "container.gone",
        r"No such container(?:: (?P<name>\S+))?|No such exec instance",
        "There is no container {name} (any more).",
        Cure("See the containers that there are.", "devbox status"),
    ),
    _fault(
        "container.not-running",
        "container.not_running",
        r"Container (?P<name>\S+) is (?:not running|restarting|paused)|cannot exec in a stopped (?:state|container)"
        r"|is not running",
        "{name} is not running.",
        Cure("See its state, and start it.", "devbox status"),
    ),
    _fault(
        "arch",
        "arch.mismatch",
        r"exec format error|rosetta error:",
        "{image} was built for another processor than the engine's.",
        Cure("Name an image that was built for this machine's processor, or set up emulation."),
    ),
    _fault(
        "memory",
        "memory.invalid",
        r"Minimum memory(?: reservation)? limit allowed is|Minimum memoryswap limit|invalid memory"
        r"|memory limit should be",
        "The memory limit is below what a container can have.",
        Cure("Give more.", "devbox up jenkins --memory 512m"),
    ),
    _fault(
        "memory.none",
        "engine.memory",
        r"cannot allocate memory|fork/exec .*: resource temporarily unavailable",
        "The engine's machine has no memory left.",
        Cure("Stop what is not needed, or give the VM more memory."),
    ),
    _fault(
        "exec",
        "exec.not_found",
        r"exec: \"(?P<command>[^\"]+)\": (?:executable file not found|stat .*no such file|permission denied)"
        r"|executable file not found in \$PATH",
        "{command} is not to be found in the container.",
        Cure("Name a program that its image has."),
    ),
    _fault(
        "exec.user",
        "exec.user",
        r"unable to find user (?P<name>\S+): no matching entries",
        "The container knows no user {name}.",
        Cure("Name a user that its image has."),
    ),
    # Volumes and files
    _fault(
        "volume.in-use",
        "volume.in_use",
        r"(?:remove (?P<volume>\S+): )?volume is in use",
        "The volume {volume} is in use by a container.",
        Cure("See which.", "docker ps --all --filter volume={volume}"),
    ),
    _fault(
        "volume.not-found",
        "volume.not_found",
        r"(?:get (?P<volume>\S+): )?no such volume",
        "The volume {volume} does not exist.",
        Cure("See the volumes that there are.", "docker volume ls"),
    ),
    _fault(
        "file.not-found",
        "file.not_found",
        r"Could not find the file (?P<path>.+?) in container|extraction point is not a directory"
        r"|no such (?:file or )?directory|not a directory",
        "{path} does not exist in the container.",
        Cure("Name a path that exists in the container."),
    ),
    _fault(
        "mount.denied",
        "mount.denied",
        r"Mounts denied|is not shared from the host|error while creating mount source",
        "The engine's VM does not share that folder of this machine.",
        Cure("Share it in the VM's settings (Docker Desktop: Resources, File sharing)."),
    ),
    # Clients that do not get through (docker CLI, SDK; moby `client/request.go`)
    _fault(
        "context.missing",
        "context.not_found",
        r"context \"?(?P<context>[^\s\"]+)\"?: (?:context )?not found",
        "There is no docker context {context}.",
        Cure("Go back to the default one.", "docker context use default"),
    ),
    _fault(
        "sock.permission",
        "engine.permission",
        r"permission denied while trying to connect to the Docker|PermissionError\(13",
        "This user may not use the Docker socket.",
        Cure("Join the group docker, and sign in again.", "sudo usermod -aG docker $USER"),
    ),
    _fault(
        "tls",
        "engine.tls",
        r"Are you trying to connect to a TLS-enabled daemon without TLS|malformed HTTP response"
        r"|sent an HTTP request to an HTTPS server|There was an error validating certificates for host"
        r"|CERTIFICATE_VERIFY_FAILED|WRONG_VERSION_NUMBER"
        r"|Connection aborted\.', ConnectionResetError|x509: certificate|bad certificate|certificate required",
        "The engine's TLS and the client's do not fit.",
        Cure("For a docker-machine VM, make the certificates again.", "docker-machine regenerate-certs default"),
        Cure("Check DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, and the clock."),
    ),
    _fault(
        "win.pipe",
        "engine.unreachable",
        r"open //\./pipe/docker|must be run with elevated privileges"
        r"|may indicate that the docker daemon is not running",
        "Docker Desktop is not running.",
        Cure("Start Docker Desktop."),
        retryable=True,
    ),
    _fault(
        "env.stale-host",
        "engine.unreachable",
        r"(?:Cannot connect to the Docker daemon at|error during connect:.*?|failed to connect to the docker API at) ?"
        r"\"?(?:tcp|https?)://(?P<ip>(?:192\.168\.(?:59|99)|10|172|192\.168)\.[\d.]+\d)",
        "DOCKER_HOST points at a VM ({ip}) that does not answer.",
        Cure("Start the VM, or use the local engine.", "unset DOCKER_HOST DOCKER_TLS_VERIFY DOCKER_CERT_PATH"),
        retryable=True,
    ),
    _fault(
        "sock.missing",
        "engine.unreachable",
        r"Cannot connect to the Docker daemon|Is the docker daemon running\?|failed to connect to the docker API"
        r"|error during connect:|FileNotFoundError\(2|ConnectionRefusedError\(|ConnectionPool\(.*NewConnectionError\("
        r"|Could not find a valid Docker environment",
        "No Docker Engine answers there.",
        Cure("Start Docker.", "sudo systemctl start docker"),
        retryable=True,
    ),
    _fault(
        "engine.denied",
        "engine.denied",
        r"authorization denied by plugin",
        "A policy of this engine does not allow that.",
        Cure("Ask whoever runs the engine."),
    ),
    # VM back ends
    _fault(
        "clock",
        "engine.clock",
        r"Release file .*not valid yet|certificate has expired or is not yet valid",
        "The engine's clock is wrong (a VM after sleep).",
        Cure("Restart the VM."),
    ),
    _fault(
        "vm.broken",
        "vm.broken",
        r"error starting vm: error at|errors inspecting instance|is running but host agent is not"
        r"|Waiting for the essential requirement",
        "The VM of the engine does not start.",
        Cure("Stop it by force, and start it.", "colima stop --force && colima start"),
    ),
    _fault(
        "wsl",
        "engine.wsl",
        r"could not be found in this WSL \d distro|WSL distro stopped|WSL_E_DISTRO_NOT_FOUND",
        "Docker Desktop does not serve this WSL distribution.",
        Cure("Switch it on in Docker Desktop: Resources, WSL integration."),
    ),
)
