"""A backup's folder and its manifest: what was saved, with sizes and checksums, and how far the recreate has come.

`STATE/backup/TIME/` holds `manifest.json`, `volumes/`, `images/`, `settings/`. Every change of the manifest is written
in one piece before the step that it announces; after a kill the next `--fix` goes on from there.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from devbox.doctor.edits import write
from devbox.errors import DevboxError

PHASES = ("saving", "saved", "deleting", "deleted", "making", "made", "restored", "done")
"""saving: volumes are being read. saved: all is here. deleting: the VM may be gone. deleted: it is. making: the new one
may be there. made: it answers. restored: its volumes are filled. done: the sandboxes that ran are up."""


@dataclass(frozen=True)
class SavedVolume:
    """A volume. `file` is relative to the backup, "" where only the definition is kept (`note` says why).

    `size` and `sha256` are the file's; `digest` is that of the content, whatever the order in the archive; `top` is
    the name of the folder that the archive's entries are in.
    """

    name: str
    driver: str = "local"
    options: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    size: int = 0
    sha256: str = ""
    digest: str = ""
    top: str = "v"
    note: str = ""


@dataclass(frozen=True)
class SavedImages:
    """One archive of images."""

    file: str
    size: int
    sha256: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Sandbox:
    """One of devbox's sandboxes that ran."""

    name: str
    stack: str


@dataclass(frozen=True)
class Manifest:
    """See the module. `identity` is the VM's when it was to be deleted; `quiet` the engine's time when nothing ran."""

    id: str
    kind: str
    vm: str
    created_at: str
    phase: str = "saving"
    way: str = "api"
    """How it was saved: "api", "ssh" (an engine too old for it), "none" (it did not answer: nothing is saved)."""
    identity: str = ""
    url: str = ""
    context: str = ""
    """The endpoint, and the stored context that led to it."""
    engine: str = ""
    engine_version: str = ""
    quiet: str = ""
    stopped: tuple[str, ...] = ()
    """Containers that devbox stopped, to be started again when the VM is not deleted after all."""
    files: int = 0
    """Files of volumes that were begun; their numbers keep their names apart."""
    volumes: tuple[SavedVolume, ...] = ()
    images: SavedImages | None = None
    sandboxes: tuple[Sandbox, ...] = ()
    lost: tuple[str, ...] = ()
    making: tuple[tuple[str, ...], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    """Files of the VM's settings: name in the backup, place."""
    rules: tuple[str, ...] = ()
    """Port forwarding, as VBoxManage takes it."""
    new_engine: str = ""
    begun: tuple[str, ...] = ()
    """Volumes that devbox made in the new engine."""
    restored: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    """Volumes that were not filled, and why."""

    @property
    def bytes(self) -> int:
        """Of all files."""
        return sum(v.size for v in self.volumes) + (self.images.size if self.images else 0)

    @property
    def gone(self) -> bool:
        """Whether the VM may be gone already."""
        return self.phase in ("deleting", "deleted", "making", "made", "restored")


@dataclass(frozen=True)
class Backup:
    """A folder with its manifest."""

    folder: Path
    manifest: Manifest

    def now(self, **changes: Any) -> Backup:
        """The same with changes, written down."""
        changed = Backup(self.folder, replace(self.manifest, **changes))
        text = json.dumps({"schema": 1, **asdict(changed.manifest)}, indent=1)
        write(self.folder / "manifest.json", text.encode(), 0o600)
        return changed

    @property
    def shown(self) -> dict[str, Any]:
        """As `--backups` lists it."""
        m = self.manifest
        return {
            "id": m.id,
            "folder": str(self.folder),
            "backend": m.kind,
            "vm": m.vm,
            "created_at": m.created_at,
            "phase": m.phase,
            "size": m.bytes,
            "volumes": [{"name": v.name, "size": v.size, "sha256": v.sha256} for v in m.volumes],
            "engine_version": m.engine_version,
        }


def root(state: Path) -> Path:
    """Where backups lie."""
    return state / "backup"


def begin(state: Path, kind: str, vm: str) -> Backup:
    """A new backup's folder, for this user alone."""
    now = time.time()
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    try:
        root(state).mkdir(parents=True, exist_ok=True, mode=0o700)
        for number in range(1000):
            ident = f"{stamp}{f'-{number}' if number else ''}"
            folder = root(state) / ident
            if not folder.exists():
                break
        for part in ("", "volumes", "images", "settings"):
            (folder / part).mkdir(mode=0o700)
    except OSError as error:
        raise DevboxError("backup.failed", f"{root(state)} cannot be written", cause=str(error)) from error
    return Backup(folder, Manifest(ident, kind, vm, created)).now()


def load(folder: Path) -> Backup | None:
    """A backup by its folder; None for one whose manifest cannot be read."""
    try:
        return Backup(folder, _parse(json.loads((folder / "manifest.json").read_bytes())))
    except (OSError, ValueError, RecursionError, TypeError, KeyError, AttributeError):
        return None


def every(state: Path) -> list[Backup]:
    """All that can be read, the newest first."""
    try:
        folders = sorted(root(state).iterdir(), reverse=True)
    except OSError:
        return []
    return [found for folder in folders if (found := load(folder)) is not None]


def unfinished(state: Path) -> list[Backup]:
    """Those whose recreate was cut short, the newest first."""
    return [b for b in every(state) if b.manifest.phase in PHASES[:-1]]


def _parse(value: Mapping[str, Any]) -> Manifest:
    known = Manifest.__dataclass_fields__
    fields = {key: _frozen(item) for key, item in value.items() if key in known}
    fields["volumes"] = tuple(SavedVolume(**v) for v in value.get("volumes", ()))
    fields["sandboxes"] = tuple(Sandbox(**s) for s in value.get("sandboxes", ()))
    images = value.get("images")
    fields["images"] = SavedImages(**{**images, "names": tuple(images["names"])}) if images else None
    fields["making"] = tuple(tuple(command) for command in value.get("making", ()))
    fields["settings"] = tuple((str(a), str(b)) for a, b in value.get("settings", ()))
    return Manifest(**fields)


def _frozen(item: Any) -> Any:
    return tuple(item) if isinstance(item, list) else item


def sync(folder: Path) -> None:
    """Have the folder's names on the disk."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
