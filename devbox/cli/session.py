"""One run of `devbox`: what is known before anything is parsed, and the one place where results and errors come out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devbox.cli.environment import Environment, is_terminal
from devbox.cli.interrupts import Interrupts
from devbox.cli.offer import with_doctor
from devbox.cli.values import TRUE
from devbox.errors import Cure, DevboxError, Exit, Interrupted, UsageError
from devbox.events import Event, Warned

if TYPE_CHECKING:
    from devbox.cli.paste import Place
    from devbox.result import Result, Warning_
    from devbox.ui.style import Style

CLOSED = "--"


@dataclass(eq=False)
class Session:
    """The environment, the words of the command line, and what the errors' printing depends on.

    `words` are those before `--`, `rest` those after it (None without one). `json` is read off the words, so that
    it holds also for an error in front of it.
    """

    environment: Environment
    words: list[str]
    rest: list[str] | None
    json: bool
    no_color: bool
    interrupts: Interrupts = field(default_factory=Interrupts)
    command: str = "devbox"
    streams: bool = False
    """The verb prints many objects (logs): an interrupt adds none."""
    passes_exit: bool = False
    """The verb gives an inner command's exit status (exec, shell): devbox' own failure is 125."""
    sandbox: str | None = None
    """The sandbox that the command acts on, once that is known."""
    redis: bool = False
    """The command acts on a Redis that --redis names."""
    configured: str | None = None
    """The name in the settings."""
    status: int = Exit.OK
    """How it ended, once that is known: also where nobody reads its result."""
    told: list[Warning_] = field(default_factory=list)
    """The warnings that events have told so far: a failed run's envelope has them, too."""

    @classmethod
    def of(cls, environment: Environment, argv: Sequence[str]) -> Session:
        """Look at the words, without judging them."""
        words = list(argv)
        rest = None
        if CLOSED in words:
            at = words.index(CLOSED)
            words, rest = words[:at], words[at + 1 :]
        on = {name for name in ("JSON", "NO_COLOR") if environment.env.get(f"DEVBOX_{name}", "").lower() in TRUE}
        return cls(
            environment, words, rest, "--json" in words or "JSON" in on, "--no-color" in words or "NO_COLOR" in on
        )

    def note(self, event: Event) -> None:
        """Keep an event's warning for the envelope."""
        if isinstance(event, Warned):
            from devbox.result import Warning_

            self.told.append(Warning_(event.code, event.message))

    def style(self, error_stream: bool = False) -> Style:
        """Colours and width as this stream gets them."""
        from devbox.ui import colour
        from devbox.ui.style import Style

        stream = self.environment.stderr if error_stream else self.environment.stdout
        colours = colour.wanted(self.no_color, self.environment.env, is_terminal(stream))
        return Style(colours, self.place.command, self.environment.error_width if error_stream else None)

    @property
    def place(self) -> Place:
        """What commands to type next are completed with."""
        from shlex import quote

        from devbox.cli.paste import Place

        return Place(self.sandbox, self.configured, tuple(map(quote, chosen_engine(self.words))), self.redis)

    def succeed(self, result: Result) -> int:
        """Print a result on stdout; gives the exit status."""
        from devbox.result import envelope
        from devbox.ui import errors, results

        result = self.place.result(result)
        self.status = Exit.OK if result.status == "ok" else Exit.FAILED
        if result.error is not None:
            self.status = result.error.exit
        if self.json:
            self._print_json(envelope(self.command, result, told=self.told))
        else:
            self.environment.out(results.text(self.command, result, self.style(), self.environment.width))
            if result.error is not None:
                self.environment.err(errors.text(result.error, self.style(error_stream=True)))
        return self.status

    def fail(self, error: DevboxError) -> int:
        """Print an error; gives the exit status."""
        from devbox.result import envelope
        from devbox.ui import errors

        if isinstance(error, UsageError) and not error.cures:
            error.cures = (Cure("see what it takes", f"devbox {self.command} --help"),)
        with_doctor(error, self.command)
        error.cures = self.place.cures(error.cures)
        self.status = Exit.EXEC_FAILED if self.passes_exit and error.exit == Exit.FAILED else error.exit
        if self.json:
            self._print_json(envelope(self.command, error, told=self.told))
        else:
            self.environment.err(errors.text(error, self.style(error_stream=True)))
        return self.status

    def unwritten(self, why: str) -> int:
        """After stdout failed: say so on stderr, where else; gives the exit status."""
        from devbox.ui import errors

        error = DevboxError("output.failed", "the result could not be written to stdout", cause=why)
        self.environment.err(errors.text(error, self.style(error_stream=True)))
        return Exit.EXEC_FAILED if self.passes_exit else self.status or Exit.FAILED

    def interrupted(self, interrupt: Interrupted) -> int:
        """After a signal: it has been said already, but a program still wants its object."""
        from devbox.result import envelope

        if self.json and not self.streams:
            error = DevboxError("interrupted", "interrupted by a signal")
            self._print_json(envelope(self.command, error, told=self.told))
        return interrupt.exit_status

    def _print_json(self, value: object) -> None:
        self.environment.out(json.dumps(value) + "\n")


def chosen_engine(words: Sequence[str]) -> list[str]:
    """The words of a command line that chose the engine."""
    chosen: list[str] = []
    for at, word in enumerate(words):
        if word in ("--host", "--context"):
            chosen += words[at : at + 2]
        elif word.startswith(("--host=", "--context=")):
            chosen.append(word)
    return chosen
