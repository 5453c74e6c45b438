"""A VM's own settings, which its deletion takes away: copied into the backup, and put back before it is made anew."""

from __future__ import annotations

import shutil
from pathlib import Path

from devbox.doctor.backup.manifest import Backup
from devbox.errors import DevboxError


def keep_settings(backup: Backup, paths: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Copy the VM's settings into the backup; those that are there already are from before a kill, and stay."""
    kept = dict(backup.manifest.settings)
    for path in map(Path, paths):
        target = backup.folder / "settings" / path.name
        try:
            shutil.copyfile(path, target)
        except OSError as error:
            raise DevboxError("backup.failed", f"{path} cannot be saved", cause=str(error)) from error
        kept[path.name] = str(path)
    return tuple(kept.items())


def put_settings(backup: Backup) -> None:
    """The VM's settings where they were, unless its own program has written them since."""
    for name, place in backup.manifest.settings:
        if not Path(place).exists() and backup.manifest.kind == "colima":
            Path(place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(backup.folder / "settings" / name, place)
