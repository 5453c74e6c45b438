"""Every error a person can meet: one exception family whose members are data.

A `DevboxError` carries a stable `code` (listed in the README), a one-line `message`, the `cause`
where another program said something, and `cures`. `ui` turns it into text or JSON; nothing else prints errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """Exit statuses of the command; `exec` and `shell` pass the inner command's own through."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NEEDS_CONFIRMATION = 3
    EXEC_FAILED = 125
    INTERRUPTED = 130
    TERMINATED = 143


@dataclass(frozen=True)
class Cure:
    """What helps: a sentence, and the exact command where there is one."""

    text: str
    command: str | None = None


class DevboxError(Exception):
    """A failure in words for a person.

    `code` is stable and dotted ("port.taken"); `message` is one line; `cause` is what another program said;
    `log` names a file with the whole story. Subclasses choose the exit status, or say more to whoever catches them.
    """

    exit: Exit = Exit.FAILED

    def __init__(
        self,
        code: str,
        message: str,
        *,
        cause: str | None = None,
        cures: tuple[Cure, ...] = (),
        retryable: bool = False,
        tail: tuple[str, ...] = (),
        log: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.cause = cause
        self.cures = cures
        self.retryable = retryable
        self.tail = tail
        """The last lines of a log that belong under the message; for people only."""
        self.log = log
        self.service = ""
        """The service whose log tells more; "" for the main one."""


class UsageError(DevboxError):
    """Wrong usage, told from arguments and local files alone: exit 2."""

    exit = Exit.USAGE


class ConfirmationNeeded(DevboxError):
    """A question would have to be asked and there is no terminal to ask on: exit 3."""

    exit = Exit.NEEDS_CONFIRMATION


class Interrupted(BaseException):
    """The first Ctrl-C or SIGTERM. Not an `Exception`, so that no `except Exception` swallows it."""

    def __init__(self, exit_status: Exit = Exit.INTERRUPTED) -> None:
        super().__init__("interrupted")
        self.exit_status = exit_status
