"""What the fake engine holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devbox.engine.api import ContainerSpec, Image
from tests.fake.tree import Tree

if TYPE_CHECKING:
    from tests.fake.engine import FakeEngine


@dataclass
class FakeImage:
    """An image, and the files in it."""

    image: Image
    files: Tree = field(default_factory=Tree)


@dataclass
class FakeVolume:
    """A named volume."""

    name: str
    labels: dict[str, str]
    created_at: str
    tree: Tree = field(default_factory=Tree)


@dataclass
class FakeNetwork:
    """A network."""

    id: str
    name: str
    labels: dict[str, str]


@dataclass
class LogEntry:
    """A piece of a log: when, on which stream, what."""

    time: float
    stream: int
    data: bytes


@dataclass
class FakeContainer:
    """A container: what was asked for, and what became of it."""

    id: str
    name: str
    spec: ContainerSpec
    image: FakeImage
    tree: Tree
    created: float
    state: str = "created"
    exit_code: int = 0
    health: str = "none"
    error: str = ""
    oom_killed: bool = False
    started_at: float = 0.0
    starts: int = 0
    restart_count: int = 0
    log: list[LogEntry] = field(default_factory=list)

    @property
    def running(self) -> bool:
        """Whether it has a process."""
        return self.state in ("running", "paused")


Service = Callable[["FakeEngine", FakeContainer], None]
"""What happens when a container starts: it may write to the log, set the health, exit, or remember the container."""
