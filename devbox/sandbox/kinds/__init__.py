"""What is a stack's own beside its services: how it is looked at, filled, waited for. A file for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from devbox.frozen import dataclass

if TYPE_CHECKING:
    from devbox.engine.api import Container, Image
    from devbox.errors import Cure
    from devbox.sandbox.apply import Apply
    from devbox.sandbox.choices import Choices
    from devbox.sandbox.desired import Design
    from devbox.sandbox.observe import Observed
    from devbox.sandbox.plan import Change, WantedService
    from devbox.sandbox.request import UpRequest
    from devbox.sandbox.survey import Kept
    from devbox.sandbox.up import Run
    from devbox.stacks import Service


@dataclass(frozen=True)
class Found:
    """What a look at the plan's grounds gave: the services that are wanted, and what runs inside."""

    services: tuple[WantedService, ...]
    version: str | None = None


@dataclass(frozen=True)
class Files:
    """Files of this machine that a request names: WARs by their SHA-256, and the folder of job classes."""

    wars: Mapping[str, Path] = field(default_factory=dict)
    jobs: Path | None = None


@dataclass(frozen=True)
class Usable:
    """A sandbox that was seen to be usable; `version` is that of what runs inside, where it says so."""

    version: str | None = None
    answers: tuple[str, ...] = ()
    """Ids of the containers that were seen to answer."""


class Care(Protocol):
    """What one run of `up` does for a stack beside creating, starting and removing its containers."""

    def remember(self, container: Container) -> str | None:
        """Before an old container is touched: the version that it has written its data with."""

    def copy(self, step: Change) -> None:
        """Copy the home before another version runs on it."""

    def volume_made(self, new: bool) -> None:
        """A volume is there; `new`: this run has made it."""

    def created(self, step: Change, container: str) -> None:
        """The container exists and does not run yet: put into it what it needs."""

    def starting(self, step: Change) -> None:
        """It is about to be started, or started again."""

    def act(self, step: Change) -> None:
        """A step that only this stack has (`reload`, `scale`)."""

    def wait(self) -> Usable | None:
        """Wait until the sandbox is usable."""

    def done(self) -> None:
        """All is done, and stays."""

    def undo(self) -> None:
        """It failed: take back what is in volumes that were there before."""

    def came_back(self, old: Container, before: str | None) -> bool:
        """Whether an old container that has its name back may be started; says so where not."""


class Kind(Protocol):
    """A stack's own ways."""

    stopping: str
    """What is said of `devbox down` at the end."""

    def resolve(self, request: UpRequest) -> tuple[UpRequest, Files]:
        """The request with files by their content rather than by path; raises `UsageError`."""

    def kept(self, run: Run, seen: Observed, *, peek: bool) -> Kept:
        """What the sandbox has; `peek` allows a helper container, to read a volume that no container mounts."""

    def references(self, run: Run, choices: Choices) -> Mapping[str, str]:
        """The images of the services, by service; the main one's first."""

    def reference(self, service: Service, choices: Choices) -> str:
        """The image of one service."""

    def look(self, run: Run, seen: Observed, kept: Kept, choices: Choices, images: Mapping[str, Image | None]) -> Found:
        """What is wanted, service by service, and how it differs from what is there; guards the data."""

    def settle(self, run: Run, seen: Observed, kept: Kept, choices: Choices) -> Choices:
        """The choices as they hold, with files of this machine read anew; raises `UsageError` for what excludes."""

    def shape(self, design: Design, service: Service) -> Service:
        """The service of the stack's file with what the choices make of it."""

    def steps(self, run: Run, kept: Kept, choices: Choices, steps: list[Change], seen: Observed) -> list[Change]:
        """The plan with the steps that are this stack's own."""

    def restarts(self, choices: Choices, steps: Sequence[Change]) -> list[Change]:
        """How what `devbox restart` asks for is done."""

    def care(self, apply: Apply) -> Care:
        """What looks after one application of a plan."""

    def next(self, name: str, warnings: set[str], choices: Choices) -> tuple[Cure, ...]:
        """What to type next."""


def of(stack: str) -> Kind:
    """The ways of a stack."""
    if stack == "queue":
        from devbox.sandbox.kinds.queue import Queue

        return Queue()
    from devbox.sandbox.kinds.jenkins import Jenkins

    return Jenkins()
