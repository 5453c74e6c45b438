"""Cache keys: what a thing is made from, as a short hash."""

from __future__ import annotations

import hashlib
from pathlib import Path


def key(*parts: str | Path) -> str:
    """A short hash over texts and the contents of files and folders (names included)."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            _add_path(digest, part)
        else:
            digest.update(b"text\0" + part.encode() + b"\0")
    return digest.hexdigest()[:16]


def _add_path(digest: hashlib._Hash, path: Path) -> None:
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    for file in files:
        name = file.name if file is path else str(file.relative_to(path))
        digest.update(b"file\0" + name.encode() + b"\0" + file.read_bytes() + b"\0")
