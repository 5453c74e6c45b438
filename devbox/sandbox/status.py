"""What there is: one list call for containers, one for volumes.

A Jenkins that Docker's health check has not seen yet is asked itself: it is up when it says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from devbox.engine.api import Container, Engine, Network, Volume
from devbox.errors import Cure, DevboxError
from devbox.result import Result, Warning_
from devbox.sandbox import address, labels, names, report
from devbox.sandbox.broker import Redis
from devbox.sandbox.observe import Observed, sort

T = TypeVar("T", Container, Network, Volume)


def everything(engine: Engine, *, networks: bool = False) -> list[Observed]:
    """Every sandbox of this engine, by name, homes kept after `down` included; networks where they are asked for."""
    ours: dict[str, str | None] = {labels.STACK: None}
    containers = _by_name(engine.containers(ours))
    volumes = _by_name(engine.volumes(ours))
    nets = _by_name(engine.networks(ours)) if networks else {}
    found = [
        sort(name, containers.get(name, []), nets.get(name, []), volumes.get(name, []))
        for name in sorted({*containers, *volumes, *nets} - {""})
    ]
    return [s for s in found if not s.empty]


def _by_name(parts: Sequence[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for part in parts:
        found.setdefault(part.labels.get(labels.NAME, ""), []).append(part)
    return found


def existing(engine: Engine, *, networks: bool = False) -> list[names.Summary]:
    """The sandboxes that a command can mean; with `networks` those too of which only a network is left."""
    found = everything(engine, networks=networks)
    return [names.Summary(s.name, s.label(labels.STACK) or _of_network(s), kept=_is_down(s)) for s in found]


def _is_down(seen: Observed) -> bool:
    return not (seen.containers or seen.aside)


def _of_network(seen: Observed) -> str:
    return next((n.labels.get(labels.STACK, "") for n in seen.networks), "")


def status(engine: Engine, name: str | None) -> Result:
    """The sandboxes, or the one of this name; raises `sandbox.unknown`."""
    found = everything(engine)
    if name is not None:
        found = [s for s in found if s.name == name]
        if not found:
            raise unknown(name)
    answers = _answering(engine, found)
    warnings = tuple(w for s in found for w in _warnings(engine, s))
    return Result({"sandboxes": [report.sandbox(s, engine.endpoint, answers) for s in found]}, warnings)


def unknown(name: str, stack: str = "jenkins") -> DevboxError:
    """The error for a sandbox that does not exist; `stack`: of which the command needs one."""
    return DevboxError(
        "sandbox.unknown",
        f"there is no sandbox {name!r} on this engine",
        cures=(Cure("see what there is", "devbox status"), Cure("make it", f"devbox up {stack} -n {name}")),
    )


def _answering(engine: Engine, found: list[Observed]) -> list[str]:
    """Docker looks every few seconds; one that is up and not looked at yet is up all the same."""
    unsure = [
        (c, url)
        for s in found
        for c in s.containers.values()
        if c.state == "running" and c.health == "starting" and (url := _url(engine, s))
    ]
    if not unsure:
        return []
    if len(unsure) == 1:
        return [i for i in [_asks(*unsure[0])] if i]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(16, len(unsure))) as pool:
        return [i for i in pool.map(lambda pair: _asks(*pair), unsure) if i]


def _url(engine: Engine, seen: Observed) -> str | None:
    """Where the sandbox can be asked: at the one of its containers that publishes its URL."""
    found = (address.of_container(c, engine.endpoint) for c in seen.containers.values() if labels.HTTP in c.labels)
    return next(found, None)


def _asks(container: Container, url: str) -> str | None:
    if container.labels.get(labels.STACK) == "queue":
        return container.id if _is_there(container, Redis(url)) else None
    from devbox.jenkins.site import Site

    return container.id if Site(url).get("/login").status == 200 else None


def _is_there(container: Container, redis: Redis) -> bool:
    """Whether Redis answers; of a worker whether it has registered."""
    if labels.HTTP in container.labels:
        return redis.ping()
    return any(worker.startswith(f"{container.id[:12]}:") for worker in redis.workers() or ())


def _warnings(engine: Engine, seen: Observed) -> list[Warning_]:
    found = []
    for service, container in seen.containers.items():
        if report.spent(container, partial(_restarts, engine, container)):
            found.append(
                Warning_(
                    "restarts.spent",
                    f"{service} of {seen.name!r} ended with {container.exit_code} as often as it may be restarted; "
                    f"devbox up {seen.label(labels.STACK)} -n {seen.name} starts it anew",
                )
            )
    return found


def _restarts(engine: Engine, container: Container) -> int:
    return engine.inspect(container.id).restart_count
