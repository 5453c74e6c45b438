"""What there is: one list call for containers, one for volumes.

A Jenkins that Docker's health check has not seen yet is asked itself: it is up when it says so.
"""

from __future__ import annotations

from devbox.engine.api import Container, Engine
from devbox.errors import Cure, DevboxError
from devbox.result import Result, Warning_
from devbox.sandbox import address, labels, names, report
from devbox.sandbox.observe import Observed, sort


def everything(engine: Engine) -> list[Observed]:
    """Every sandbox of this engine, by name, homes kept after `down` included; networks are not asked for."""
    containers = engine.containers({labels.STACK: None})
    volumes = engine.volumes({labels.STACK: None})
    found = {c.labels.get(labels.NAME, "") for c in containers} | {v.labels.get(labels.NAME, "") for v in volumes}
    return [
        sort(
            name,
            [c for c in containers if c.labels.get(labels.NAME) == name],
            [],
            [v for v in volumes if v.labels.get(labels.NAME) == name],
        )
        for name in sorted(found - {""})
    ]


def existing(engine: Engine) -> list[names.Summary]:
    """The sandboxes that a command can mean."""
    return [names.Summary(s.name, (s.label(labels.STACK) or "")) for s in everything(engine)]


def status(engine: Engine, name: str | None) -> Result:
    """The sandboxes, or the one of this name; raises `sandbox.unknown`."""
    found = everything(engine)
    if name is not None:
        found = [s for s in found if s.name == name]
        if not found:
            raise unknown(name)
    answers = _answering(engine, found)
    warnings = tuple(w for s in found for w in _warnings(s))
    return Result({"sandboxes": [report.sandbox(s, engine.endpoint, answers) for s in found]}, warnings)


def unknown(name: str) -> DevboxError:
    """The error for a sandbox that does not exist."""
    return DevboxError(
        "sandbox.unknown",
        f"there is no sandbox {name!r} on this engine",
        cures=(Cure("see what there is", "devbox status"), Cure("make it", f"devbox up jenkins -n {name}")),
    )


def _answering(engine: Engine, found: list[Observed]) -> list[str]:
    """Docker looks every few seconds; one that is up and not looked at yet is up all the same."""
    unsure = [
        (c, url)
        for s in found
        for c in s.containers.values()
        if c.state == "running" and c.health == "starting" and (url := address.of_container(c, engine.endpoint))
    ]
    if not unsure:
        return []
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(16, len(unsure))) as pool:
        return [i for i in pool.map(lambda pair: _asks(*pair), unsure) if i]


def _asks(container: Container, url: str) -> str | None:
    from devbox.jenkins.site import Site

    return container.id if Site(url).get("/login").status == 200 else None


def _warnings(seen: Observed) -> list[Warning_]:
    found = []
    for service, container in seen.containers.items():
        if report.spent(container):
            found.append(
                Warning_(
                    "restarts.spent",
                    f"{service} of {seen.name!r} ended with {container.exit_code} as often as it may be restarted; "
                    f"devbox up -n {seen.name} starts it anew",
                )
            )
    return found
