"""Reads the stated subset of Compose, and refuses the rest by name and line.

A stack that is read here means the same to `docker compose`; `x-devbox` holds what Compose has no word for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from devbox.engine.api import Healthcheck, Mount
from devbox.errors import DevboxError
from devbox.stacks import values
from devbox.stacks.model import PortPolicy, Service, Stack

if TYPE_CHECKING:
    import yaml

T = TypeVar("T")

STACKS = ("jenkins", "queue")
"""The stacks that devbox knows, in the order they are offered."""

_SERVICE = (
    "image",
    "command",
    "environment",
    "ports",
    "volumes",
    "healthcheck",
    "mem_limit",
    "restart",
    "stop_grace_period",
    "init",
)
_HEALTH = ("test", "interval", "timeout", "start_period", "retries")

_NULL = "tag:yaml.org,2002:null"
_MERGE = "tag:yaml.org,2002:merge"


def folder() -> Path:
    """Where the Compose files are: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_compose"
    return installed if installed.is_dir() else package.parent / "compose"


def load(name: str) -> Stack:
    """The stack of this name; raises `stack.unknown`."""
    path = folder() / f"{name}.yaml"
    if name not in STACKS or not path.is_file():
        raise DevboxError("stack.unknown", f"there is no stack {name!r} in this devbox")
    return parse(path.read_text(encoding="utf-8"), name, str(path))


def parse(text: str, name: str, source: str) -> Stack:
    """A stack from a Compose file's text; raises `compose.invalid` with the line."""
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", -1) + 1
        raise _invalid(source, line, str(getattr(error, "problem", None) or error)) from error
    except (ValueError, OverflowError, RecursionError) as error:
        raise _invalid(source, 0, f"cannot be read: {error}") from error
    return _Reader(source).stack(root, name)


def _invalid(source: str, line: int, what: str) -> DevboxError:
    at = f" line {line}" if line else ""
    return DevboxError("compose.invalid", f"{source}{at}: {' '.join(what.split())}")


class _Reader:
    """Walks YAML nodes, so that every complaint has its line."""

    def __init__(self, source: str) -> None:
        self.source = source

    def fail(self, node: yaml.Node | None, what: str) -> DevboxError:
        return _invalid(self.source, node.start_mark.line + 1 if node is not None else 0, what)

    def mapping(self, node: yaml.Node | None, known: tuple[str, ...] | None, where: str) -> dict[str, yaml.Node]:
        import yaml

        if node is None or node.tag == _NULL:
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise self.fail(node, f"{where} is not a mapping")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE:
                raise self.fail(key, f"{where} has a key that is no text")
            if known is not None and key.value not in known:
                raise self.fail(key, f"{where} has {key.value!r}, which devbox does not read")
            if key.value in found:
                raise self.fail(key, f"{where} has {key.value!r} twice")
            found[key.value] = value
        return found

    def scalar(self, node: yaml.Node, where: str) -> str:
        import yaml

        if not isinstance(node, yaml.ScalarNode):
            raise self.fail(node, f"{where} is not a single value")
        if node.tag == _NULL:
            raise self.fail(node, f"{where} has no value")
        pieces = str(node.value).split("$$")
        if any("$" in piece for piece in pieces):
            raise self.fail(node, f"{where} has a variable of the shell's, which devbox does not read ($$ is a dollar)")
        return "$".join(pieces)

    def items(self, node: yaml.Node | None, where: str) -> list[yaml.Node]:
        import yaml

        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise self.fail(node, f"{where} is not a list")
        return list(node.value)

    def value(self, node: yaml.Node, where: str, read: Callable[[str], T]) -> T:
        try:
            return read(self.scalar(node, where))
        except ValueError as error:
            raise self.fail(node, f"{where}: {error}") from error

    def stack(self, root: yaml.Node | None, name: str) -> Stack:
        top = self.mapping(root, ("name", "services", "volumes", "x-devbox"), "the file")
        volumes = self.mapping(top.get("volumes"), None, "volumes")
        for key, node in volumes.items():
            self.mapping(node, (), f"volume {key}")
        services = tuple(
            self.service(key, node, tuple(volumes))
            for key, node in self.mapping(top.get("services"), None, "services").items()
        )
        if not services:
            raise self.fail(root, "there are no services")
        extra = self.mapping(top.get("x-devbox"), ("ports", "heap"), "x-devbox")
        ports = tuple(
            self.policy(key, node, {s.name for s in services})
            for key, node in self.mapping(extra.get("ports"), None, "x-devbox.ports").items()
        )
        heap = self.value(extra["heap"], "x-devbox.heap", values.percent) if "heap" in extra else 0
        return Stack(name=name, services=services, volumes=tuple(volumes), ports=ports, heap=heap)

    def service(self, name: str, node: yaml.Node, volumes: tuple[str, ...]) -> Service:
        keys = self.mapping(node, _SERVICE, f"service {name}")
        if "image" not in keys:
            raise self.fail(node, f"service {name} has no image")
        command = self.items(keys.get("command"), "command")
        return Service(
            name=name,
            image=self.scalar(keys["image"], "image"),
            command=tuple(self.scalar(n, "command") for n in command) or None,
            environment={
                key: self.scalar(value, key)
                for key, value in self.mapping(keys.get("environment"), None, "environment").items()
            },
            ports=tuple(self.value(n, "ports", values.publish) for n in self.items(keys.get("ports"), "ports")),
            mounts=tuple(self.mount(n, volumes) for n in self.items(keys.get("volumes"), "volumes")),
            healthcheck=self.healthcheck(keys.get("healthcheck")),
            memory=self.value(keys["mem_limit"], "mem_limit", values.size) if "mem_limit" in keys else 0,
            restart=self.value(keys["restart"], "restart", values.restart) if "restart" in keys else "no",
            stop_grace=(
                int(self.value(keys["stop_grace_period"], "stop_grace_period", values.duration))
                if "stop_grace_period" in keys
                else None
            ),
            init="init" in keys and self.value(keys["init"], "init", values.boolean),
        )

    def mount(self, node: yaml.Node, volumes: tuple[str, ...]) -> Mount:
        found = self.value(node, "volumes", values.mount)
        if found.volume not in volumes:
            raise self.fail(node, f"the volume {found.volume!r} is mounted, which the file lacks")
        return found

    def healthcheck(self, node: yaml.Node | None) -> Healthcheck | None:
        if node is None:
            return None
        keys = self.mapping(node, _HEALTH, "healthcheck")
        if "test" not in keys:
            raise self.fail(node, "healthcheck has no test")
        times = {
            key: self.value(keys[key], key, values.duration)
            for key in ("interval", "timeout", "start_period")
            if key in keys
        }
        return Healthcheck(
            test=tuple(self.scalar(n, "test") for n in self.items(keys["test"], "test")),
            retries=self.value(keys["retries"], "retries", values.count) if "retries" in keys else 3,
            **times,
        )

    def policy(self, name: str, node: yaml.Node, services: set[str]) -> PortPolicy:
        keys = self.mapping(node, ("service", "container", "inside"), f"x-devbox.ports.{name}")
        if not {"service", "container"} <= keys.keys() or self.scalar(keys["service"], "service") not in services:
            raise self.fail(node, f"x-devbox.ports.{name} needs a known service and a container port")
        return PortPolicy(
            name=name,
            service=self.scalar(keys["service"], "service"),
            container=self.value(keys["container"], "container", values.port),
            inside=self.scalar(keys["inside"], "inside") if "inside" in keys else None,
        )
