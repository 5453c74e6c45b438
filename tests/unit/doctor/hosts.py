"""A machine of tables: what its programs print, what is on its PATH."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from devbox.doctor.host import Kind, Ran, Space


@dataclass
class FakeHost:
    """Only what back ends and repairs ask for; a program that has no answer here is not found."""

    env: Mapping[str, str] = field(default_factory=dict)
    home: Path = Path("/home/me")
    platform: str = "linux"
    machine: str = "x86_64"
    programs: Mapping[str, str] = field(default_factory=dict)
    """Command line to what it prints; "!" in front: it fails, saying so on stderr."""
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    admin: bool = True
    free: int = 1 << 40
    ran: list[tuple[str, ...]] = field(default_factory=list)

    def run(
        self, argv: tuple[str, ...], timeout: float, *, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> Ran:
        self.ran.append(argv)
        said = self.programs.get(" ".join(argv))
        if said is None:
            return Ran(argv, None, failure="not found")
        return Ran(argv, 1, "", said[1:]) if said.startswith("!") else Ran(argv, 0, said)

    def which(self, name: str) -> str | None:
        return f"/usr/bin/{name}" if any(line.split()[0] == name for line in self.programs) else None

    def kind(self, path: Path) -> Kind:
        return self.kinds.get(str(path), "absent")

    def read(self, path: Path, limit: int = 0) -> bytes:
        raise FileNotFoundError(path)

    def is_admin(self) -> bool:
        return self.admin

    def space(self, path: Path) -> Space | None:
        return Space(self.free, self.free)
