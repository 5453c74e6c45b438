"""The folder that the stand-ins share: VMs by tool and name, the calls that were made, what is to go wrong."""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn


@dataclass(frozen=True)
class State:
    """See the module."""

    folder: Path

    def vms(self, tool: str) -> dict[str, dict[str, Any]]:
        """The VMs of a tool."""
        path = self.folder / f"{tool}.json"
        found: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}
        return found

    def put(self, tool: str, name: str, **fields: Any) -> None:
        """Make a VM, or change it."""
        vms = self.vms(tool)
        vms[name] = {**vms.get(name, {}), **fields}
        self._write(tool, vms)

    def drop(self, tool: str, name: str) -> None:
        """Forget a VM."""
        vms = self.vms(tool)
        del vms[name]
        self._write(tool, vms)

    def _write(self, tool: str, vms: dict[str, dict[str, Any]]) -> None:
        path = self.folder / f"{tool}.json"
        part = path.with_suffix(".part")
        part.write_text(json.dumps(vms))
        part.replace(path)

    def note(self, words: list[str]) -> None:
        """Write a call down."""
        with (self.folder / "calls").open("a") as file:
            file.write(json.dumps(words) + "\n")

    def calls(self) -> list[list[str]]:
        """All calls so far."""
        path = self.folder / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def orders(self) -> dict[str, str]:
        """What is to go wrong, by command ("colima start"): "fail", "kill-before" or "kill-after" the caller."""
        path = self.folder / "orders"
        found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        return found

    def order(self, **orders: str) -> None:
        """Say what is to go wrong; "_" stands for a blank."""
        (self.folder / "orders").write_text(json.dumps({key.replace("_", " "): value for key, value in orders.items()}))


def fail(text: str, code: int = 1) -> NoReturn:
    """Say why, and end."""
    print(text, file=sys.stderr)
    raise SystemExit(code)


def kill_caller() -> None:
    """SIGKILL to the devbox that called."""
    os.kill(os.getppid(), signal.SIGKILL)
