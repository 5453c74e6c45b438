"""Asks a yes/no question, where there is somebody to ask."""

from __future__ import annotations

from collections.abc import Callable

from devbox.cli.environment import Environment, is_terminal
from devbox.errors import ConfirmationNeeded, Cure
from devbox.frozen import dataclass


@dataclass(frozen=True)
class Confirm:
    """`--yes` answers; a terminal is asked (the answer's default is no); otherwise `confirm.needed`."""

    environment: Environment
    yes: bool
    pause: Callable[[], None]
    """Takes a live view off the terminal before the question."""

    def __call__(self, question: str) -> bool:
        """Whether the answer is yes."""
        if self.yes:
            return True
        if not (is_terminal(self.environment.stdin) and is_terminal(self.environment.stderr)):
            raise ConfirmationNeeded(
                "confirm.needed",
                f"this needs a yes: {question}",
                cures=(Cure("answer yes beforehand with --yes"),),
            )
        self.pause()
        self.environment.err(f"{question} [y/N] ")
        return self.environment.stdin.readline().strip().lower() in ("y", "yes")
