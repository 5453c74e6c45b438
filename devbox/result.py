"""What an operation returns, and the JSON envelope it is printed in (INTERFACE: `schema` 1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Any

from devbox.errors import Cure, DevboxError
from devbox.frozen import dataclass

SCHEMA = 1


@dataclass(frozen=True)
class Warning_:
    """A warning as the envelope carries it."""

    code: str
    message: str


@dataclass(frozen=True)
class Result:
    """An operation's outcome: `data` is the command's JSON data; `next` are commands to try next, for people.

    `error`: it failed, and still has something to show.
    """

    data: dict[str, Any] | None
    warnings: tuple[Warning_, ...] = ()
    status: str = "ok"
    next: tuple[Cure, ...] = field(default=())
    error: DevboxError | None = None
    verbose: bool = False
    """Whether people are shown all of it."""


def envelope(
    command: str,
    outcome: Result | DevboxError,
    data: dict[str, Any] | None = None,
    told: Iterable[Warning_] = (),
) -> dict[str, Any]:
    """The one object that `--json` prints. `data` goes with an error that still has something to show.

    `told` are the warnings that events told on the way; a result may repeat them, and each is in the envelope once.
    """
    own: tuple[Warning_, ...] = ()
    if isinstance(outcome, DevboxError):
        status = "error"
        error: dict[str, Any] | None = error_json(outcome)
    else:
        error = error_json(outcome.error) if outcome.error else None
        status, data, own = outcome.status, outcome.data, outcome.warnings
    return {
        "schema": SCHEMA,
        "command": command,
        "status": status,
        "data": data,
        "warnings": [{"code": w.code, "message": w.message} for w in dict.fromkeys((*told, *own))],
        "error": error,
    }


def error_json(error: DevboxError) -> dict[str, Any]:
    """An error as the envelope carries it."""
    return {
        "code": error.code,
        "message": error.message,
        "cause": error.cause,
        "retryable": error.retryable,
        "log": error.log,
        "cures": [{"text": c.text, "command": c.command} for c in error.cures],
    }
