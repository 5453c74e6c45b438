"""`devbox plugin deploy`: check, upload, follow, restart where that is needed, verify, and take back what failed.

After a deployment that failed, Jenkins is as it was.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from devbox.errors import Cure, UsageError
from devbox.frozen import dataclass
from devbox.jenkins import check, pluginfile
from devbox.jenkins.pluginfile import PluginFile
from devbox.result import Result
from devbox.sandbox.plugins.deployment import Deployment
from devbox.sandbox.plugins.files import unfit
from devbox.sandbox.request import World
from devbox.sandbox.turns import lock


@dataclass(frozen=True)
class Request:
    """Which files, into which sandbox. `force`: although the check fails. `timeout` in seconds, for a restart."""

    name: str
    files: tuple[Path, ...]
    timeout: float = 300
    force: bool = False
    dry_run: bool = False
    changed_only: bool = False
    """Leave out what is there already, byte for byte (`up --plugin FILE`)."""

    def into(self, name: str) -> Request:
        """The same for this sandbox."""
        return replace(self, name=name)


def deploy(world: World, request: Request) -> Result:
    """Put the files in; raises what went wrong, after Jenkins is again as it was."""
    files = readable(request)
    world, warnings = world.collecting()
    with lock(world, request.name, "devbox plugin deploy"):
        run = Deployment(world, request, files)
        if request.dry_run:
            return Result({"changes": run.planned()}, tuple(warnings))
        return Result({"plugins": run.run()}, tuple(warnings), next=_next(request.name))


def readable(request: Request) -> list[PluginFile]:
    """The files as they are, in the order of their dependencies; raises `plugin.unfit` for what no Jenkins takes."""
    files = [pluginfile.read(path) for path in request.files]
    unfit({file: file.problems for file in files})
    names = [str(file.name) for file in files]
    for name in names:
        if names.count(name) > 1:
            raise UsageError("plugin.twice", f"two of the files are the plugin {name}")
    return check.order(files)


def _next(name: str) -> tuple[Cure, ...]:
    opened, listed = ("devbox open", "devbox plugin list")
    if name != "jenkins":
        opened, listed = f"{opened} {name}", f"{listed} -n {name}"
    return Cure("open it in the browser", opened), Cure("see what Jenkins has", listed)
