"""Events as JSON, one object a line: `{"event": "step", "action": ...}`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TextIO

from devbox.events import Edited, Event, Milestone, Note, PullProgress, Step, Waiting, Warned
from devbox.result import Warning_
from devbox.ui.progress import write, write_now

NAMES: dict[type, str] = {
    Step: "step",
    PullProgress: "pull",
    Milestone: "milestone",
    Waiting: "waiting",
    Warned: "warning",
    Note: "note",
    Edited: "edit",
}


class JsonLines:
    """The sink under `--json`; under `--quiet` it says nothing, since the envelope has the warnings."""

    def __init__(self, stream: TextIO, quiet: bool) -> None:
        self._stream = stream
        self._quiet = quiet

    def close(self) -> None:
        """Nothing moves."""

    def emit(self, event: Event) -> None:
        """Write the event as a line."""
        if not self._quiet:
            write(self._stream, json.dumps({"event": NAMES[type(event)], **asdict(event)}))

    def say(self, text: str) -> None:
        """Write the line as a note."""
        if not self._quiet:
            write_now(self._stream, json.dumps({"event": "note", "text": text}))

    def pause(self) -> None:
        """Nothing moves."""

    def leave(self) -> None:
        """Nothing to put in order."""

    def rest(self, warnings: Iterable[Warning_]) -> None:
        """The envelope has them."""
