"""What the verbs call, each imported when it is called: `--help` must not pay for Docker. Tests pass others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devbox.doctor.diagnose import Diagnosis
    from devbox.doctor.facts import Asked
    from devbox.doctor.fix import Diagnosis as Case
    from devbox.doctor.fix import Fixed
    from devbox.doctor.host import HostView
    from devbox.doctor.repair import Repair
    from devbox.engine.api import Container, Endpoint, Engine
    from devbox.queue.client import Client
    from devbox.result import Result
    from devbox.sandbox.logs import LogLine
    from devbox.sandbox.names import Summary
    from devbox.sandbox.plugins.deploy import Request as DeployRequest
    from devbox.sandbox.plugins.link import Linked, LinkRequest
    from devbox.sandbox.plugins.watch import WatchRequest
    from devbox.sandbox.request import UpRequest, World


class Operations:
    """The operations behind the verbs; their contracts are in `devbox.sandbox` and `devbox.engine`."""

    def resolve(
        self, host: str | None, context: str | None, env: Mapping[str, str], platform: str, home: Path
    ) -> Endpoint:
        """Where the engine is."""
        from devbox.engine.endpoint import resolve

        return resolve(host=host, context=context, env=env, platform=platform, home=home)

    def connect(self, endpoint: Endpoint) -> Engine:
        """The engine there."""
        from devbox.engine.sdk import connect

        return connect(endpoint)

    def ahead(self, *modules: str) -> None:
        """Begin to import what comes next: it is done by the time the engine has said who it is."""
        from threading import Thread

        Thread(target=_import, args=modules, name="ahead").start()

    def up(self, world: World, request: UpRequest) -> Result:
        """`devbox up`."""
        if request.stack == "jenkins":
            from devbox.sandbox.plugins.up import up_linked

            return up_linked(world, request)
        from devbox.sandbox.up import up

        return up(world, request)

    def down(self, world: World, names: Sequence[str], volumes: bool, dry_run: bool) -> Result:
        """`devbox down`."""
        from devbox.sandbox.down import down

        return down(world, names, volumes=volumes, dry_run=dry_run)

    def status(self, engine: Engine, name: str | None) -> Result:
        """`devbox status`."""
        from devbox.sandbox.status import status

        return status(engine, name)

    def existing(self, engine: Engine, *, networks: bool = False) -> Sequence[Summary]:
        """The sandboxes that are there; with `networks` those too of which only a network is left."""
        from devbox.sandbox.status import existing

        return existing(engine, networks=networks)

    def pick(
        self,
        existing: Sequence[Summary],
        positional: str | None,
        option: str | None,
        configured: str | None,
        stack: str | None,
        *,
        kept: bool = True,
    ) -> str:
        """The one of them that is meant."""
        from devbox.sandbox.names import pick

        return pick(existing, positional=positional, option=option, configured=configured, stack=stack, kept=kept)

    def restart(self, world: World, name: str, service: str | None, timeout: float) -> Result:
        """`devbox restart`."""
        from devbox.sandbox.restart import restart

        return restart(world, name, service, timeout=timeout)

    def pull(self, world: World, stack: str | None, asked: Mapping[str, Any], settings: Mapping[str, Any]) -> Result:
        """`devbox pull`."""
        from devbox.sandbox.pull import pull

        return pull(world, stack, asked, settings)

    def credentials(self, engine: Engine, name: str) -> Result:
        """`devbox credentials`."""
        from devbox.sandbox.access import credentials

        return credentials(engine, name)

    def environment(self, engine: Engine, name: str) -> Result:
        """`devbox env`."""
        from devbox.sandbox.access import environment

        return environment(engine, name)

    def url(self, engine: Engine, name: str) -> str:
        """What `devbox open` opens."""
        from devbox.sandbox.access import url

        return url(engine, name)

    def log_lines(
        self, engine: Engine, name: str, service: str | None, follow: bool, tail: int | None, since: float | None
    ) -> Iterator[LogLine]:
        """`devbox logs`."""
        from devbox.sandbox.logs import log_lines

        return log_lines(engine, name, service, follow=follow, tail=tail, since=since)

    def service_container(self, engine: Engine, name: str, service: str | None) -> Container:
        """The container that `exec` and `shell` go into."""
        from devbox.sandbox.inside import service_container

        return service_container(engine, name, service)

    def check_plugins(
        self, engine: Callable[[], Engine], files: Sequence[Path], name: str | None, usual: str | None
    ) -> Result:
        """`devbox plugin check`."""
        from devbox.sandbox.plugins.checking import check_files

        return check_files(files, engine, name, usual)

    def deploy(self, world: World, request: DeployRequest) -> Result:
        """`devbox plugin deploy`."""
        from devbox.sandbox.plugins.deploy import deploy

        return deploy(world, request)

    def plugins(self, world: World, name: str) -> Result:
        """`devbox plugin list`."""
        from devbox.sandbox.plugins.listing import plugins

        return plugins(world.engine, name, world.emit)

    def groovy(
        self, engine: Engine, name: str, text: str, file: str, arguments: Mapping[str, str], timeout: float
    ) -> Result:
        """`devbox groovy`."""
        from devbox.sandbox.groovy import groovy

        return groovy(engine, name, text, file, arguments, timeout)

    def link(self, world: World, request: LinkRequest) -> Result:
        """`devbox plugin link`."""
        from devbox.sandbox.plugins.link import link

        return link(world, request)

    def watch(self, world: World, request: WatchRequest, ready: Callable[[Linked], None]) -> None:
        """`devbox plugin watch`."""
        from devbox.sandbox.plugins.watch import watch

        watch(world, request, ready)

    def unlink(self, world: World, name: str, plugin: str, timeout: float, dry_run: bool) -> Result:
        """`devbox plugin unlink`."""
        from devbox.sandbox.plugins.unlink import unlink

        return unlink(world, name, plugin, timeout=timeout, dry_run=dry_run)

    def redis_url(self, engine: Engine, name: str) -> str:
        """Where a sandbox's Redis answers."""
        from devbox.sandbox.queue import redis_url

        return redis_url(engine, name)

    def queue_client(self, where: str, namespace: str | None) -> Client:
        """The queue at an address."""
        from devbox.queue.client import Client

        return Client.at(where, namespace)

    def scale(self, world: World, name: str, workers: int, dry_run: bool) -> Result:
        """`devbox queue scale` of a sandbox."""
        from devbox.sandbox.queue import scale

        return scale(world, name, workers, dry_run=dry_run)

    def browse(self, url: str) -> bool:
        """Open a browser; whether there was one."""
        import webbrowser

        return webbrowser.open(url)

    def diagnose(self, host: HostView, asked: Asked, checks: tuple[str, ...], deep: bool) -> Diagnosis:
        """`devbox doctor`: look."""
        from devbox.doctor.diagnose import diagnose

        return diagnose(host, asked, checks=checks, deep=deep)

    def fix(self, repair: Repair, diagnose: Callable[[], Case]) -> Fixed:
        """`devbox doctor --fix`."""
        from devbox.doctor.fix import fix

        return fix(repair, diagnose)

    def doctor_checks(self) -> Result:
        """`devbox doctor --list`."""
        from devbox.doctor import report
        from devbox.result import Result

        return Result({"checks": report.checks()})

    def explain(self, text: str) -> Result:
        """`devbox doctor --explain`."""
        from devbox.doctor import report

        return report.explanation(text)


def _import(*modules: str) -> None:
    from contextlib import suppress
    from importlib import import_module

    for module in modules:
        with suppress(Exception):  # whoever needs it meets the error again
            import_module(module)
