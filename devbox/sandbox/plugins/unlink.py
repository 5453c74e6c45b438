"""`devbox plugin unlink`: nothing of a link is left, in the home, in Jenkins, in Java's options."""

from __future__ import annotations

import shlex
from dataclasses import replace

from devbox.engine.api import Container
from devbox.errors import Cure, DevboxError
from devbox.jenkins import home as layout
from devbox.jenkins import hpl
from devbox.jenkins.project import NAME
from devbox.result import Result
from devbox.sandbox.choices import of_container
from devbox.sandbox.inside import service_container
from devbox.sandbox.plugins.before import inside
from devbox.sandbox.plugins.link import SERVICE, restart_of, spare_builds
from devbox.sandbox.plugins.linked import Folder
from devbox.sandbox.request import UpRequest, World
from devbox.sandbox.up import bring, change_json


def unlink(world: World, name: str, plugin: str, *, timeout: float, dry_run: bool) -> Result:
    """Take a link away: its files, the loaded plugin (by a restart), and with the last link the debug agent.

    Jenkins no longer finds the plugin first, and its folder goes last: so one that was interrupted can be finished.
    """
    world, warnings = world.collecting()
    container = service_container(world.engine, name, SERVICE, running=False)
    folder = Folder.of(world.engine, container.name, plugin)
    if not NAME.fullmatch(plugin) or world.engine.stat(container.id, folder.path) is None:
        raise _not_linked(world, container, name, plugin)
    others = [other for other in links(world, container) if other != plugin]
    last = not others and bool(of_container(container.labels, {})["linked"])
    request = UpRequest(SERVICE, name, asked={"linked": False} if last else {}, timeout=timeout)
    if dry_run:
        planned = (bring(world, replace(request, dry_run=True)).data or {})["changes"]
        asked = {"action": "unlink", "target": plugin, "reason": "asked for"}
        return Result({"changes": [asked, *(planned or [change_json(restart_of(container))])]}, tuple(warnings))
    version = _version(world, container, plugin)
    if container.state == "running":
        _spare_builds(world, name)
    _hide(world, name, container, plugin)
    bring(world, request, restart=(restart_of(container),))
    with world.shield():
        folder.remove((hpl.folder(plugin) if others else hpl.FOLDER,))
    found = {"name": plugin, "version": version, "folders": [], "restarted": True}
    return Result(found, tuple(warnings))


def _spare_builds(world: World, name: str) -> None:
    """Ask for what is being built; a Jenkins that says nothing of it (the plugin may be why) is asked for, too."""
    try:
        spare_builds(world, name)
    except DevboxError as error:
        if error.code not in ("jenkins.unreachable", "jenkins.unexpected", "groovy.unanswered"):
            raise
        question = "Jenkins does not say whether it builds anything; this needs a restart of it. Go on?"
        if not world.confirm(question):
            raise DevboxError(
                "link.declined", "nothing was done: Jenkins does not answer", cause=error.cause
            ) from error


def _hide(world: World, name: str, container: Container, plugin: str) -> None:
    """Take the `.hpl` away, whether the container runs or not: Jenkins' next start is without the plugin."""
    said = inside(world.engine, name, container, shlex.join(["rm", "-f", "--", f"{layout.PATH}/{hpl.file(plugin)}"]))
    if said:
        raise DevboxError("link.delete", f"files of {plugin} could not be deleted", cause=said)


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
