"""The pool: keeps so many workers alive. `run` is its life cycle, in order.

The contract is RobustWorkerPool's (a worker that stops is replaced while fewer than N live, one too many is ended
gracefully), the manners are Parallel::Prefork's (an abnormal exit holds spawning off).
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from devbox.queue import events, forked, member, recovery, scripts, wire
from devbox.queue.board import Board
from devbox.queue.bonds import Bond
from devbox.queue.claims import Claims, new_nonce
from devbox.queue.connection import Link
from devbox.queue.events import Events, Listener, say
from devbox.queue.patience import Patience
from devbox.queue.settings import Settings
from devbox.queue.title import set_title
from devbox.queue.wake import Wake, held_back, nothing

GROWN_UP = 5.0
"""Seconds after which a worker's end, whatever it was, is no failure to start."""
LONGEST_HOLD = 30.0
LOOK = 0.25
"""Seconds between two looks at the size that is wanted; while Redis is in trouble it is looked at less often."""
LOOK_IN_TROUBLE = 2.0


@dataclass
class Member:
    """A worker of the pool. `retired`: it has been told to finish."""

    pid: int
    nonce: str
    generation: int
    board: Board
    born: float = field(default_factory=time.monotonic)
    retired: bool = False


class Pool:
    """Workers, each a process that this one forks off; no threads here, and one connection with little patience."""

    def __init__(self, settings: Settings, listeners: Sequence[Listener] = ()) -> None:
        self.settings = settings
        self.listeners = listeners
        self.wanted = settings.count
        self.members: dict[int, Member] = {}
        self.ending = False
        self.paused = False
        self.generation = 0
        self._pressed = 0
        self._reload = False
        self._probe = 0
        self._hold_until = 0.0
        self._hold = settings.error_respawn_interval
        self._looked = float("-inf")
        self._known = False
        """Redis has been told of this pool."""
        self._drained = False
        """With interval 0: a worker has found the queues empty."""
        self._dead: list[tuple[str, str]] = []
        self.link = Link(settings.where, timeout=1.0)

    def run(self) -> int:
        """Keep the workers alive until a signal says stop; gives the exit status."""
        self.start()
        while True:
            self.reap()
            if self.done():
                break
            if not self.ending:
                self.look()
                self.reload()
                self.spawn()
                self.retire()
            self.rescue()
            self.wake.wait(self.pause())
        self.rescue()
        self.wake.close()
        return 0

    def start(self) -> None:
        """Be seen and take signals; job modules that do not import end it here (`queue.jobs_invalid`)."""
        self.wake = Wake(self._handlers())
        self.bond = Bond()
        self.patience = Patience(self.settings.where.shown, lambda _seconds: None, say, lambda: self.ending)
        member.check(self.settings, self.bond, self.wake)
        set_title(f"Pool of {self.wanted} for {','.join(self.settings.queues)}")

    def reap(self) -> None:
        """Take note of each worker that has ended."""
        while (found := _ended()) is not None:
            pid, status = found
            if pid == self._probe:
                self._probed(status)
            elif gone := self.members.pop(pid, None):
                self._gone(gone, status)

    def done(self) -> bool:
        """Whether there is nobody left and nobody is to come."""
        return not self.members and (self.ending or (self.settings.interval == 0 and self._drained))

    def look(self) -> None:
        """See how many workers are wanted: `queue scale` writes it, and it outlives this process."""
        now = time.monotonic()
        if now - self._looked < LOOK:
            return
        self._looked = now
        try:
            wanted = int(self.patience.once(self._ask))
        except Exception as error:
            self._in_trouble(error)
            return
        if wanted != self.wanted:
            say(f"{wanted} workers are wanted instead of {self.wanted}")
            self.wanted = wanted
            set_title(f"Pool of {wanted} for {','.join(self.settings.queues)}")

    def reload(self) -> None:
        """HUP: try the job modules in a process of their own; only when they import do new workers take over."""
        if self._reload and not self._probe:
            self._reload = False
            with held_back():
                self._probe = member.probe(self.settings, self.bond, self.wake)

    def spawn(self) -> None:
        """Start what is missing, unless spawning is held off."""
        while len(self._current()) < self.wanted and not self._drained and time.monotonic() >= self._hold_until:
            try:
                with held_back():
                    if self.ending:
                        return
                    self._add()
            except OSError as error:  # no memory, no process to be had: later there may be
                say(f"a worker cannot be started: {error}")
                self._hold_off()
                return
            self._hold_until = time.monotonic() + self.settings.spawn_interval

    def retire(self) -> None:
        """End what is too many or of an earlier generation, gracefully: the job finishes."""
        current = self._current()
        for one in [*current[self.wanted :], *(m for m in self.members.values() if m.generation < self.generation)]:
            if not one.retired:
                one.retired = True
                _signal(one.pid, signal.SIGQUIT)

    def rescue(self) -> None:
        """Put the jobs of a worker that is known to be dead back at once, rather than after its lease."""
        while self._dead:
            nonce, worker = self._dead[0]
            claims = Claims(self.link, self.settings.keys, worker, nonce, self.settings.lease)
            try:
                back, filed = self.patience.once(lambda: recovery.recover(claims, self.settings.max_deliveries))  # noqa: B023
            except Exception as error:
                self._in_trouble(error)
                return
            self._dead.pop(0)
            if back or filed:
                say(f"worker {worker} died: {back} jobs put back, {filed} filed as failed")

    def pause(self) -> float:
        """How long nothing will happen, unless a signal comes."""
        if self.ending and not self._dead:
            return 1.0
        soon = self._hold_until - time.monotonic()
        held = soon > 0 and len(self._current()) < self.wanted
        return min(LOOK, soon) if held else LOOK

    def _add(self) -> None:
        nonce, board = new_nonce(), Board()
        pid = member.fork(self, nonce, board)
        self.members[pid] = Member(pid, nonce, self.generation, board)

    def _handlers(self) -> dict[str, Callable[[], None]]:
        return {
            "TERM": self._term,
            "INT": self._term,
            "QUIT": self._quit,
            "HUP": self._hup,
            "USR1": lambda: self._tell(signal.SIGUSR1),
            "USR2": lambda: self._pause(True),
            "CONT": lambda: self._pause(False),
            "CHLD": nothing,
        }

    def _term(self) -> None:
        """Once: as the mode says; twice: the jobs are killed; three times: the workers, too."""
        self._pressed += 1
        graceful = self.settings.term == "graceful" and not self.ending
        self.ending = True
        self._tell(signal.SIGKILL if self._pressed > 2 else signal.SIGQUIT if graceful else signal.SIGTERM)

    def _quit(self) -> None:
        self.ending = True
        self._tell(signal.SIGQUIT)

    def _hup(self) -> None:
        self._reload = True

    def _pause(self, paused: bool) -> None:
        self.paused = paused
        self._tell(signal.SIGUSR2 if paused else signal.SIGCONT)

    def _tell(self, number: signal.Signals) -> None:
        for pid in list(self.members):
            _signal(pid, number)

    def _current(self) -> list[Member]:
        return [one for one in self.members.values() if one.generation == self.generation and not one.retired]

    def _gone(self, gone: Member, status: int) -> None:
        worked, left, lived = gone.board.done > 0, gone.board.left, time.monotonic() - gone.born
        gone.board.close()
        if not left:
            worker = self._id(gone.pid)
            self._dead.append((gone.nonce, worker))
            how = forked.verdict(gone.pid, status)
            said = f"worker {gone.pid} ended: {how.error if how else 'its process was left, with 0'}"
            say(said)
            told = Events(self.listeners, worker)
            told.fire(events.WORKER_ERROR, error=said)
            told.fire(events.WORKER_STOP)
        elif self.settings.interval == 0:
            self._drained = True
        if worked:
            self._hold = self.settings.error_respawn_interval
        if not left and not worked and lived < GROWN_UP and not self.ending:
            say(f"it had done no job yet: no new one for {self._hold:g} s")
            self._hold_off()

    def _hold_off(self) -> None:
        self._hold_until = time.monotonic() + self._hold
        self._hold = min(self._hold * 2, LONGEST_HOLD)

    def _probed(self, status: int) -> None:
        self._probe = 0
        if status:
            say("the job modules do not import: the workers go on with the old ones")
            return
        self.generation += 1
        self._hold_until = 0.0
        say("the job modules are loaded anew; the old workers finish their jobs")

    def _id(self, pid: int) -> str:
        return wire.worker_id(socket.gethostname(), pid, self.settings.queues)

    def _ask(self) -> int:
        keys = self.settings.keys
        start = "0" if self._known else "1"
        wanted = int(scripts.run(self.link, "pool", keys.prefix, self.settings.pool, self.settings.count, start))
        self._known = True
        return wanted

    def _in_trouble(self, error: Exception) -> None:
        from devbox.queue import faults

        if not faults.is_redis(error):
            raise error
        self._looked = time.monotonic() + LOOK_IN_TROUBLE - LOOK


def _ended() -> tuple[int, int] | None:
    """A child that has ended, and its status; None where none has."""
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, status) if pid else None


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
