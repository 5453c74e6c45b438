"""`devbox plugin unlink`: nothing of a link is left, in the home, in Jenkins, in Java's options."""

from __future__ import annotations

from devbox.engine.api import Container
from devbox.errors import Cure, DevboxError
from devbox.jenkins import home as layout
from devbox.jenkins import hpl
from devbox.jenkins.project import NAME
from devbox.result import Result
from devbox.sandbox.choices import of_container
from devbox.sandbox.inside import service_container
from devbox.sandbox.plugins.link import SERVICE, restart_of, spare_builds
from devbox.sandbox.plugins.linked import Folder
from devbox.sandbox.request import UpRequest, World
from devbox.sandbox.up import bring


def unlink(world: World, name: str, plugin: str, *, timeout: float, dry_run: bool) -> Result:
    """Take a link away: its files, the loaded plugin (by a restart), and with the last link the debug agent."""
    world, warnings = world.collecting()
    container = service_container(world.engine, name, SERVICE, running=False)
    folder = Folder.of(world.engine, container.name, plugin)
    if not NAME.fullmatch(plugin) or world.engine.stat(container.id, folder.path) is None:
        raise _not_linked(world, container, name, plugin)
    others = [other for other in links(world, container) if other != plugin]
    last = not others and bool(of_container(container.labels, {})["linked"])
    reason = "it has no linked plugin any more" if last else "the plugin is loaded"
    running = container.state == "running"
    changes = [{"action": "unlink", "target": plugin, "reason": "asked for"}]
    if last or running:
        changes.append({"action": "recreate" if last else "restart", "target": container.name, "reason": reason})
    if dry_run:
        return Result({"changes": changes}, tuple(warnings))
    version = _version(world, container, plugin)
    if running:
        spare_builds(world, name)
    else:
        bring(world, UpRequest(SERVICE, name, timeout=timeout))
    with world.shield():
        folder.remove((hpl.file(plugin), hpl.folder(plugin) if others else hpl.FOLDER))
    if last:
        bring(world, UpRequest(SERVICE, name, asked={"linked": False}, timeout=timeout))
    else:
        current = service_container(world.engine, name, SERVICE)
        bring(world, UpRequest(SERVICE, name, timeout=timeout), restart=(restart_of(current),))
    found = {"name": plugin, "version": version, "folders": [], "restarted": True}
    return Result(found, tuple(warnings))


def links(world: World, container: Container) -> list[str]:
    """The plugins that are linked in a home."""
    from devbox.sandbox.archive import read_tar

    found: set[str] = set()
    try:
        for member, _ in read_tar(world.engine.get_archive(container.id, f"{layout.PATH}/{hpl.FOLDER}")):
            parts = member.name.strip("/").split("/")
            if len(parts) == 2 and member.isdir():
                found.add(parts[1])
    except DevboxError as error:
        if error.code != "file.not_found":
            raise
    return sorted(found)


def _version(world: World, container: Container, plugin: str) -> str:
    import json

    content = world.engine.get_file(container.id, f"{layout.PATH}/{hpl.folder(plugin)}/{hpl.RECORD}")
    try:
        return str(json.loads(content or b"{}").get("version", ""))
    except (ValueError, AttributeError):
        return ""


def _not_linked(world: World, container: Container, name: str, plugin: str) -> DevboxError:
    there = links(world, container)
    return DevboxError(
        "link.unknown",
        f"{plugin!r} is not linked in {name!r}" + (f"; linked are {', '.join(there)}" if there else ""),
        cures=(Cure("see what there is", f"devbox plugin list -n {name}"),),
    )
