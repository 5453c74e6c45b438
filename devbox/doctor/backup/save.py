"""Saving an engine: containers stopped, every volume streamed into a tar of its own, images that no registry has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from devbox.doctor.backup import files, survey
from devbox.doctor.backup.content import digest
from devbox.doctor.backup.helper import archive, empty_image, sweep
from devbox.doctor.backup.manifest import Backup, Sandbox, SavedImages, SavedVolume, sync
from devbox.doctor.repair import Repair
from devbox.engine.sdk import DockerEngine
from devbox.engine.vault import StoredVolume
from devbox.errors import DevboxError
from devbox.events import Step

EXTERNAL = ("nfs", "nfs4", "cifs", "smb3", "tmpfs")
"""File systems of the `local` driver's volumes whose files are not in the VM (or in nothing but its memory)."""

MARGIN = 256 << 20
"""Bytes that are left free on the disk."""


def check_space(repair: Repair, backup_root: str, needed: int) -> None:
    """Raise `backup.space` where the disk has not enough room."""
    from pathlib import Path

    space = repair.host.space(Path(backup_root))
    if space is not None and space.free < needed + needed // 20 + MARGIN:
        raise DevboxError(
            "backup.space",
            f"saving takes about {survey.human(needed)}, and {backup_root} has {survey.human(space.free)} free",
        )


def quiet(engine: DockerEngine) -> str:
    """A text that changes when any container was started, made or removed; "" while one runs."""
    found = [c for c in engine.vault.inhabitants() if c.labels.get("dev.devbox.role") != "backup"]
    if any(c.state in survey.RUNNING for c in found):
        return ""
    lines = sorted(f"{c.id} {engine.vault.started_at(c.id)}" for c in found)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest() + f":{len(lines)}"


def save(repair: Repair, backup: Backup, engine: DockerEngine) -> Backup:
    """Save all that is not saved yet; what was saved before something ran again is saved anew."""
    sweep(engine)
    backup = _stop(repair, backup, engine)
    now = quiet(engine)
    if not now:
        raise DevboxError("backup.failed", "a container was started while the volumes were to be saved", retryable=True)
    info = engine.info()
    if (backup.manifest.quiet, backup.manifest.engine) != (now, info.id):
        backup = backup.now(quiet=now, engine=info.id, engine_version=info.version, volumes=(), images=None)
    seen = survey.look(engine)
    backup = backup.now(lost=seen.lost())
    backup = _volumes(repair, backup, engine, seen.volumes)
    return _images(repair, backup, engine, seen)


def _stop(repair: Repair, backup: Backup, engine: DockerEngine) -> Backup:
    """Stop what runs, and remember it before."""
    found = [c for c in engine.vault.inhabitants() if c.state in survey.RUNNING]
    manifest = backup.manifest
    running = dict.fromkeys([*manifest.sandboxes, *(Sandbox(*pair) for pair in survey.sandboxes(found))])
    stopped = dict.fromkeys([*manifest.stopped, *(c.id for c in found)])
    backup = backup.now(sandboxes=tuple(running), stopped=tuple(stopped))

    def stop(container: tuple[str, str]) -> None:
        ident, name = container
        repair.emit(Step("stop", f"container {name}", "nothing may write while its volumes are saved"))
        engine.stop(ident)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(stop, [(c.id, c.name) for c in found]))
    return backup


def start_again(repair: Repair, backup: Backup, engine: DockerEngine) -> None:
    """Start what was stopped: the VM stays."""
    for ident in backup.manifest.stopped:
        found = engine.find_container(ident)
        if found is not None and found.state not in survey.RUNNING:
            repair.emit(Step("start", f"container {found.name}", "the VM is not deleted"))
            engine.start(ident)


def _volumes(repair: Repair, backup: Backup, engine: DockerEngine, wanted: tuple[StoredVolume, ...]) -> Backup:
    names = {v.name for v in wanted}
    have = {v.name: v for v in backup.manifest.volumes if v.name in names}
    left = [v for v in wanted if v.name not in have]
    if not left:
        return backup.now(volumes=tuple(have.values()))
    number = backup.manifest.files
    with empty_image(engine) as image:
        for volume in left:
            number += 1
            backup = backup.now(files=number)
            file = f"volumes/{files.name_of(number, volume.name)}"
            have[volume.name] = _volume(repair, backup, engine, volume, image, file)
            backup = backup.now(volumes=tuple(have.values()))
    return backup


def _volume(
    repair: Repair, backup: Backup, engine: DockerEngine, volume: StoredVolume, image: str, file: str
) -> SavedVolume:
    kept = SavedVolume(volume.name, volume.driver, dict(volume.options), dict(volume.labels))
    if volume.driver == "local" and volume.options.get("type") in EXTERNAL:
        return replace(kept, note=f"its files are not in the VM ({volume.options['type']}); only its options are kept")
    step = Step("save", f"volume {volume.name}", survey.human(volume.size) if volume.size >= 0 else "")
    repair.emit(step)
    with archive(engine, image, volume.name) as chunks:
        size, sha256, content = files.store(backup.folder / file, chunks, digest)
    sync(backup.folder / "volumes")
    repair.emit(replace(step, state="done"))
    return replace(kept, file=file, size=size, sha256=sha256, digest=content)


def _images(repair: Repair, backup: Backup, engine: DockerEngine, seen: survey.Survey) -> Backup:
    names = tuple(sorted(name for image in seen.save for name in (image.tags or (image.id,))))
    have = backup.manifest.images
    if not names or (have is not None and have.names == names):
        return backup
    repair.emit(Step("save", f"{len(seen.save)} images", "no registry has exactly these"))
    file = "images/images.tar"
    size, sha256, _ = files.store(backup.folder / file, engine.vault.save_images(names), _through)
    sync(backup.folder / "images")
    return backup.now(images=SavedImages(file, size, sha256, names))


def _through(chunks: Iterator[bytes]) -> str:
    for _ in chunks:
        pass
    return ""


def check_files(backup: Backup) -> None:
    """Read all of it again; raises `backup.failed` for a file that is not what was written."""
    manifest = backup.manifest
    saved = [(v.file, v.size, v.sha256) for v in manifest.volumes if v.file]
    if manifest.images:
        saved.append((manifest.images.file, manifest.images.size, manifest.images.sha256))
    for file, size, sha256 in saved:
        if not files.intact(backup.folder / file, size, sha256):
            raise DevboxError("backup.failed", f"{backup.folder / file} cannot be read back as it was written")
