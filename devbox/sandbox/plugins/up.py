"""`devbox up jenkins`: with plugins linked or put in from the start, and what a published debugger means."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from devbox.errors import Cure
from devbox.events import Warned
from devbox.result import Result
from devbox.sandbox import agent
from devbox.sandbox.request import UpRequest, World
from devbox.sandbox.up import up


def up_linked(world: World, request: UpRequest) -> Result:
    """Bring it up, then link; again: only what changed is sent."""
    began, projects = world.clock(), request.projects
    world, warnings = world.collecting()
    result = up(world, request)
    data: dict[str, Any] = dict(result.data or {})
    if request.dry_run:
        planned = [{"action": "link", "target": p.name, "reason": f"{p.folder} is asked for"} for p in projects]
        planned += [{"action": "deploy", "target": f.name, "reason": f"{f} is asked for"} for f in request.files]
        return replace(result, data={**data, "changes": [*data["changes"], *planned]})
    for project in projects:
        from devbox.sandbox.plugins.link import LinkRequest, establish

        done = establish(world, LinkRequest(request.name, project, request.timeout))
        if done.sent or done.restarted:
            reason = f"{done.sent} files" + (", Jenkins restarted" if done.restarted else "")
            data["changes"] = [*data["changes"], {"action": "link", "target": project.name, "reason": reason}]
    if request.files:
        data["changes"] = [*data["changes"], *_deployed(world, request)]
    if projects or request.files:
        data["seconds"] = round(world.clock() - began, 3)
    attach = _debugger(world, data)
    following = (*attach, *_watch(request), *result.next)
    return replace(result, data=data, warnings=tuple(warnings), next=following)


def _deployed(world: World, request: UpRequest) -> list[dict[str, str]]:
    """Put the files in that are not there yet, byte for byte; one that cannot be loaded leaves the sandbox up."""
    from devbox.sandbox.plugins.deploy import Request, deploy

    done = deploy(world, Request(request.name, request.files, request.timeout, changed_only=True))
    return [
        {
            "action": "deploy",
            "target": plugin["name"],
            "reason": f"{plugin['previous'] or 'new'} -> {plugin['version']}",
        }
        for plugin in (done.data or {})["plugins"]
    ]


def _watch(request: UpRequest) -> tuple[Cure, ...]:
    which = "" if request.name == request.stack else f" -n {request.name}"
    return tuple(
        Cure("send each edit at once", f"devbox plugin watch {project.folder}{which}") for project in request.projects
    )


def _debugger(world: World, data: dict[str, Any]) -> tuple[Cure, ...]:
    """Say what a published debugger means, and how to attach to it."""
    for sandbox in data["sandboxes"]:
        for service in sandbox["services"]:
            if where := service["ports"].get(f"{agent.PORT}/tcp"):
                world.emit(
                    Warned(
                        "debug.open",
                        f"Java's debugger is open on {where}: whoever reaches it, on this machine or in the sandbox's "
                        "network, can run any code in this Jenkins; --no-debug closes it",
                    )
                )
                host, _, port = where.rpartition(":")
                return (Cure(f"attach an IDE: Remote JVM Debug, host {host}, port {port}", f"jdb -attach {where}"),)
    return ()
