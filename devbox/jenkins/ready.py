"""Waits until a Jenkins is usable and ours; tells a boot that failed from one that lasts.

The rule (jenkins 1.6xx to current): HTTP answers 200 on `/api/json` as the generated user and on `/login` (and on
`/health` from 2.506 on), after the last start of this container. A port that accepts proves nothing (Docker's proxy
does before Jenkins listens), a log line alone neither, a 401 or a late 503 while booting is not final.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime

from devbox.engine.api import ContainerState, Engine
from devbox.errors import Cure, DevboxError
from devbox.events import Emit, Milestone
from devbox.frozen import dataclass
from devbox.jenkins import bootlog
from devbox.jenkins.site import API, PATIENT, TIMEOUT, Answer, Site
from devbox.jenkins.version import has_health

LOOK = 0.1
"""Seconds between two looks at HTTP, each of which a booting Jenkins pays for: ready is said at most this much late."""

INSPECT = 0.3
"""Seconds between two looks at the container."""

LOST = 1.5
"""A 503 that has lost its `X-Jenkins` for this many seconds after one that had it: the boot failed and stays."""

RESTARTS = 3
"""Restarts during one wait (Jenkins' own are exit 5) after which it is a loop."""

ENDED = ("exited", "dead")
"""States of a container that does not come back by itself."""

TAIL = 15
"""Lines of the log shown under an error."""


@dataclass(frozen=True)
class Ready:
    """A usable Jenkins: the core's own version, and whether the sign-in is still the one devbox made."""

    version: str | None
    session: str | None
    signed_in: bool
    anonymous_refused: bool


@dataclass(frozen=True)
class Wait:
    """What to wait for. `set_up`: this home was signed in before this boot, so a changed sign-in is the user's doing.

    `secured` is False under `--no-auth`. `timeout` in seconds from now.
    """

    engine: Engine
    container: str
    site: Site
    secured: bool
    set_up: bool
    timeout: float
    emit: Emit
    service: str = "jenkins"
    stale: str | None = None
    """The session that answered at this address before the start: another one has to answer now."""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class BootLog:
    """Follows a container's log in a thread, telling milestones; keeps the last lines."""

    def __init__(self, wait: Wait) -> None:
        self.lines: deque[str] = deque(maxlen=4000)
        self._wait = wait
        self._began = wait.clock()
        self._said: set[str] = set()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="boot-log", daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        read = None
        while not self._done.is_set():
            try:
                life = self._wait.engine.inspect(self._wait.container).started_at
                # The stream ends with the container; one that restarts has another life, to be read from its start.
                if life != read:
                    read = life
                    self._read(_unix(life))
            except DevboxError:
                return
            self._done.wait(INSPECT)

    def read_whole(self, life: str) -> None:
        """Read it anew, as far as it is written: the thread may be behind a container that has ended at once."""
        self.stop()
        self.lines = deque(maxlen=self.lines.maxlen)
        with contextlib.suppress(DevboxError):
            self._read(_unix(life), follow=False)

    def _read(self, since: float | None, *, follow: bool = True) -> None:
        rest: dict[int, bytes] = {}
        for stream, piece in self._wait.engine.logs(self._wait.container, follow=follow, since=since):
            *whole, rest[stream] = (rest.get(stream, b"") + piece).split(b"\n")
            for line in whole:
                self._take(line)
            if follow and self._done.is_set():
                return
        for line in filter(None, rest.values()):
            self._take(line)

    def _take(self, raw: bytes) -> None:
        line = raw.decode("utf-8", "replace").rstrip("\r")
        self.lines.append(line)
        words = bootlog.milestone(line)
        if words and words not in self._said and not self._done.is_set():
            self._said.add(words)
            self._wait.emit(Milestone(self._wait.service, words, self._wait.clock() - self._began))

    def stop(self) -> None:
        """Say nothing any more; the thread ends with its stream."""
        self._done.set()


def _unix(time_text: str) -> float | None:
    """The Unix time of Docker's "2026-11-22T04:07:08.123456789Z", which has more digits than Python reads."""
    try:
        whole, _, fraction = time_text.rstrip("Z").partition(".")
        return datetime.fromisoformat(whole + "+00:00").timestamp() + float(f"0.{fraction or 0}")
    except ValueError:
        return None


def wait_ready(wait: Wait) -> Ready:
    """Wait; raises `DevboxError` with the last lines of the log when the boot failed or the time is over."""
    watch = _Watch(wait)
    ready = watch.look()
    if ready is not None and watch.same_start():
        return ready  # nothing to wait for, so nothing to read
    watch.log = BootLog(wait)
    try:
        return watch.until_ready()
    finally:
        watch.log.stop()


def _life(state: ContainerState) -> tuple[int, str]:
    """Which start of the container this is: Docker counts its own restarts, and anybody's have another time."""
    return state.restart_count, state.started_at


class _Watch:
    """The state of one wait."""

    def __init__(self, wait: Wait) -> None:
        self.wait = wait
        self.log: BootLog | None = None
        self.first: ContainerState = wait.engine.inspect(wait.container)
        self.last_inspect = wait.clock()
        self.answered = False
        self.had_header = False
        self.lost_since: float | None = None
        self.last = Answer(0)
        self.refused_since: float | None = None
        self.life = _life(self.first)

    def until_ready(self) -> Ready:
        wait = self.wait
        end = wait.clock() + wait.timeout
        while True:
            ready = self.look()
            if ready is not None and self.same_start():
                return ready
            now = wait.clock()
            if now - self.last_inspect >= INSPECT:
                self.look_at_container()
            if now > end:
                raise self.timed_out()
            wait.sleep(LOOK)

    def look(self) -> Ready | None:
        """One look at HTTP; None: not yet."""
        answer = self.get(API, signed_in=self.wait.secured)
        self.last = answer
        if answer.session is not None and answer.session == self.wait.stale:
            return None  # the life before, or a stranger's Jenkins
        if answer.status == 503:
            self.refused_since = None
            self.loading(answer)
            return None
        self.lost_since = None
        if answer.status in (401, 403):
            return self.refused()
        self.refused_since = None
        return self.up(answer, signed_in=self.wait.secured) if answer.status == 200 else None

    def login_page(self) -> bool:
        """Whether the way in is up: 200; of a realm of the user's own also what leads elsewhere."""
        status = self.get("/login").status
        return status == 200 or (self.wait.set_up and 0 < status < 500)

    def get(self, path: str, *, signed_in: bool = False) -> Answer:
        """Ask; short until there was an answer at all, patient afterwards."""
        answer = self.wait.site.get(path, signed_in=signed_in, timeout=PATIENT if self.answered else TIMEOUT)
        self.answered = self.answered or answer.status != 0
        return answer

    def up(self, answer: Answer, *, signed_in: bool) -> Ready | None:
        """The user is let in: is all the rest there?"""
        if not self.login_page():
            return None
        if has_health(answer.version) and self.get("/health").status != 200:
            return None
        anonymous = self.get(API).status if self.wait.secured else 200
        if not 200 <= anonymous < 500:
            return None  # no answer at all says nothing about who is let in
        return Ready(answer.version, answer.session, signed_in=signed_in, anonymous_refused=anonymous >= 300)

    def refused(self) -> Ready | None:
        """The user is not let in: while booting that is not final; in a Jenkins that is up it is the user's change."""
        if not self.login_page():
            self.refused_since = None
            return None
        now = self.wait.clock()
        self.refused_since = self.refused_since if self.refused_since is not None else now
        if now - self.refused_since < LOST:
            return None
        anonymous = self.get(API)
        if not self.wait.set_up:
            raise self.failure(
                "signin.failed",
                "Jenkins is up but does not let devbox's user in, so the sign-in script did not do its work",
            )
        return Ready(
            anonymous.version, anonymous.session, signed_in=False, anonymous_refused=anonymous.status in (401, 403)
        )

    def loading(self, answer: Answer) -> None:
        """A 503: while initialising it carries `X-Jenkins`, after a failed boot it does not, and stays."""
        if answer.version is not None:
            self.had_header, self.lost_since = True, None
            return
        now = self.wait.clock()
        if self.had_header:
            self.lost_since = self.lost_since if self.lost_since is not None else now
            if now - self.lost_since > LOST:
                raise self.failure(
                    "jenkins.boot_failed", "Jenkins failed to initialise and answers with its error page"
                )

    def same_start(self) -> bool:
        """Whether the container is still in the life whose answer this was."""
        state = self.wait.engine.inspect(self.wait.container)
        if state.state == "running" and _life(state) == self.life:
            return True
        self.look_at_container(state)
        return False

    def look_at_container(self, state: ContainerState | None = None) -> None:
        """Raise when the container has died; count its restarts."""
        state = state or self.wait.engine.inspect(self.wait.container)
        self.last_inspect = self.wait.clock()
        if state.state in ENDED or (state.state == "restarting" and state.exit_code != 5):
            raise self.died(state)
        self.life = _life(state)
        if state.restart_count - self.first.restart_count >= RESTARTS or self.said_failed():
            raise self.died(state)

    def said_failed(self) -> bool:
        """A boot that failed says so in the log before it exits with 5, which alone would be a restart."""
        return any("Failed to initialize Jenkins" in line for line in self.lines())

    def lines(self) -> list[str]:
        """The log so far."""
        return list(self.log.lines) if self.log is not None else []

    def died(self, state: ContainerState) -> DevboxError:
        # Docker calls a container that it will restart in a moment running, too.
        code = state.exit_code if state.state in (*ENDED, "restarting") else None
        self.wait.sleep(INSPECT)  # the log's last lines come a moment after the end
        if self.log is not None:
            self.log.read_whole(self.first.started_at)
        known = bootlog.diagnose(self.lines(), exit_code=code, oom_killed=state.oom_killed)
        if known is None:
            times = state.restart_count - self.first.restart_count
            what = (
                f"Jenkins ended while booting (exit {code})" if code is not None else f"Jenkins restarted {times} times"
            )
            return self.failure("jenkins.boot_failed", what, state=state)
        fault, text = known
        return self.failure(fault.code, fault.message, cause=text, cures=fault.cures, state=state)

    def timed_out(self) -> DevboxError:
        state = self.wait.engine.inspect(self.wait.container)
        known = bootlog.diagnose(self.lines(), exit_code=None, oom_killed=state.oom_killed)
        seconds = f"{self.wait.timeout:g}"
        said = f"its last answer was {self.last.status}" if self.last.status else "it gave no answer"
        cures = (*(known[0].cures if known else ()), Cure("wait longer", "devbox up {stack} -n {name} --timeout 900"))
        return self.failure(
            "jenkins.timeout",
            f"Jenkins was not ready after {seconds} s; {said}",
            cause=known[1] if known else None,
            cures=cures,
            retryable=True,
        )

    def failure(
        self,
        code: str,
        message: str,
        *,
        cause: str | None = None,
        cures: tuple[Cure, ...] = (),
        state: ContainerState | None = None,
        retryable: bool = False,
    ) -> DevboxError:
        lines = self.lines()
        if cause is None:
            known = bootlog.diagnose(lines, exit_code=None, oom_killed=bool(state and state.oom_killed))
            if known is not None and known[0].code == code:
                cause, cures = known[1], cures or known[0].cures
        return DevboxError(code, message, cause=cause, cures=cures, tail=tuple(lines[-TAIL:]), retryable=retryable)
