"""Plugin files on their way in: what stops them, and how one is known again."""

from __future__ import annotations

import hashlib

from devbox.errors import Cure, DevboxError
from devbox.jenkins.pluginfile import PluginFile, Problem


def unfit(problems: dict[PluginFile, tuple[Problem, ...]], cures: tuple[Cure, ...] = ()) -> None:
    """Raise `plugin.unfit` (or `plugin.linked`, which is cured otherwise) where one of the problems is a failure."""
    failing = [(file, p) for file, found in problems.items() for p in found if p.severity == "fail"]
    if not failing:
        return
    file, first = failing[0]
    code = "plugin.linked" if first.code == "plugin.linked" else "plugin.unfit"
    if code == "plugin.linked":
        cures = (Cure("take the link away", f"devbox plugin unlink {file.name}"),)
    more = tuple(f"{other.path.name}: {p.message}" for other, p in failing[1:])
    words = " ".join(str(other.path) for other in problems)
    raise DevboxError(
        code,
        f"{file.path.name}: {first.message}",
        cures=(*cures, Cure("see everything that is wrong", f"devbox plugin check {words}")),
        tail=more,
    )


def record(file: PluginFile) -> str:
    """A line that says exactly which file this is."""
    with file.path.open("rb") as source:
        return f"{file.version or '???'} {hashlib.file_digest(source, 'sha256').hexdigest()}"
