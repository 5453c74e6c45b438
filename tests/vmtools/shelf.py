"""A PATH with stand-ins on it, and their state."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.vmtools.state import State

ROOT = Path(__file__).parents[2]
ASKING = ("list", "status", "info", "inspect", "shellinit", "env", "is-active", "showvminfo", "ssh", "shell", "api")


@dataclass(frozen=True)
class Shelf:
    """`bin` goes in front of PATH, `env` into the environment."""

    folder: Path

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def state(self) -> State:
        return State(self.folder / "vms")

    @classmethod
    def at(cls, folder: Path, tools: Iterable[str]) -> Shelf:
        """A shelf with these tools."""
        shelf = cls(folder)
        shelf.bin.mkdir(parents=True)
        shelf.state.folder.mkdir()
        for tool in tools:
            shim = shelf.bin / tool
            shim.write_text(
                f'#!/bin/sh\nPATH="${{PATH#{shelf.bin}:}}" PYTHONPATH="{ROOT}" VMTOOLS_STATE="{shelf.state.folder}" '
                f'exec "{sys.executable}" -S -m tests.vmtools {tool} "$@"\n'
            )
            shim.chmod(0o755)
        return shelf

    def path(self, rest: str) -> str:
        """PATH with the shelf first."""
        return f"{self.bin}:{rest}"

    def changing(self) -> list[list[str]]:
        """The calls that did something, in order."""
        return [call for call in self.state.calls() if not set(call[1:3]) & set(ASKING)]
