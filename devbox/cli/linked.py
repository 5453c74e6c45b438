"""The plugins of `devbox up`: `--plugin DIR` (and devbox.toml's `plugin_dir`) is linked, `--plugin FILE` put in."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devbox.cli.run import Run
from devbox.errors import Cure, UsageError

if TYPE_CHECKING:
    from devbox.jenkins.project import Project


def files(run: Run, options: Mapping[str, Any], asked: MutableMapping[str, Any]) -> tuple[Path, ...]:
    """The plugin files that are meant, taken out of `asked`; what is wrong with one is said before anything starts."""
    words = asked.get("plugin") or []
    found = {word: run.environment.cwd / Path(word).expanduser() for word in words}
    there = tuple(path for path in found.values() if path.is_file())
    if not there:
        return ()
    _no_conflict(run, options)
    from devbox.sandbox.plugins.deploy import Request, readable

    readable(Request("", there))
    asked["plugin"] = [word for word, path in found.items() if not path.is_file()]
    return there


def _no_conflict(run: Run, options: Mapping[str, Any]) -> None:
    if run.chosen(options, "no_wait"):
        text = "--plugin and --no-wait exclude each other: Jenkins has to be up for a plugin"
        raise UsageError("option.conflict", text)


def projects(run: Run, options: Mapping[str, Any], asked: MutableMapping[str, Any]) -> tuple[Project, ...]:
    """The projects that are meant; `asked` gets what the sandbox needs for them, and for a debugger's port.

    Raises `plugin.unsupported` for an id, `option.conflict` with `--no-wait`, and what `project.find` raises.
    """
    if "debug_port" in asked:
        asked.setdefault("debug", True)
    given = asked.pop("plugin", None)
    words = given or []
    if given is None and run.settings["plugin_dir"]:
        words = [run.settings["plugin_dir"]]
    if not words:
        return ()
    _no_conflict(run, options)
    from devbox.jenkins.project import find

    found = tuple(find(_folder(run.environment.cwd, word)) for word in words)
    asked["linked"] = True
    return found


ID = re.compile(r"[A-Za-z0-9_-]+(:\S*)?|[A-Za-z0-9][A-Za-z0-9._-]*:[^/\\\s]*")
"""An id as Jenkins' own tools take it, `git` and `git:5.2.0`; what has a slash or is only dots is a place."""


def _folder(cwd: Path, word: str) -> Path:
    place = cwd / Path(word).expanduser()
    if not place.exists() and ID.fullmatch(word):
        raise UsageError(
            "plugin.unsupported",
            f"there is no {word!r} here, and this version of devbox fetches no plugins by their id",
            cures=(Cure("download its .hpi and put it in once Jenkins is up", "devbox plugin deploy FILE"),),
        )
    return place
