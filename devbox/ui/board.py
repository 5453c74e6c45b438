"""What a live view shows at a moment, gathered from events; knows nothing of terminals."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from devbox.events import Event, Milestone, PullProgress, Step, Waiting
from devbox.ui import words
from devbox.ui.style import clean

RECENT = 4
"""How many finished things stay in view."""


@dataclass
class Board:
    """Pulls by image, what was finished lately, and what goes on now (`since`: the clock when that began)."""

    pulls: dict[str, PullProgress] = field(default_factory=dict)
    done: deque[str] = field(default_factory=lambda: deque(maxlen=RECENT))
    now: str = ""
    since: float = 0.0
    notice: str = ""
    """What a signal handler has to say."""

    def apply(self, event: Event, clock: float) -> None:
        """Take an event in."""
        match event:
            case PullProgress(image, status):
                self.pulls[image] = event
                if status == "done":
                    del self.pulls[image]
                    self.done.append(f"pulled {image}")
            case Step(action, target, _, "start"):
                self._begin(f"{action} {target}", clock)
            case Step(action, target):
                self.done.append(f"{action} {target}")
                self.now = ""
            case Milestone(service, text, seconds):
                self.done.append(f"{service}: {clean(text)} ({words.seconds(seconds)})")
                self._begin(f"{service} boots", clock, again=True)
            case Waiting(text):
                self._begin(clean(text), clock)
            case _:
                return

    def _begin(self, text: str, clock: float, again: bool = False) -> None:
        if not (again and self.now == text):
            self.since = clock
        self.now = text
