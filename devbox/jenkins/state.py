"""What a running Jenkins says of its plugins, in one question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devbox.frozen import dataclass
from devbox.jenkins import script
from devbox.jenkins.client import Client


@dataclass(frozen=True)
class Installed:
    """A plugin that Jenkins knows."""

    name: str
    version: str
    active: bool
    enabled: bool
    bundled: bool
    title: str


@dataclass(frozen=True)
class Failed:
    """One that it could not load: by its short name or its file's, and the messages from the failure to its root."""

    name: str
    causes: tuple[str, ...]

    @property
    def cause(self) -> str:
        """The root of it."""
        return self.causes[-1] if self.causes else "no cause given"


@dataclass(frozen=True)
class State:
    """A moment. `archives`: file in plugins/ to short name (None: unreadable); `deployed`: name to devbox' record.

    `builds` are those that run; `last` is the update center's newest job, 0 for none; `java` is 8, 17, 21.
    """

    core: str
    session: str
    java: int
    plugins: Mapping[str, Installed]
    failed: tuple[Failed, ...]
    archives: Mapping[str, str | None]
    deployed: Mapping[str, str]
    builds: tuple[str, ...]
    last: int
    unstarted: tuple[str, ...] = ()
    """Plugins that Jenkins took out of its own WAR as it loaded one that needs them: they run after a restart."""

    def files_of(self, name: str) -> list[str]:
        """The files in plugins/ that hold this plugin."""
        return sorted(file for file, inside in self.archives.items() if inside == name)

    def links_of(self, name: str) -> list[str]:
        """Those of them that win over whatever is uploaded."""
        return [file for file in self.files_of(name) if file.endswith("pl")]


def ask(client: Client) -> State:
    """Ask."""
    return _read(script.call(client, "state"))


def _read(found: dict[str, Any]) -> State:
    return State(
        core=str(found["core"]),
        session=str(found["session"]),
        java=java_level(str(found["java"])),
        plugins={plugin["name"]: _installed(plugin) for plugin in found["plugins"]},
        failed=tuple(Failed(one["name"], tuple(one["causes"])) for one in found["failed"]),
        archives=found["archives"],
        deployed=found["deployed"],
        builds=tuple(found["builds"]),
        last=int(found["last"] or 0),
        unstarted=tuple(found["unstarted"]),
    )


def _installed(found: dict[str, Any]) -> Installed:
    """Java keeps the blanks behind a manifest's value; nobody means them."""
    return Installed(**{**found, "version": str(found["version"] or "").strip()})


def java_level(text: str) -> int:
    """Java's own "1.8" and "21" as a number."""
    parts = text.split(".")
    word = parts[1] if parts[0] == "1" and len(parts) > 1 else parts[0]
    return int(word) if word.isdecimal() else 0
