"""The engine for real: every verb of `api.Engine` over the Engine's HTTP API.

`connect` asks `/version` once, and every request is made in the version that it yields.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devbox.engine import convert, streams
from devbox.engine import files as archives
from devbox.engine.api import (
    Container,
    ContainerSpec,
    ContainerState,
    Endpoint,
    EngineInfo,
    ExecResult,
    ExecStream,
    File,
    FileStat,
    Flag,
    Image,
    LayerProgress,
    Network,
    Volume,
)
from devbox.engine.contexts import config_dir
from devbox.engine.provider import provider
from devbox.engine.pulling import image_error, pull_once
from devbox.engine.refs import is_ref
from devbox.engine.translate import Translating, not_docker
from devbox.engine.transport import open_transport
from devbox.engine.watch import Patience
from devbox.engine.window import Api, Window, choose, daemon_window, parse_api
from devbox.engine.wire import LIMIT, SLOW, Wire, segment
from devbox.errors import DevboxError

if TYPE_CHECKING:
    from devbox.engine.vault import Vault

CONNECT_SECONDS = 10.0
_STOP_MARGIN = 60
_OWN_GRACE = 600
"""Seconds granted to a container whose own grace period is not known here."""

_REMOVAL_SECONDS = 60.0
_ABSENT = ("container.gone", "network.not_found", "volume.not_found", "image.not_found", "engine.no_such_object")
_ID = re.compile(r"[0-9a-f]{4,64}\Z")


def connect(endpoint: Endpoint, *, timeout: float = CONNECT_SECONDS, patience: Patience | None = None) -> DockerEngine:
    """Ask who is there, and agree on an API version; one request, bounded by `timeout` in seconds.

    `patience` is how long an engine may be silent before it counts as hung; by default what suits the endpoint.

    Raises engine.unreachable, engine.permission, engine.tls, engine.timeout (within 5 s), engine.not_docker,
    engine.api_mismatch, endpoint.invalid, tls.missing, config.corrupt.
    """
    with Translating(endpoint):
        transport = open_transport(endpoint, sys.platform)
    wire = Wire(transport, endpoint, patience)
    version = wire.json("GET", "/version", limit=timeout, whole=True)
    if not isinstance(version, dict):
        raise not_docker(endpoint, repr(version).encode(), "JSON")
    window = daemon_window(str(version.get("ApiVersion")), version.get("MinAPIVersion"))
    if window is None:
        raise not_docker(endpoint, repr(version).encode(), "JSON")
    wire.api = str(choose(str(version.get("Version", "")), window))
    return DockerEngine(wire, version, window)


class DockerEngine:
    """A Docker Engine; made by `connect`. Safe to use from several threads."""

    def __init__(self, wire: Wire, version: Mapping[str, Any], window: Window) -> None:
        self.endpoint = wire.endpoint
        self.version = version
        """What `/version` said."""
        self._wire, self._window = wire, window

    def info(self) -> EngineInfo:
        """Who answers."""
        said = self._wire.json("GET", "/info")
        info: dict[str, Any] = said if isinstance(said, dict) else {}
        return EngineInfo(
            id=str(info.get("ID") or info.get("Name") or ""),
            name=str(info.get("Name", "")),
            version=str(self.version.get("Version", "")),
            api=str(self._window.high),
            min_api=str(self._window.low),
            os=str(info.get("OSType") or self.version.get("Os", "")),
            operating_system=str(info.get("OperatingSystem", "")),
            arch=str(info.get("Architecture") or self.version.get("Arch", "")),
            cpus=int(info.get("NCPU") or 0),
            memory=int(info.get("MemTotal") or 0),
            provider=provider(self.version, info),
        )

    # Observing

    def containers(self, labels: Mapping[str, str | None], *, all_states: bool = True) -> list[Container]:
        """One list call."""
        return self._containers({"label": _label_filter(labels)} if labels else {}, all_states)

    def networks(self, labels: Mapping[str, str | None]) -> list[Network]:
        """Networks that carry these labels."""
        found = self._wire.json("GET", "/networks", params={"filters": {"label": _label_filter(labels)}})
        return [convert.network(item) for item in convert.rows(found)]

    def volumes(self, labels: Mapping[str, str | None]) -> list[Volume]:
        """Volumes that carry these labels."""
        found = self._wire.json("GET", "/volumes", params={"filters": {"label": _label_filter(labels)}})
        return [convert.volume(item) for item in convert.rows(found, "Volumes")]

    def find_container(self, name: str) -> Container | None:
        """The container of exactly this name or id."""
        found = self._containers({"name": [f"^/?{re.escape(name)}$"]}, True)
        if not found and _ID.match(name):
            found = self._containers({"id": [name]}, True)
        return found[0] if len(found) == 1 else None

    def find_network(self, name: str) -> Network | None:
        """The network of exactly this name."""
        found = self._wire.json("GET", "/networks", params={"filters": {"name": [name]}})
        return next((convert.network(item) for item in convert.rows(found) if item.get("Name") == name), None)

    def find_volume(self, name: str) -> Volume | None:
        """The volume of exactly this name."""
        found = _or_none(lambda: self._wire.json("GET", f"/volumes/{segment(name)}", about={"volume": name}))
        return convert.volume(found) if found else None

    def inspect(self, container: str) -> ContainerState:
        """What only an inspect tells."""
        return convert.container_state(self._container_call("GET", container, "/json") or {})

    def image(self, ref: str) -> Image | None:
        """The local image; raises `image.invalid` for what is no name of an image."""
        if not is_ref(ref):
            raise image_error("invalid reference format", ref)
        found = _or_none(lambda: self._wire.json("GET", f"/images/{segment(ref)}/json", about={"image": ref}))
        return convert.image(found) if found else None

    # Making

    def pull(self, ref: str, progress: Callable[[LayerProgress], None], *, stop: Flag | None = None) -> Image:
        """Pull once; `stop` ends it, and its connection, within 0.1 s."""
        pull_once(self._wire, ref, progress, config_dir(os.environ, Path.home()), stop)
        image = self.image(ref)
        if image is None:
            raise image_error("the pull ended and left no image", ref)
        return image

    def create_network(self, name: str, labels: Mapping[str, str]) -> Network:
        """Create a bridge network."""
        body: dict[str, Any] = {"Name": name, "Driver": "bridge", "Labels": dict(labels)}
        api = parse_api(self._wire.api)
        if api and api < Api(1, 44):
            # Later versions always look; before, the engine makes a second network of the same name without it.
            body["CheckDuplicate"] = True
        made = self._wire.json("POST", "/networks/create", body=body, limit=SLOW, about={"network": name})
        return Network(convert.made_id(made), name, dict(labels))

    def create_volume(self, name: str, labels: Mapping[str, str]) -> Volume:
        """Create a volume, or give the one there is."""
        body = {"Name": name, "Labels": dict(labels)}
        made = self._wire.json("POST", "/volumes/create", body=body, limit=SLOW, about={"volume": name})
        return convert.volume(made or {})

    def create_container(self, spec: ContainerSpec) -> str:
        """Create, not start; gives the id."""
        body = convert.create_body(spec, parse_api(self._wire.api) or self._window.low)
        made = self._wire.json(
            "POST",
            "/containers/create",
            params={"name": spec.name},
            body=body,
            limit=SLOW,
            about={"name": spec.name, "image": spec.image, "network": spec.network},
        )
        return convert.made_id(made)

    # Steering

    def start(self, container: str) -> None:
        """Start; a paused one goes on."""
        try:
            self._container_call("POST", container, "/start", limit=SLOW)
        except DevboxError as error:
            if "paused" not in (error.cause or error.message):
                raise
            self._container_call("POST", container, "/unpause")

    def stop(self, container: str, grace: int | None = None) -> None:
        """Stop, and wait for it."""
        self._container_call("POST", container, "/stop", {"t": grace}, limit=_patience(grace))

    def restart(self, container: str, grace: int | None = None) -> None:
        """Stop and start again."""
        self._container_call("POST", container, "/restart", {"t": grace}, limit=_patience(grace) + SLOW)

    def rename(self, container: str, name: str) -> None:
        """Give another name."""
        self._container_call("POST", container, "/rename", {"name": name})

    def remove_container(self, container: str) -> None:
        """Remove, by force, with its anonymous volumes; waits when somebody else's removal is under way."""
        try:
            _or_none(lambda: self._container_call("DELETE", container, "", {"force": True, "v": True}, limit=SLOW))
        except DevboxError as error:
            if error.code != "container.removing":
                raise
            self._await_removal(container)

    def remove_network(self, name: str) -> None:
        """Remove a network, by name or id."""
        path = f"/networks/{segment(name)}"
        _or_none(lambda: self._wire.json("DELETE", path, limit=SLOW, about={"network": name}))

    def remove_volume(self, name: str) -> None:
        """Remove a volume."""
        path = f"/volumes/{segment(name)}"
        _or_none(lambda: self._wire.json("DELETE", path, limit=SLOW, about={"volume": name}))

    # Streams and files

    def logs(
        self,
        container: str,
        *,
        follow: bool = False,
        tail: int | None = None,
        since: float | None = None,
        timestamps: bool = False,
    ) -> Iterator[tuple[int, bytes]]:
        """The log's pieces."""
        return streams.logs(self._wire, container, follow=follow, tail=tail, since=since, timestamps=timestamps)

    def exec(self, container: str, command: tuple[str, ...], *, stdin: bytes = b"", user: str = "") -> ExecResult:
        """Run to the end; a command that the container does not have is exit status 126 or 127."""
        return streams.run_exec(self._wire, container, command, stdin=stdin, user=user)

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
        return streams.start_exec(self._wire, container, command, tty=tty, stdin=stdin, environment=environment)

    def put_files(self, container: str, path: str, files: tuple[File, ...]) -> None:
        """Write files under a directory as one tar."""
        archives.put_files(self._wire, container, path, files)

    def put_archive(self, container: str, path: str, chunks: Iterator[bytes]) -> None:
        """Unpack a tar stream under a directory."""
        archives.put_archive(self._wire, container, path, chunks)

    def get_archive(self, container: str, path: str) -> Iterator[bytes]:
        """A file or folder as a tar stream."""
        return archives.get_archive(self._wire, container, path)

    def get_file(self, container: str, path: str, *, limit: int = 1 << 20) -> bytes | None:
        """A file's content."""
        return archives.get_file(self._wire, container, path, limit)

    def stat(self, container: str, path: str) -> FileStat | None:
        """Owner, mode and size."""
        return archives.stat(self._wire, container, path)

    @property
    def vault(self) -> Vault:
        """Its things, to save and to bring back."""
        from devbox.engine.vault import Vault

        return Vault(self._wire)

    def ping(self) -> bool:
        """Whether `/_ping` answers within 2 s."""
        return self._wire.ping()

    def close(self) -> None:
        """Drop the connections."""
        self._wire.close()

    def _containers(self, filters: dict[str, list[str]], all_states: bool) -> list[Container]:
        params = {"all": all_states, "filters": filters or None}
        found = self._wire.json("GET", "/containers/json", params=params)
        return [convert.container(item) for item in convert.rows(found)]

    def _container_call(
        self, method: str, container: str, path: str, params: Mapping[str, Any] | None = None, limit: float = LIMIT
    ) -> Any:
        where = f"/containers/{segment(container)}{path}"
        return self._wire.json(method, where, params=params, limit=limit, about={"name": container})

    def _await_removal(self, container: str) -> None:
        end = time.monotonic() + _REMOVAL_SECONDS
        while _or_none(lambda: self.inspect(container)):
            if time.monotonic() > end:
                raise DevboxError(
                    "container.removing", f"{container} has been under removal for a minute.", retryable=True
                )
            time.sleep(0.1)


def _or_none(call: Callable[[], Any]) -> Any:
    """The call's answer, None when what it is about does not exist."""
    try:
        return call()
    except DevboxError as error:
        if error.code not in _ABSENT:
            raise
        return None


def _label_filter(labels: Mapping[str, str | None]) -> list[str]:
    return [name if value is None else f"{name}={value}" for name, value in labels.items()]


def _patience(grace: int | None) -> float:
    return (_OWN_GRACE if grace is None else max(grace, 0)) + _STOP_MARGIN
