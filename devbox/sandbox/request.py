"""What the front door hands to the operations: the request of an `up`, and the world it runs in."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devbox.engine.api import Engine
from devbox.engine.pull import Policy
from devbox.events import Emit, Event, Warned, silent
from devbox.frozen import dataclass
from devbox.jenkins.site import Site
from devbox.result import Warning_
from devbox.sandbox.broker import Broker, Redis

if TYPE_CHECKING:
    from devbox.jenkins.project import Project


@dataclass(frozen=True)
class UpRequest:
    """One `devbox up`.

    `asked` holds what the command line gave, `settings` what `DEVBOX_...`, devbox.toml and the user's config say,
    both keyed by option name as in devbox.toml (version, image, war, http_port, agent_port, java_opts, env, prefix,
    memory, no_auth, publish_address); an option in neither keeps what the sandbox has. `timeout` in seconds, from the
    container's start.
    """

    stack: str
    name: str
    asked: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    pull: Policy = "missing"
    strict_ports: bool = False
    wait: bool = True
    timeout: float = 300
    keep: bool = False
    reset: bool = False
    dry_run: bool = False
    projects: tuple[Project, ...] = ()
    """Plugins that are linked from the start."""
    files: tuple[Path, ...] = ()
    """Plugin files that are put in once Jenkins is up."""


def _refuse(_question: str) -> bool:
    return False


@dataclass(frozen=True)
class World:
    """What an operation acts on and talks to.

    `shield` gives a context in which a signal is held back until its end; `confirm` asks a yes/no question and raises
    `ConfirmationNeeded` where nobody can be asked; `state` is devbox's own folder (locks, logs); `site` gives the
    Jenkins at a URL, `broker` the Redis.
    """

    engine: Engine
    state: Path
    emit: Emit = silent
    shield: Callable[[], AbstractContextManager[None]] = nullcontext
    confirm: Callable[[str], bool] = _refuse
    clock: Callable[[], float] = time.monotonic
    site: Callable[[str, str | None], Site] = Site
    broker: Callable[[str], Broker] = Redis

    def collecting(self) -> tuple[World, list[Warning_]]:
        """The same world, and the list that the warnings of an operation come together in."""
        warnings: list[Warning_] = []

        def emit(event: Event) -> None:
            if isinstance(event, Warned):
                warnings.append(Warning_(event.code, event.message))
            self.emit(event)

        return replace(self, emit=emit), warnings
