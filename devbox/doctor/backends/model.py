"""What a back end is: the program that owns an engine, as a row of commands and a few questions to it.

Facts about each one's commands and answers: `docs` of the products, and what `doctor/backends/*.py` say beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from devbox.doctor.model import Remedy, Risk

if TYPE_CHECKING:
    from devbox.doctor.host import HostView

ASK = 10.0
"""Seconds for a question to a back end's own program."""

Command = tuple[str, ...]
Commands = tuple[Command, ...]


class State(StrEnum):
    """What a VM, or an engine's service, is doing, by its own program's words put into ours."""

    RUNNING = "running"
    STARTING = "starting"
    STOPPED = "stopped"
    BROKEN = "broken"
    MISSING = "missing"
    """There is no such VM."""
    UNKNOWN = "unknown"


class Rung(StrEnum):
    """A step of the ladder that a back end does; the words are those of `Remedy.id`."""

    START = "engine.start"
    RESTART = "engine.restart"
    UPDATE = "engine.update"
    RECREATE = "engine.recreate"


RISKS = {Rung.START: Risk.NONE, Rung.RESTART: Risk.RESTART, Rung.UPDATE: Risk.RESTART, Rung.RECREATE: Risk.DESTROY}

_TEXT = {
    Rung.START: "Start {title}.",
    Rung.RESTART: "Restart {title}: what runs in it stops for a moment.",
    Rung.UPDATE: "Update the engine of {title} in place: images and volumes stay.",
    Rung.RECREATE: "Make {title} anew; devbox saves its volumes before, and brings them back.",
}


@dataclass(frozen=True)
class Access:
    """How an engine is reached, as its back end's program says: a host as `DOCKER_HOST` takes it, certificates."""

    host: str
    cert_path: str = ""

    def environment(self) -> dict[str, str]:
        """The docker command's variables for it."""
        if not self.cert_path:
            return {"DOCKER_HOST": self.host}
        return {"DOCKER_HOST": self.host, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": self.cert_path}


@dataclass(frozen=True)
class Making:
    """How a VM is made again as it was: commands, and files of its settings that its deletion takes away."""

    commands: Commands
    files: tuple[Path, ...] = ()


def _unknown(_host: HostView, _name: str) -> State:
    return State.UNKNOWN


def _nowhere(_host: HostView, _name: str) -> Access | None:
    return None


def _nobody(_host: HostView, _name: str) -> str:
    return ""


def _none(_host: HostView, _name: str) -> tuple[str, ...]:
    return ()


def _by_hand(_host: HostView, _name: str) -> Making | None:
    return None


@dataclass(frozen=True)
class Tool:
    """One product: its commands, with `{name}` for the VM; a word `[name]` falls away for the default one.

    `automatic`: the rungs that devbox takes itself; the others' commands are printed. `loses` says what deleting the VM
    loses ("" where it can not be deleted), `way_in` leads a command into the VM. `identity` gives a text that
    is another one for each VM that is ever made, "" where it cannot be told; `tenants` who else lives in the VM.
    """

    kind: str
    title: str
    program: str
    default: str = ""
    automatic: frozenset[Rung] = frozenset()
    look: Callable[[HostView, str], State] = _unknown
    start: Commands = ()
    stop: Commands = ()
    restart: Commands = ()
    update: Commands = ()
    revive: Commands = ()
    """Before `start`, when the VM is broken."""
    delete: Commands = ()
    making: Callable[[HostView, str], Making | None] = _by_hand
    by_hand: Commands = ()
    """What recreates it where devbox does not."""
    loses: str = ""
    local_ports: bool = True
    """Whether published ports are on this machine's loopback by themselves."""
    access: Callable[[HostView, str], Access | None] = _nowhere
    identity: Callable[[HostView, str], str] = _nobody
    tenants: Callable[[HostView, str], tuple[str, ...]] = _none
    way_in: Command = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Backend:
    """A product's one VM (or this machine's own engine)."""

    tool: Tool
    name: str

    @property
    def kind(self) -> str:
        """ "colima", "docker-machine", ..."""
        return self.tool.kind

    @property
    def title(self) -> str:
        """As a person calls it, with the VM's name where it has one."""
        if not self.name or self.name == self.tool.default:
            return self.tool.title
        return f"{self.tool.title}'s {self.name!r}"

    def state(self, host: HostView) -> State:
        """What its program says now."""
        return self.tool.look(host, self.name)

    def commands(self, rung: Rung, state: State = State.UNKNOWN) -> Commands:
        """What takes this step, in order."""
        tool = self.tool
        broken = tool.revive if state is State.BROKEN else ()
        if rung is Rung.START:
            return self.words((*broken, *tool.start))
        if rung is Rung.RESTART:
            return self.words((*broken, *tool.start) if broken else tool.restart)
        if rung is Rung.UPDATE:
            return self.words(tool.update)
        return self.words(tool.delete or tool.by_hand)

    def words(self, commands: Commands) -> Commands:
        """The commands for this VM."""
        return tuple(tuple(w for word in command for w in self._word(word)) for command in commands)

    def _word(self, word: str) -> tuple[str, ...]:
        if word == "[name]":
            return () if self.name == self.tool.default else (self.name,)
        return (word.replace("{name}", self.name),)

    def automatic(self, rung: Rung) -> bool:
        """Whether devbox takes this step itself."""
        return rung in self.tool.automatic

    def inside(self, *words: str) -> Command:
        """A command that runs in the VM; () where there is no way in."""
        return (*self.words((self.tool.way_in,))[0], *words) if self.tool.way_in else ()

    def remedies(self, *rungs: Rung, state: State = State.UNKNOWN) -> tuple[Remedy, ...]:
        """These steps as cures, mildest first; a step that this back end does not have is left out."""
        found = []
        for rung in sorted(rungs, key=lambda r: list(Rung).index(r)):
            commands = self.commands(rung, state)
            if commands:
                found.append(self._remedy(rung, commands))
        return tuple(found)

    def _remedy(self, rung: Rung, commands: Commands) -> Remedy:
        import shlex

        automatic = self.automatic(rung)
        text = _TEXT[rung].format(title=self.title)
        if rung is Rung.RECREATE and not automatic:
            text = f"Make {self.title} anew. That loses {self.tool.loses}: save your volumes before."
        command = " && ".join(shlex.join(command) for command in commands)
        if rung is Rung.RECREATE and automatic:
            command = "devbox doctor --fix --allow destroy"
        return Remedy(text, command, RISKS[rung], rung.value if automatic else "", (self.kind, self.name))
