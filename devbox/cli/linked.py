"""The plugins that `devbox up` links from the start: `--plugin DIR`, and `plugin_dir` of devbox.toml."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devbox.cli.run import Run
from devbox.errors import Cure, UsageError

if TYPE_CHECKING:
    from devbox.jenkins.project import Project


def projects(run: Run, options: Mapping[str, Any], asked: MutableMapping[str, Any]) -> tuple[Project, ...]:
    """The projects that are meant; `asked` gets what the sandbox needs for them, and for a debugger's port.

    Raises `plugin.unsupported` for an id or a file, `option.conflict` with `--no-wait`, and what `project.find` raises.
    """
    if "debug_port" in asked:
        asked.setdefault("debug", True)
    words = asked.pop("plugin", None) or []
    if not words and run.settings["plugin_dir"]:
        words = [run.settings["plugin_dir"]]
    if not words:
        return ()
    if run.chosen(options, "no_wait"):
        raise UsageError(
            "option.conflict", "--plugin and --no-wait exclude each other: Jenkins has to be up for a link"
        )
    from devbox.jenkins.project import find

    found = tuple(find(_folder(run.environment.cwd, word)) for word in words)
    asked["linked"] = True
    return found


def _folder(cwd: Path, word: str) -> Path:
    place = cwd / Path(word).expanduser()
    if place.is_file():
        raise UsageError(
            "plugin.unsupported",
            f"{word} is a file, and `up` links folders",
            cures=(Cure("put it in once Jenkins is up", f"devbox plugin deploy {word}"),),
        )
    if not place.is_dir() and not set("/\\.") & set(word):
        raise UsageError(
            "plugin.unsupported",
            f"{word!r} is no folder, and this version of devbox fetches no plugins by their id",
            cures=(Cure("download its .hpi and put it in once Jenkins is up", "devbox plugin deploy FILE"),),
        )
    return place
