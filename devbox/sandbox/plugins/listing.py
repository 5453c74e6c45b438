"""`devbox plugin list`."""

from __future__ import annotations

from typing import Any

from devbox.engine.api import Engine
from devbox.events import Emit, Warned
from devbox.jenkins import state
from devbox.jenkins.state import Installed, State
from devbox.result import Result, Warning_
from devbox.sandbox.plugins.entry import enter


def one_line(text: str) -> str:
    """Jenkins lists what is missing in lines of their own."""
    return " ".join(text.split())


def plugins(engine: Engine, name: str, emit: Emit) -> Result:
    """What Jenkins has, and what it could not load (as warnings: it lists those nowhere)."""
    found = state.ask(enter(engine, name).client)
    warnings = []
    for failed in found.failed:
        warned = Warned("plugin.failed", f"{failed.name} could not be loaded: {one_line(failed.cause)}")
        emit(warned)
        warnings.append(Warning_(warned.code, warned.message))
    listed = sorted(found.plugins.values(), key=lambda plugin: plugin.name)
    return Result({"plugins": [_shown(plugin, found) for plugin in listed]}, tuple(warnings))


def _shown(plugin: Installed, found: State) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "version": plugin.version,
        "active": plugin.active,
        "enabled": plugin.enabled,
        "source": source(plugin, found),
    }


def source(plugin: Installed, found: State) -> str:
    """linked, deployed (by devbox, and still the same version), bundled, or installed by any other way."""
    if found.links_of(plugin.name):
        return "linked"
    if found.deployed.get(plugin.name, "").rpartition(" ")[0] == plugin.version:
        return "deployed"
    return "bundled" if plugin.bundled else "installed"
