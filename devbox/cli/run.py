"""What a verb's function is given: the flags as they hold, the engine, and the world for its operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from devbox.cli.common import Flags
from devbox.cli.confirm import Confirm
from devbox.cli.environment import Environment
from devbox.cli.operations import Operations
from devbox.cli.session import Session
from devbox.cli.settings import Settings
from devbox.events import Event
from devbox.frozen import dataclass
from devbox.ui.progress import Sink

if TYPE_CHECKING:
    from devbox.engine.api import Engine
    from devbox.sandbox.names import Summary
    from devbox.sandbox.request import World


@dataclass(frozen=True)
class Run:
    """One verb under way."""

    session: Session
    flags: Flags
    settings: Settings
    sink: Sink
    given: frozenset[str] = frozenset()
    """The names of the common flags that stood on the command line."""

    @property
    def environment(self) -> Environment:
        """Streams, variables, folders."""
        return self.session.environment

    @property
    def operations(self) -> Operations:
        """What the verbs call."""
        return self.session.environment.operations

    @cached_property
    def engine(self) -> Engine:
        """The engine that flags, settings and the docker CLI's rules name, connected on first use."""
        where = self.environment
        endpoint = self.operations.resolve(self.flags.host, self.flags.context, where.env, where.platform, where.home)
        return self.operations.connect(endpoint)

    def close(self) -> None:
        """Drop the connection, where one was made."""
        if "engine" in self.__dict__:
            self.engine.close()

    def emit(self, event: Event) -> None:
        """Show an event, and keep a warning for the envelope."""
        self.session.note(event)
        self.sink.emit(event)

    def world(self) -> World:
        """What an operation acts on and talks to."""
        from devbox.sandbox.request import World

        return World(
            engine=self.engine,
            state=self.environment.state_dir,
            emit=self.emit,
            shield=self.session.interrupts.shield,
            confirm=Confirm(self.environment, self.flags.yes, self.sink.pause),
        )

    def confirm(self, question: str) -> bool:
        """Ask a yes/no question; raises `ConfirmationNeeded` where nobody can be asked."""
        return Confirm(self.environment, self.flags.yes, self.sink.pause)(question)

    @cached_property
    def existing(self) -> Sequence[Summary]:
        """The sandboxes that a command can mean."""
        return self.operations.existing(self.engine)

    @cached_property
    def remains(self) -> Sequence[Summary]:
        """The same, and those of which no more than a network is left: what `down` can mean."""
        return self.operations.existing(self.engine, networks=True)

    def is_named(self, positional: str | None) -> bool:
        """Whether anybody named a sandbox: then the engine need not be asked which there are."""
        return bool(positional or self.flags.name or self.settings["name"])

    def sandbox(self, positional: str | None, stack: str | None = None, among: Sequence[Summary] | None = None) -> str:
        """The sandbox that is meant, `among` these where given; else among those that are not down, if any are."""
        existing = () if self.is_named(positional) else self.existing if among is None else among
        kept = among is not None
        name = self.operations.pick(existing, positional, self.flags.name, self.settings["name"], stack, kept=kept)
        self.session.sandbox = name
        return name

    def chosen(self, given: Mapping[str, Any], name: str) -> Any:
        """An option's value: the command line's, else the settings'."""
        return given[name] if name in given else self.settings[name]
