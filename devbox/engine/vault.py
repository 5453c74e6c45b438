"""What saving an engine and bringing it back needs beyond `api.Engine`: volumes with their drivers, images as streams.

Over the same watched requests as `engine/sdk.py`; raises `DevboxError` and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devbox.engine.convert import rows
from devbox.engine.wire import SLOW, segment
from devbox.errors import DevboxError

if TYPE_CHECKING:
    from devbox.engine.wire import Wire

_BUILT_IN = ("bridge", "host", "none", "podman", "ingress", "docker_gwbridge")
_EMPTY_TAR = b"\0" * 1024


@dataclass(frozen=True)
class StoredVolume:
    """A volume as it has to be made again. `size` in bytes, -1 where the engine does not say."""

    name: str
    driver: str
    options: Mapping[str, str]
    labels: Mapping[str, str]
    size: int = -1


@dataclass(frozen=True)
class StoredImage:
    """An image: `tags` and `digests` as the engine lists them; `size` in bytes."""

    id: str
    tags: tuple[str, ...]
    digests: tuple[str, ...]
    size: int


@dataclass(frozen=True)
class Inhabitant:
    """A container as the question before a recreate shows it. `layer`: bytes that it alone has; `started` RFC 3339."""

    id: str
    name: str
    image_id: str
    labels: Mapping[str, str]
    state: str
    layer: int
    started: str = ""


class Vault:
    """An engine's things, to save and to bring back."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def volumes(self) -> list[StoredVolume]:
        """Every volume."""
        found = self._wire.json("GET", "/volumes", limit=SLOW)
        return [_volume(item) for item in rows(found, "Volumes")]

    def sizes(self) -> tuple[dict[str, int], int]:
        """Bytes of each volume, and of the build cache; may take long."""
        try:
            found = self._wire.json("GET", "/system/df", limit=10 * SLOW)
        except DevboxError as error:
            if error.code != "engine.no_such_object":  # below API 1.25 nobody says
                raise
            return {}, 0
        volumes = {str(v.get("Name")): _size(v) for v in rows(found, "Volumes")} if isinstance(found, dict) else {}
        cache = found.get("BuildCache") if isinstance(found, dict) else None
        parts = cache if isinstance(cache, list) else []
        return volumes, sum(int(part.get("Size") or 0) for part in parts if isinstance(part, dict))

    def images(self) -> list[StoredImage]:
        """Every image that is not only a layer of another."""
        found = rows(self._wire.json("GET", "/images/json", limit=SLOW))
        return [
            StoredImage(
                str(item.get("Id", "")),
                _names(item.get("RepoTags")),
                _names(item.get("RepoDigests")),
                int(item.get("Size") or 0),
            )
            for item in found
        ]

    def inhabitants(self) -> list[Inhabitant]:
        """Every container, with the size of its own layer."""
        found = rows(self._wire.json("GET", "/containers/json", params={"all": True, "size": True}, limit=10 * SLOW))
        return [_inhabitant(item) for item in found]

    def started_at(self, container: str) -> str:
        """When a container was started last, as the engine wrote it; "" for one that never was."""
        found = self._wire.json("GET", f"/containers/{segment(container)}/json", about={"name": container})
        state = found.get("State") if isinstance(found, dict) else None
        return str(state.get("StartedAt", "")) if isinstance(state, dict) else ""

    def networks(self) -> list[str]:
        """The names of networks that somebody made."""
        found = rows(self._wire.json("GET", "/networks"))
        names = [str(item.get("Name", "")) for item in found]
        return [
            name for name in names if name not in ("bridge", "host", "none", "podman", "ingress", "docker_gwbridge")
        ]

    def in_swarm(self) -> bool:
        """Whether the engine is a node of a Swarm."""
        info = self._wire.json("GET", "/info")
        swarm = info.get("Swarm") if isinstance(info, dict) else None
        return isinstance(swarm, dict) and swarm.get("LocalNodeState") not in (None, "", "inactive")

    def has_containerd_images(self) -> bool:
        """Whether images are kept by containerd, where each has a digest, also one that was built here."""
        info = self._wire.json("GET", "/info")
        return "io.containerd.snapshotter" in str(info.get("DriverStatus") if isinstance(info, dict) else "")

    def create_volume(self, volume: StoredVolume) -> None:
        """Make it with its driver, options and labels."""
        body = {
            "Name": volume.name,
            "Driver": volume.driver,
            "DriverOpts": dict(volume.options),
            "Labels": dict(volume.labels),
        }
        self._wire.json("POST", "/volumes/create", body=body, limit=SLOW, about={"volume": volume.name})

    def save_images(self, names: tuple[str, ...]) -> Iterator[bytes]:
        """One archive of these images, with their tags."""
        with self._wire.open("GET", "/images/get", params={"names": ",".join(names)}, limit=None) as call:
            yield from call.pieces()

    def load_images(self, chunks: Iterator[bytes]) -> None:
        """Bring an archive of images back; raises `engine.error` when the engine refuses it."""
        headers = {"Content-Type": "application/x-tar"}
        with self._wire.open(
            "POST", "/images/load", params={"quiet": True}, data=chunks, headers=headers, limit=None
        ) as call:
            _raise_refusal(call.all())

    def import_empty(self) -> str:
        """An image with nothing in it, for containers that are never started; gives its id."""
        headers = {"Content-Type": "application/x-tar"}
        params = {"fromSrc": "-", "repo": "devbox-empty", "tag": "backup"}
        with self._wire.open(
            "POST", "/images/create", params=params, data=iter([_EMPTY_TAR]), headers=headers, limit=SLOW
        ) as call:
            text = call.all()
        _raise_refusal(text)
        found = [line.get("status") for line in _lines(text) if isinstance(line.get("status"), str)]
        return str(found[-1]).strip() if found else "devbox-empty:backup"

    def remove_helper(self, container: str) -> None:
        """Remove a container and no volume: Podman takes orphaned anonymous ones along, when it is asked to."""
        path = f"/containers/{segment(container)}"
        try:
            self._wire.json("DELETE", path, params={"force": True, "v": False}, limit=SLOW, about={"name": container})
        except DevboxError as error:
            if error.code not in ("container.gone", "container.removing"):
                raise

    def remove_image(self, ref: str) -> None:
        """Remove an image that nobody needs; that it is gone or used is no error."""
        try:
            self._wire.json("DELETE", f"/images/{segment(ref)}", params={"noprune": False}, limit=SLOW)
        except DevboxError:
            return


def _volume(item: Mapping[str, Any]) -> StoredVolume:
    return StoredVolume(
        str(item.get("Name", "")),
        str(item.get("Driver") or "local"),
        _strings(item.get("Options")),
        _strings(item.get("Labels")),
        _size(item),
    )


def _size(item: Mapping[str, Any]) -> int:
    usage = item.get("UsageData")
    size = usage.get("Size") if isinstance(usage, dict) else None
    return size if isinstance(size, int) else -1


def _inhabitant(item: Mapping[str, Any]) -> Inhabitant:
    names = _names(item.get("Names"))
    return Inhabitant(
        id=str(item.get("Id", "")),
        name=names[0].removeprefix("/") if names else str(item.get("Id", ""))[:12],
        image_id=str(item.get("ImageID", "")),
        labels=_strings(item.get("Labels")),
        state=str(item.get("State", "")),
        layer=int(item.get("SizeRw") or 0),
    )


def _strings(value: object) -> dict[str, str]:
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else {}


def _names(value: object) -> tuple[str, ...]:
    given = value if isinstance(value, list) else []
    return tuple(str(name) for name in given if "<none>" not in str(name))


def _lines(text: bytes) -> list[dict[str, Any]]:
    found = []
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def _raise_refusal(text: bytes) -> None:
    """Such streams are 200 before anything can go wrong; the error is a line of theirs."""
    for line in _lines(text):
        detail = line.get("errorDetail")
        message = detail.get("message") if isinstance(detail, dict) else line.get("error")
        if message:
            raise DevboxError("engine.error", "The engine refused an archive of images.", cause=str(message))
