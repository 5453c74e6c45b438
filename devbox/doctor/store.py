"""Writes the docker CLI's own context store (`docker/cli`, `cli/context/store`): names as SHA-256, its modes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from devbox.doctor import edits
from devbox.errors import DevboxError

_TLS = ("ca.pem", "cert.pem", "key.pem")


def use(folder: Path, name: str) -> Path | None:
    """Select a context, as `docker context use`; "default" takes the key away. Gives the copy of `config.json`."""
    config = folder / "config.json"
    return (
        edits.drop_key(config, "currentContext") if name == "default" else edits.set_key(config, "currentContext", name)
    )


def create(folder: Path, name: str, host: str, certificates: Path | None = None) -> list[Path]:
    """Make a context, or make it anew; gives the copies of what was there, its TLS keys included.

    `certificates` is a folder with ca.pem, cert.pem and key.pem. Raises `file.unwritable`, `tls.missing`.
    """
    digest = hashlib.sha256(name.encode()).hexdigest()
    keys = [(file, _read(certificates / file)) for file in _TLS] if certificates else []
    copies = set_aside(folder, name)
    tls = folder / "contexts" / "tls" / digest / "docker"
    for file, content in keys:
        edits.write(tls / file, content, 0o600)
    if keys:
        tls.chmod(0o700)
        tls.parent.chmod(0o700)
    meta = {"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": False}}}
    path = folder / "contexts" / "meta" / digest / "meta.json"
    edits.write(path, json.dumps(meta, separators=(",", ":")).encode(), 0o644)
    path.parent.chmod(0o755)
    return copies


def set_aside(folder: Path, name: str) -> list[Path]:
    """Move a context out of the store, beside it and not into it; gives the places. Nothing of it is deleted."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    moved: list[Path] = []
    for part in ("meta", "tls"):
        there = folder / "contexts" / part / digest
        if not there.exists():
            continue
        # The CLI reads every folder of its store, so that what is kept must not lie in it.
        place = edits.free_name(folder / f"contexts.{part}.{name}")
        try:
            there.rename(place)
        except OSError as error:
            raise DevboxError("file.unwritable", f"{there} cannot be changed", cause=str(error)) from error
        moved.append(place)
    return moved


def _read(path: Path) -> bytes:
    from devbox.engine.contexts import tls_missing

    try:
        return path.read_bytes()
    except OSError:
        raise tls_missing(path) from None
