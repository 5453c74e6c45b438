"""Saving an engine below API 1.24, over the back end's ssh and tar: its volumes lie in folders of the VM.

Engines since 1.9 have named volumes in `/var/lib/docker/volumes/NAME/_data`; before, a volume was a folder of a
container's, `/var/lib/docker/vfs/dir/ID`, and comes back as a volume of that id.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from devbox.doctor.backends.model import ASK, Backend
from devbox.doctor.backup import files
from devbox.doctor.backup.content import digest
from devbox.doctor.backup.manifest import Backup, SavedVolume, sync
from devbox.doctor.backup.survey import Survey, human
from devbox.doctor.repair import Repair
from devbox.engine.vault import Inhabitant, StoredVolume
from devbox.errors import DevboxError
from devbox.events import Step

if TYPE_CHECKING:
    from devbox.doctor.host import HostView

PLACES = ("/var/lib/docker/volumes", "/var/lib/docker/vfs/dir")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\Z")
_LONG = 30 * ASK


@dataclass(frozen=True)
class Folder:
    """A volume's folder in the VM; `size` in bytes."""

    name: str
    path: str
    size: int


def _inside(host: HostView, backend: Backend, *words: str) -> str:
    ran = host.run(backend.inside(*words), _LONG)
    if not ran.ok:
        raise DevboxError("backup.failed", f"the VM did not do: {' '.join(words)}", cause=ran.said)
    return ran.out


def folders(host: HostView, backend: Backend) -> list[Folder]:
    """The volumes' folders; a name that a shell in the VM would read as something else raises `backup.failed`."""
    found = []
    for place in PLACES:
        ran = host.run(backend.inside("sudo", "ls", "-1", place), _LONG)
        names = ran.out.split("\n") if ran.ok else []
        for name in filter(None, (n.rstrip("\r") for n in names)):
            if name in ("metadata.db", "backingFsBlockDev"):
                continue
            if not _NAME.match(name):
                raise DevboxError("backup.failed", f"a volume in the VM has a name that cannot be handed on: {name!r}")
            path = f"{place}/{name}/_data" if place == PLACES[0] else f"{place}/{name}"
            found.append(Folder(name, path, _size(host, backend, path)))
    return found


def _size(host: HostView, backend: Backend, path: str) -> int:
    said = _inside(host, backend, "sudo", "du", "-sk", path).split()
    return int(said[0]) * 1024 if said and said[0].isdecimal() else 0


def look(repair: Repair, backend: Backend) -> Survey:
    """What is in the VM, as far as its old docker command says. Raises `backup.failed` where there is no way in."""
    if not backend.tool.way_in:
        raise DevboxError("backup.impossible", f"there is no way into {backend.title} to save what is in it")
    host = repair.host
    volumes = tuple(StoredVolume(f.name, "local", {}, {}, f.size) for f in folders(host, backend))
    names = _containers(host, backend, all_states=True)
    found = tuple(Inhabitant(name, name, "", {}, "exited", 0) for name in names)
    return Survey(volumes, found, (), (), 0, swarm=False)


def _containers(host: HostView, backend: Backend, *, all_states: bool) -> list[str]:
    words = ("docker", "ps", "-a", "-q") if all_states else ("docker", "ps", "-q")
    return [line.strip() for line in _inside(host, backend, *words).splitlines() if _NAME.match(line.strip())]


def quiet(repair: Repair, backend: Backend) -> bool:
    """Whether nothing runs."""
    return not _containers(repair.host, backend, all_states=False)


def start_again(repair: Repair, backend: Backend, backup: Backup) -> None:
    """Start what was stopped: the VM stays."""
    if backup.manifest.stopped:
        repair.run((backend.inside("docker", "start", *backup.manifest.stopped),), "the VM is not deleted")


def save(repair: Repair, backend: Backend, backup: Backup) -> Backup:
    """Stop what runs and stream every folder out."""
    host = repair.host
    running = _containers(host, backend, all_states=False)
    if running:
        repair.run((backend.inside("docker", "stop", *running),), "nothing may write while its volumes are saved")
    backup = backup.now(stopped=tuple(running), lost=look(repair, backend).lost())
    saved: list[SavedVolume] = []
    for number, folder in enumerate(folders(host, backend), 1):
        step = Step("save", f"volume {folder.name}", human(folder.size))
        repair.emit(step)
        file = f"volumes/{files.name_of(number, folder.name)}"
        size, sha256, content = files.store(backup.folder / file, _tar(host, backend, folder.path), digest)
        saved.append(
            SavedVolume(
                folder.name, file=file, size=size, sha256=sha256, digest=content, top=folder.path.rpartition("/")[2]
            )
        )
        backup = backup.now(volumes=tuple(saved))
        repair.emit(replace(step, state="done"))
    sync(backup.folder / "volumes")
    return backup


def _tar(host: HostView, backend: Backend, path: str) -> Iterator[bytes]:
    """A folder of the VM as a tar stream; raises `backup.failed` when tar ends with an error."""
    # Its name stands before every entry, so that it can be unpacked at "/": below, Docker refuses links to "..".
    parent, _, name = path.rpartition("/")
    command = backend.inside("sudo", "tar", "-C", parent, "-cf", "-", name)
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, env=dict(host.env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
        )
        assert process.stdout is not None
        try:
            while piece := process.stdout.read(1 << 16):
                yield piece
            process.wait()
        finally:
            process.kill()
            process.stdout.close()
            process.wait()
        if process.returncode:
            said.seek(0)
            cause = said.read(4096).decode(errors="replace").strip()
            raise DevboxError("backup.failed", f"{path} could not be read in the VM", cause=cause)
