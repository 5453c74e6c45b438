"""The way to the new VM: it may have another address, and other certificates."""

from __future__ import annotations

from pathlib import Path

from devbox.doctor import store
from devbox.doctor.backends.model import Backend
from devbox.doctor.backup.manifest import Backup
from devbox.doctor.backup.proof import endpoint_of, same_place
from devbox.doctor.repair import Repair
from devbox.engine.contexts import config_dir
from devbox.events import Note


def lead_to(repair: Repair, backend: Backend, backup: Backup) -> None:
    """The context that led to the old VM gets them; what lives in a shell is a line to paste."""
    host, before = repair.host, backup.manifest
    access = backend.tool.access(host, backend.name)
    if access is None or (same_place(endpoint_of(host, access).url, before.url) and not access.cert_path):
        return
    if before.context:
        certificates = Path(access.cert_path) if access.cert_path else None
        copies = store.create(config_dir(host.env, host.home), before.context, access.host, certificates)
        kept = ", ".join(map(str, copies))
        repair.emit(Note(f"context {before.context} leads to the new VM; as it was: {kept}"))
        return
    lines = " ".join(f"{name}={value}" for name, value in access.environment().items())
    repair.emit(Note(f"paste this into your shell, to reach the new VM: export {lines}"))
