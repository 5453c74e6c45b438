"""A Docker Engine in devbox's words: the values and the verbs that the rest of devbox uses.

`Engine` is implemented over the Docker SDK (`engine/sdk.py`) and by one in-memory fake in the tests; one contract
suite runs over both. Every verb raises `DevboxError` and nothing else (codes in `engine/faults.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Protocol

from devbox.frozen import dataclass


@dataclass(frozen=True)
class Endpoint:
    """Where the engine is and who said so.

    `url` is what the SDK connects to; `rule` names the rule that chose it ("--host", "DOCKER_HOST", "DOCKER_CONTEXT",
    "current context", "default"); `context` is the docker context's name, None where none was involved.
    `publish` is the address ports are published on (None: a remote engine), `reach` the host they are reached at.
    """

    url: str
    rule: str
    context: str | None = None
    publish: str | None = "127.0.0.1"
    reach: str = "127.0.0.1"
    tls: tuple[str | None, str | None, str | None] | None = None
    """Paths of ca, certificate and key; None without TLS."""
    tls_verify: bool = True


@dataclass(frozen=True)
class EngineInfo:
    """Who answers. `api`/`min_api` are the daemon's version window; memory in bytes; `id` is stable per engine."""

    id: str
    name: str
    version: str
    api: str
    min_api: str
    os: str
    operating_system: str
    arch: str
    cpus: int
    memory: int
    provider: str


@dataclass(frozen=True)
class Mount:
    """A named volume at a path in a container."""

    volume: str
    path: str


@dataclass(frozen=True)
class Publish:
    """A port of the container (TCP) on an address and port of the host."""

    container: int
    host_ip: str
    host: int


@dataclass(frozen=True)
class Healthcheck:
    """Docker's health check; times in seconds. `test` as in Compose: ("CMD", ...) or ("CMD-SHELL", line)."""

    test: tuple[str, ...]
    interval: float = 30
    timeout: float = 30
    start_period: float = 0
    retries: int = 3


@dataclass(frozen=True)
class ContainerSpec:
    """All that is needed to create a container; sizes in bytes, times in seconds."""

    name: str
    image: str
    service: str
    labels: Mapping[str, str]
    network: str
    command: tuple[str, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    ports: tuple[Publish, ...] = ()
    healthcheck: Healthcheck | None = None
    memory: int = 0
    restart: str = "no"
    """As in Compose: "no", "on-failure:10", "unless-stopped", "always"."""
    stop_grace: int | None = None
    init: bool = False


@dataclass(frozen=True)
class Container:
    """A container as one list call shows it.

    `state`: created, running, restarting, exited, paused, dead, removing. `health`: healthy, starting, unhealthy, none.
    `exit_code` is known for exited ones. `ports` are the published ones (host_ip "0.0.0.0", "::" possible); an exited
    container publishes none. `created` is a Unix time in seconds. `mounts`: named volumes only.
    """

    id: str
    name: str
    image: str
    image_id: str
    labels: Mapping[str, str]
    state: str
    health: str
    exit_code: int | None
    ports: tuple[Publish, ...]
    created: float
    mounts: tuple[Mount, ...] = ()


@dataclass(frozen=True)
class ContainerState:
    """What only an inspect tells. Times as the engine wrote them (RFC 3339), "" before the first start."""

    id: str
    state: str
    running: bool
    exit_code: int
    oom_killed: bool
    error: str
    started_at: str
    restart_count: int
    health: str
    environment: Mapping[str, str]
    ports: tuple[Publish, ...]


@dataclass(frozen=True)
class Network:
    """A network."""

    id: str
    name: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Volume:
    """A named volume; `created_at` RFC 3339."""

    name: str
    labels: Mapping[str, str]
    created_at: str = ""


@dataclass(frozen=True)
class Image:
    """An image that the engine has. `user` is the configured user ("jenkins", "1000:1000", "")."""

    id: str
    tags: tuple[str, ...]
    digests: tuple[str, ...]
    labels: Mapping[str, str]
    environment: Mapping[str, str]
    arch: str
    os: str
    user: str
    size: int
    volumes: tuple[str, ...] = ()


@dataclass(frozen=True)
class File:
    """One file or (`content` None) directory to put into a container; `path` relative to where it is put.

    The modification time is that of the call: Jenkins explodes a plugin anew only when it changes.
    """

    path: str
    content: bytes | None
    mode: int = 0o644
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class FileStat:
    """Owner, mode, size (bytes) of a file in a container."""

    uid: int
    gid: int
    mode: int
    size: int
    is_dir: bool


@dataclass(frozen=True)
class ExecResult:
    """What a command in a container left: exit status and output."""

    exit_code: int
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True)
class LayerProgress:
    """One message of a pull's stream. `id` is the layer's short id, "" for messages about the whole image."""

    id: str
    status: str
    current: int = 0
    total: int = 0


class Flag(Protocol):
    """What a `threading.Event` can be asked."""

    def is_set(self) -> bool:
        """Whether it was set."""


class ExecStream(Protocol):
    """A command that runs in a container with its streams attached."""

    def read(self) -> tuple[int, bytes] | None:
        """The next piece: (1, bytes) of stdout, (2, bytes) of stderr; None at the end."""

    def write(self, data: bytes) -> None:
        """Send to the command's stdin."""

    def close_stdin(self) -> None:
        """End the command's stdin."""

    def resize(self, rows: int, columns: int) -> None:
        """Tell the command's terminal its size."""

    def exit_code(self) -> int:
        """The exit status, after `read` said None."""

    def close(self) -> None:
        """End the connection; the command sees its input's end, and may go on."""


class Engine(Protocol):
    """The verbs. Containers are named by id or name; removing what is gone already is no error."""

    endpoint: Endpoint

    def info(self) -> EngineInfo:
        """Who answers, from `/version` and `/info`."""

    def containers(self, labels: Mapping[str, str | None], *, all_states: bool = True) -> list[Container]:
        """One list call: containers that carry all these labels (None: with any value); {} means every container."""

    def networks(self, labels: Mapping[str, str | None]) -> list[Network]:
        """Networks that carry these labels."""

    def volumes(self, labels: Mapping[str, str | None]) -> list[Volume]:
        """Volumes that carry these labels."""

    def find_container(self, name: str) -> Container | None:
        """The container of exactly this name (or id), None if there is none."""

    def find_network(self, name: str) -> Network | None:
        """The network of exactly this name."""

    def find_volume(self, name: str) -> Volume | None:
        """The volume of exactly this name."""

    def inspect(self, container: str) -> ContainerState:
        """What only an inspect tells; raises `container.gone`."""

    def image(self, ref: str) -> Image | None:
        """The local image of this reference or id, None if the engine has none."""

    def pull(self, ref: str, progress: Callable[[LayerProgress], None], *, stop: Flag | None = None) -> Image:
        """Pull once, all layers' progress to `progress`; in-stream errors are raised as what they are.

        `stop`, set from another thread, ends the pull and its connection at once (`engine.stopped`).

        Codes: image.not_found, image.denied, image.rate_limit, image.platform, disk.full, registry.unreachable
        (retryable), engine.unreachable (the daemon went away), ...
        """

    def create_network(self, name: str, labels: Mapping[str, str]) -> Network:
        """Create a bridge network; raises `network.exists` where one of that name exists (also below API 1.44)."""

    def create_volume(self, name: str, labels: Mapping[str, str]) -> Volume:
        """Create a volume; where one of that name exists Docker gives that one, with its own labels: look at them."""

    def create_container(self, spec: ContainerSpec) -> str:
        """Create, not start; gives the id. Raises `container.exists` where the name is taken, `image.not_found`."""

    def start(self, container: str) -> None:
        """Start. Raises `port.taken` (also address in use, reserved on Windows) when Docker refuses a port."""

    def stop(self, container: str, grace: int | None = None) -> None:
        """Stop with a grace period in seconds (None: the container's own); waits for it."""

    def restart(self, container: str, grace: int | None = None) -> None:
        """Stop with a grace period in seconds (None: the container's own), and start again."""

    def rename(self, container: str, name: str) -> None:
        """Give another name; raises `container.exists`."""

    def remove_container(self, container: str) -> None:
        """Remove, by force, with its anonymous volumes."""

    def remove_network(self, name: str) -> None:
        """Remove a network."""

    def remove_volume(self, name: str) -> None:
        """Remove a volume; raises `volume.in_use`."""

    def logs(
        self,
        container: str,
        *,
        follow: bool = False,
        tail: int | None = None,
        since: float | None = None,
        timestamps: bool = False,
    ) -> Iterator[tuple[int, bytes]]:
        """Pieces of the log as (stream, bytes): 1 stdout, 2 stderr; `since` is a Unix time in seconds.

        Closing the iterator (`.close()`) ends a follow. A piece may hold part of a line or several.
        """

    def exec(self, container: str, command: tuple[str, ...], *, stdin: bytes = b"", user: str = "") -> ExecResult:
        """Run to the end, output collected. Raises `container.not_running`."""

    def exec_stream(
        self,
        container: str,
        command: tuple[str, ...],
        *,
        tty: bool = False,
        stdin: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> ExecStream:
        """Run with the streams attached."""

    def put_files(self, container: str, path: str, files: tuple[File, ...]) -> None:
        """Write files under a directory of the container as one tar, running or not, volumes included."""

    def put_archive(self, container: str, path: str, chunks: Iterator[bytes]) -> None:
        """Unpack a tar stream under a directory of the container."""

    def get_archive(self, container: str, path: str) -> Iterator[bytes]:
        """A file or folder of the container as a tar stream; raises `file.not_found`."""

    def get_file(self, container: str, path: str, *, limit: int = 1 << 20) -> bytes | None:
        """A file's content (at most `limit` bytes), None where there is none; running or not."""

    def stat(self, container: str, path: str) -> FileStat | None:
        """Owner, mode and size, None where there is nothing; reads the archive's first header only."""

    def ping(self) -> bool:
        """Whether `/_ping` answers within 2 s."""

    def close(self) -> None:
        """Drop the connections."""
