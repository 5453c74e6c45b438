"""What signals ask of a worker (Resque's, `worker.rb`): noted by the handlers, obeyed by the life cycle."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

from devbox.queue import scope
from devbox.queue.bonds import kill_group
from devbox.queue.report import TermException
from devbox.queue.wake import nothing


class Orders:
    """`leaving`: take no more jobs. `paused`: take none for now. `child`: the process that runs a job, 0 none.

    `inside`: a job runs in this very process. `asked`: when TERM came that the job is to feel, 0 never.
    """

    def __init__(self, term: str) -> None:
        self.leaving = False
        self.paused = False
        self.child = 0
        self.inside = False
        self.asked = 0.0
        self._term = term
        self._hard = False

    def handlers(self) -> dict[str, Callable[[], None]]:
        """By the signals' names."""
        return {
            "QUIT": self.quit,
            "HUP": self.quit,
            "TERM": self.term,
            "INT": self.term,
            "USR1": self.kill_child,
            "USR2": self.pause,
            "CONT": self.go_on,
            "CHLD": nothing,
        }

    def quit(self) -> None:
        """Finish the job, then end."""
        self.leaving = True

    def term(self) -> None:
        """End: how soon depends on the mode, and whether it is said again."""
        if self.leaving or self._term == "kill":
            self._hard = True
        elif self._term == "child":
            self.asked = time.monotonic()
        self.leaving = True
        if self.inside and scope.under_way and (self._hard or self.asked):
            raise TermException("SIGTERM")
        self.obey()

    def obey(self) -> None:
        """Kill the child where that has been asked; called again by who has just forked one off."""
        if self._hard and self.child:
            kill_group(self.child, signal.SIGKILL)

    def kill_child(self) -> None:
        """Kill what runs, and go on with the next job."""
        if self.child:
            kill_group(self.child, signal.SIGKILL)

    def pause(self) -> None:
        """Finish the job and take no other."""
        self.paused = True

    def go_on(self) -> None:
        """Take jobs again."""
        self.paused = False
