"""The doctor is offered where Docker itself is what failed: as a cure, and as a question where there is a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.cli.environment import is_terminal
from devbox.errors import Cure, DevboxError

if TYPE_CHECKING:
    from devbox.cli.session import Session

CODES = frozenset(
    {
        "engine.unreachable",
        "engine.permission",
        "engine.timeout",
        "engine.tls",
        "engine.not_docker",
        "engine.api_mismatch",
        "engine.sdk",
        "engine.clock",
        "engine.wsl",
        "engine.memory",
        "vm.broken",
        "disk.full",
        "disk.read_only",
        "network.pool_exhausted",
        "network.iptables",
        "registry.credentials",
        "context.not_found",
        "context.corrupt",
        "config.corrupt",
        "tls.missing",
        "arch.mismatch",
    }
)
"""The errors that are about the Docker set-up, and not about what was asked of it."""

DOCTOR = Cure("Let devbox find out what is wrong, and repair it.", "devbox doctor --fix")


def with_doctor(error: DevboxError, command: str) -> DevboxError:
    """The error with the doctor as its last cure, where the doctor may know more."""
    if error.code in CODES and command != "doctor" and DOCTOR not in error.cures:
        error.cures = (*error.cures, DOCTOR)
    return error


def accepted(session: Session, error: DevboxError) -> bool:
    """Whether somebody at a terminal wants the doctor now; nobody is asked who wants JSON, or cannot answer."""
    where = session.environment
    if all(cure.text != DOCTOR.text for cure in error.cures) or session.json or session.streams:
        return False
    if not (is_terminal(where.stdin) and is_terminal(where.stderr) and is_terminal(where.stdout)):
        return False
    where.err("Run devbox doctor --fix now? [y/N] ")
    return where.stdin.readline().strip().lower() in ("y", "yes")
