"""A stage for waits: a scripted Jenkins over real HTTP, an engine with one container, and a clock of the test's own.

The clock moves when the code under test sleeps, and acts are due at times on it, so a story of minutes is told at once
and the same way each time. Only the boot log's thread runs on its own: `Box.read_up` waits for it.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from devbox.engine.api import ContainerState, Engine
from devbox.errors import DevboxError
from devbox.jenkins.ready import Wait
from devbox.jenkins.site import USER, Site

PASSWORD = "the-generated-password"
STARTED = "2026-11-22T04:07:08.123456789Z"

LOADING, BROKEN, READY, REFUSING, OPEN, RESET = "loading", "broken", "ready", "refusing", "open", "reset"
"""Phases: 503 with `X-Jenkins`; 503 without; up and signed in; up, our user unknown; up for anybody; no answer."""


class Clock:
    """Seconds; `sleep` moves it and lets acts that are due by then happen, in order."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self._acts: list[tuple[float, Callable[[], object]]] = []

    def __call__(self) -> float:
        return self.now

    def at(self, time: float, act: Callable[[], object]) -> None:
        """Let something happen at a time."""
        self._acts.append((time, act))

    def sleep(self, seconds: float) -> None:
        """What the code under test calls."""
        assert len(self.slept) < 20_000, "the code under test waits for ever"
        self.slept.append(seconds)
        self.now += seconds
        due = sorted((a for a in self._acts if a[0] <= self.now), key=lambda a: a[0])
        self._acts = [a for a in self._acts if a[0] > self.now]
        for _, act in due:
            act()


class Web:
    """A Jenkins over HTTP that answers as its phase says; its port refuses until it listens."""

    def __init__(self) -> None:
        self.phase = READY
        self.version = "2.555.1"
        self.session = "5e55104a"
        self.prefix = ""
        self.health = 200
        self.login = 200
        self.anonymous = 403
        self.asked: list[tuple[str, bool]] = []
        """Paths, and whether a password came along."""
        self.on_request: Callable[[str, bool], str | None] = lambda _path, _auth: None
        """Called with each request; a phase that it gives back is this one answer's."""
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web._answer(self)

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
        self._server.daemon_threads = True
        self._server.server_bind()  # the port is ours from here on, and refuses
        self._listening = False

    @property
    def url(self) -> str:
        """The address, with the prefix."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.prefix}"

    def listen(self) -> Web:
        """Accept connections from now on."""
        self._server.server_activate()
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self._listening = True
        return self

    def becomes(self, phase: str) -> Callable[[], None]:
        """An act: from then on this phase."""
        return lambda: setattr(self, "phase", phase)

    def looks(self) -> int:
        """How often the main question was asked."""
        return sum(path == f"{self.prefix}/api/json" and auth for path, auth in self.asked)

    def close(self) -> None:
        """No more."""
        if self._listening:
            self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        given = request.headers.get("Authorization")
        path = request.path.partition("?")[0]
        self.asked.append((path, given is not None))
        phase = self.on_request(path, given is not None) or self.phase
        if phase == RESET:
            request.close_connection = True
            return
        status = self._status(phase, path, given)
        request.send_response(status)
        if phase != BROKEN:
            request.send_header("X-Jenkins", self.version)
            request.send_header("X-Jenkins-Session", self.session)
        request.send_header("Set-Cookie", "JSESSIONID=x; Path=/")
        request.send_header("Content-Length", "0")
        request.end_headers()

    def _status(self, phase: str, path: str, given: str | None) -> int:
        if not path.startswith(self.prefix + "/"):
            return 404
        if phase in (LOADING, BROKEN):
            return 503
        page = path.removeprefix(self.prefix)
        pages = {"/login": self.login, "/health": self.health}
        if page in pages:
            return pages[page]
        if page != "/api/json":
            return 404
        ours = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if phase == OPEN:
            return 200
        if given is None:
            return self.anonymous
        return 200 if phase == READY and given == ours else 401


class Box:
    """An engine with one container: what it is, and what it says."""

    def __init__(self) -> None:
        self.state: ContainerState | None = ContainerState(
            "c1", "running", True, 0, False, "", STARTED, 0, "starting", {}, ()
        )
        self.since: list[float | None] = []
        """What the log was asked for, once for each time."""
        self._looks = 0
        self._first = 0
        self._log: list[tuple[int, bytes]] = []
        self._read = 0
        self._ended = False
        self._changed = threading.Condition()

    def inspect(self, container: str) -> ContainerState:
        """As the engine's."""
        if threading.current_thread().name == "boot-log":
            with self._changed:
                self._looks += 1
                self._changed.notify_all()
        if self.state is None:
            raise DevboxError("container.gone", f"There is no container {container} (any more).")
        return self.state

    def logs(
        self, _container: str, *, follow: bool = False, since: float | None = None, **_: Any
    ) -> Iterator[tuple[int, bytes]]:
        """As the engine's: all there is; with `follow` also what comes, until the container ends."""
        if not follow:
            yield from list(self._log)
            return
        self.since.append(since)
        at = self._first
        while True:
            with self._changed:
                fresh, at = self._log[at:], len(self._log)
                if not fresh:
                    self._read = at
                    self._changed.notify_all()
                    if self._ended:
                        return
                    self._changed.wait(1)
            yield from fresh

    def said(self, *lines: str) -> None:
        """Lines in the log before anybody reads it."""
        self._log.append((2, "".join(f"{line}\n" for line in lines).encode()))

    def say(self, *lines: str) -> None:
        """Lines in the log, and time for the reader to take them."""
        self.write("".join(f"{line}\n" for line in lines).encode())

    def write(self, piece: bytes, stream: int = 2) -> None:
        """A piece of the log as it is, and time for the reader to take it."""
        with self._changed:
            self._log.append((stream, piece))
            self._changed.notify_all()
        self.read_up()

    def read_up(self) -> None:
        """Wait until the boot log has read all that was said."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._read == len(self._log), timeout=60)

    def looked_after(self, times: int) -> None:
        """Wait until the boot log has looked so many times more whether there is another life to read."""
        with self._changed:
            until = self._looks + times
            assert self._changed.wait_for(lambda: self._looks >= until, timeout=60)

    def change(self, **values: Any) -> None:
        """Another state."""
        assert self.state is not None
        self.state = replace(self.state, **values)

    def ends(self, exit_code: int, *lines: str, state: str = "exited", oom_killed: bool = False) -> None:
        """The process is over, after some last words. Docker calls one that it will restart running, too."""
        if lines:
            self.say(*lines)
        self.change(state=state, running=state == "restarting", exit_code=exit_code, oom_killed=oom_killed)
        self.hang_up()

    def starts_again(self, second: int) -> None:
        """Docker has restarted it."""
        assert self.state is not None
        self._ended, self._first = False, len(self._log)
        self.change(
            state="running",
            running=True,
            exit_code=0,
            restart_count=self.state.restart_count + 1,
            started_at=f"2026-11-22T04:07:{second:02}.5Z",
        )

    def hang_up(self) -> None:
        """The log's stream ends."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()


class Stage:
    """All three, and what the wait said."""

    def __init__(self) -> None:
        self.web, self.box, self.clock = Web(), Box(), Clock()
        self.events: list[Any] = []

    def wait(
        self, *, secured: bool = True, set_up: bool = False, timeout: float = 60, stale: str | None = None
    ) -> Wait:
        """A wait on this stage."""
        return Wait(
            engine=cast("Engine", self.box),
            container="c1",
            site=Site(self.web.url, PASSWORD if secured else None),
            secured=secured,
            set_up=set_up,
            timeout=timeout,
            emit=self.events.append,
            stale=stale,
            clock=self.clock,
            sleep=self.clock.sleep,
        )

    def close(self) -> None:
        """Take it down."""
        self.box.hang_up()
        self.web.close()
