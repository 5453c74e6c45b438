"""Bringing back what was saved, into an engine that was made anew; what is there already is never written over."""

from __future__ import annotations

from dataclasses import replace

from devbox.doctor.backup import files
from devbox.doctor.backup.content import digest
from devbox.doctor.backup.helper import archive, empty_image, helper, sweep
from devbox.doctor.backup.manifest import Backup, SavedVolume
from devbox.doctor.backup.survey import human
from devbox.doctor.repair import Repair
from devbox.engine.sdk import DockerEngine
from devbox.engine.vault import StoredVolume
from devbox.errors import DevboxError
from devbox.events import Step, Warned


def restore(repair: Repair, backup: Backup, engine: DockerEngine) -> Backup:
    """Load the images and fill the volumes that are not filled yet, each checked against what was saved."""
    sweep(engine)
    ident = engine.info().id
    if backup.manifest.new_engine != ident:
        # What was filled before is in another engine.
        backup = backup.now(new_engine=ident, begun=(), restored=(), skipped=())
    _load(repair, backup, engine)
    with empty_image(engine) as image:
        for volume in backup.manifest.volumes:
            if volume.name not in backup.manifest.restored:
                backup = _one(repair, backup, engine, volume, image)
    return backup


def _load(repair: Repair, backup: Backup, engine: DockerEngine) -> None:
    images = backup.manifest.images
    if images is None or all(engine.image(name) for name in images.names):
        return
    repair.emit(Step("load", f"{len(images.names)} images", human(images.size)))
    engine.vault.load_images(files.pieces(backup.folder / images.file))


def _one(repair: Repair, backup: Backup, engine: DockerEngine, volume: SavedVolume, image: str) -> Backup:
    done = {"restored": (*backup.manifest.restored, volume.name)}
    if engine.find_volume(volume.name) is not None and volume.name not in backup.manifest.begun:
        reason = _difference(engine, volume, image)
        if not reason:
            return backup.now(**done)
        return _skip(repair, backup, volume, reason, done)
    backup = backup.now(begun=tuple(dict.fromkeys([*backup.manifest.begun, volume.name])))
    try:
        engine.vault.create_volume(StoredVolume(volume.name, volume.driver, volume.options, volume.labels))
    except DevboxError as error:
        if volume.driver == "local" and not volume.options:
            raise
        return _skip(repair, backup, volume, f"it cannot be made here: {error.cause or error.message}", done)
    if volume.file:
        _fill(repair, backup, engine, volume, image)
    return backup.now(**done)


def _skip(repair: Repair, backup: Backup, volume: SavedVolume, reason: str, done: dict[str, tuple[str, ...]]) -> Backup:
    where = f"; what was saved of it is in {backup.folder / volume.file}" if volume.file else ""
    repair.emit(Warned("backup.skipped", f"volume {volume.name} was left as it is: {reason}{where}"))
    return backup.now(skipped=(*backup.manifest.skipped, f"{volume.name}: {reason}"), **done)


def _difference(engine: DockerEngine, volume: SavedVolume, image: str) -> str:
    """Why a volume that is there already is not the saved one; "" where it is."""
    if not volume.file:
        return ""
    same = _content(engine, volume.name, image) == volume.digest
    return "" if same else "the new engine has a volume of this name with other files"


def _fill(repair: Repair, backup: Backup, engine: DockerEngine, volume: SavedVolume, image: str) -> None:
    step = Step("fill", f"volume {volume.name}", human(volume.size))
    repair.emit(step)
    path = backup.folder / volume.file
    if not files.intact(path, volume.size, volume.sha256):
        raise DevboxError("backup.failed", f"{path} is not what was saved: it was changed since")
    with helper(engine, image, volume.name, f"/{volume.top}") as container:
        engine.put_archive(container, "/", files.pieces(path))
    if _content(engine, volume.name, image) != volume.digest:
        raise DevboxError("backup.failed", f"volume {volume.name} is not the same after it was filled")
    repair.emit(replace(step, state="done"))


def _content(engine: DockerEngine, volume: str, image: str) -> str:
    with archive(engine, image, volume) as chunks:
        return digest(chunks)
