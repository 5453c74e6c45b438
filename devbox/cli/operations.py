"""What the verbs call, each imported when it is called: `--help` must not pay for Docker. Tests pass others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devbox.engine.api import Container, Endpoint, Engine
    from devbox.result import Result
    from devbox.sandbox.logs import LogLine
    from devbox.sandbox.names import Summary
    from devbox.sandbox.request import UpRequest, World


def _resolve(host: str | None, context: str | None, env: Mapping[str, str], platform: str, home: Path) -> Endpoint:
    from devbox.engine.endpoint import resolve

    return resolve(host=host, context=context, env=env, platform=platform, home=home)


def _connect(endpoint: Endpoint) -> Engine:
    from devbox.engine.sdk import connect

    return connect(endpoint)


def _up(world: World, request: UpRequest) -> Result:
    from devbox.sandbox.up import up

    return up(world, request)


def _down(world: World, names: Sequence[str], volumes: bool, dry_run: bool) -> Result:
    from devbox.sandbox.down import down

    return down(world, names, volumes=volumes, dry_run=dry_run)


def _status(engine: Engine, name: str | None) -> Result:
    from devbox.sandbox.status import status

    return status(engine, name)


def _existing(engine: Engine) -> Sequence[Summary]:
    from devbox.sandbox.status import existing

    return existing(engine)


def _pick(
    existing: Sequence[Summary],
    positional: str | None,
    option: str | None,
    configured: str | None,
    stack: str | None,
) -> str:
    from devbox.sandbox.names import pick

    return pick(existing, positional=positional, option=option, configured=configured, stack=stack)


def _restart(world: World, name: str, service: str | None, timeout: float) -> Result:
    from devbox.sandbox.restart import restart

    return restart(world, name, service, timeout=timeout)


def _pull(world: World, stack: str | None, asked: Mapping[str, Any], settings: Mapping[str, Any]) -> Result:
    from devbox.sandbox.pull import pull

    return pull(world, stack, asked, settings)


def _credentials(engine: Engine, name: str) -> Result:
    from devbox.sandbox.access import credentials

    return credentials(engine, name)


def _environment(engine: Engine, name: str) -> Result:
    from devbox.sandbox.access import environment

    return environment(engine, name)


def _url(engine: Engine, name: str) -> str:
    from devbox.sandbox.access import url

    return url(engine, name)


def _log_lines(
    engine: Engine, name: str, service: str | None, follow: bool, tail: int | None, since: float | None
) -> Iterator[LogLine]:
    from devbox.sandbox.logs import log_lines

    return log_lines(engine, name, service, follow=follow, tail=tail, since=since)


def _service_container(engine: Engine, name: str, service: str | None) -> Container:
    from devbox.sandbox.inside import service_container

    return service_container(engine, name, service)


def _browse(url: str) -> bool:
    import webbrowser

    return webbrowser.open(url)


@dataclass(frozen=True, eq=False, repr=False)
class Operations:
    """The operations behind the verbs; their contracts are in `devbox.sandbox` and `devbox.engine`."""

    resolve: Callable[[str | None, str | None, Mapping[str, str], str, Path], Endpoint] = _resolve
    connect: Callable[[Endpoint], Engine] = _connect
    up: Callable[[World, UpRequest], Result] = _up
    down: Callable[[World, Sequence[str], bool, bool], Result] = _down
    status: Callable[[Engine, str | None], Result] = _status
    existing: Callable[[Engine], Sequence[Summary]] = _existing
    pick: Callable[[Sequence[Summary], str | None, str | None, str | None, str | None], str] = _pick
    restart: Callable[[World, str, str | None, float], Result] = _restart
    pull: Callable[[World, str | None, Mapping[str, Any], Mapping[str, Any]], Result] = _pull
    credentials: Callable[[Engine, str], Result] = _credentials
    environment: Callable[[Engine, str], Result] = _environment
    url: Callable[[Engine, str], str] = _url
    log_lines: Callable[[Engine, str, str | None, bool, int | None, float | None], Iterator[LogLine]] = _log_lines
    service_container: Callable[[Engine, str, str | None], Container] = _service_container
    browse: Callable[[str], bool] = _browse
