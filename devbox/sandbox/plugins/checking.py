"""`devbox plugin check`: what is wrong with files, by themselves and in the sandbox that runs, where one does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from devbox.engine.api import Engine
from devbox.errors import DevboxError
from devbox.jenkins import check, pluginfile, state
from devbox.jenkins.pluginfile import PluginFile, Problem
from devbox.jenkins.state import State
from devbox.result import Result
from devbox.sandbox.plugins.entry import enter
from devbox.sandbox.status import existing


def check_files(
    paths: Sequence[Path], engine: Callable[[], Engine], name: str | None, usual: str | None = None
) -> Result:
    """Check; `engine` is asked for where there is something to look at. With a `name` that sandbox has to run.

    `usual` is the one that settings name. Nothing that runs, or no engine at all, is no failure: then the files are
    checked by themselves.
    """
    files = [pluginfile.read(path) for path in paths]
    where, running = _running(engine, name, usual)
    found = {file: _problems(file, running, files) for file in files}
    failing = [file for file, problems in found.items() if any(p.severity == "fail" for p in problems)]
    data: dict[str, Any] = {
        "files": [pluginfile.shown(file, found[file]) for file in files],
        "checked_against": where,
    }
    if not failing:
        return Result(data)
    names = ", ".join(file.path.name for file in failing)
    return Result(data, status="error", error=DevboxError("plugin.unfit", f"Jenkins should not get {names}"))


def _problems(file: PluginFile, running: State | None, files: list[PluginFile]) -> tuple[Problem, ...]:
    if running is None:
        return check.alone(file)
    return check.against(file, running, [other for other in files if other is not file])


def _running(engine: Callable[[], Engine], name: str | None, usual: str | None) -> tuple[str | None, State | None]:
    """The sandbox that the files are checked against, and what it says; a `name` that was given has to be there."""
    try:
        which = name or _only(engine(), usual)
        return (which, state.ask(enter(engine(), which).client)) if which else (None, None)
    except DevboxError:
        if name is not None:
            raise
        return None, None


def _only(engine: Engine, usual: str | None) -> str | None:
    """The one that settings name, where it is there; else the only one."""
    running = [summary.name for summary in existing(engine) if summary.stack == "jenkins"]
    if usual in running:
        return usual
    return running[0] if len(running) == 1 else None
