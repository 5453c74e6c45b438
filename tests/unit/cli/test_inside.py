"""`exec` and `shell`: streams, exit status, and a terminal that is put back."""

from __future__ import annotations

import fcntl
import io
import os
import queue
import signal
import struct
import termios
import threading
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from devbox.cli import terminal
from devbox.cli.environment import Environment
from devbox.cli.verbs import shell
from devbox.engine.api import Endpoint
from devbox.errors import DevboxError
from tests.unit.cli.harness import Devbox, FakeEngine


@dataclass
class FakeStream:
    """A command inside: gives `pieces`, then what the test puts there, and keeps what it is sent."""

    code: int = 0
    pieces: queue.Queue[Any] = field(default_factory=queue.Queue)
    sent: queue.Queue[Any] = field(default_factory=queue.Queue)
    sizes: queue.Queue[tuple[int, int]] = field(default_factory=queue.Queue)

    def read(self) -> tuple[int, bytes] | None:
        piece = self.pieces.get(timeout=60)
        if isinstance(piece, BaseException):
            raise piece
        return piece  # type: ignore[no-any-return]

    def write(self, data: bytes) -> None:
        self.sent.put(data)

    def close_stdin(self) -> None:
        self.sent.put(None)

    def resize(self, rows: int, columns: int) -> None:
        self.sizes.put((rows, columns))

    def exit_code(self) -> int:
        return self.code

    def close(self) -> None: ...


@dataclass(frozen=True)
class FakeContainer:
    id: str = "c0ffee"
    name: str = "devbox-jenkins-jenkins-1"


@pytest.fixture
def stream(devbox: Devbox, monkeypatch: pytest.MonkeyPatch) -> FakeStream:
    """What the next exec_stream gives; the call is noted as `exec_stream`."""
    made = FakeStream()

    def exec_stream(_self: FakeEngine, *arguments: Any, **options: Any) -> FakeStream:
        devbox.calls.made.append(("exec_stream", arguments, options))
        return made

    monkeypatch.setattr(FakeEngine, "exec_stream", exec_stream, raising=False)
    devbox.calls.results["service_container"] = FakeContainer()
    return made


def say(stream: FakeStream, *pieces: tuple[int, bytes] | None) -> None:
    for piece in pieces:
        stream.pieces.put(piece)


def test_exec_keeps_the_streams_apart_and_gives_the_commands_status(devbox: Devbox, stream: FakeStream) -> None:
    say(stream, (1, b"out\n"), (2, b"err\n"), None)
    stream.code = 7
    ran = devbox("exec", "-s", "jenkins", "--", "tool", "-n", "x", "--", "y", typed="typed")
    assert (ran.status, ran.out, ran.err) == (7, "out\n", "err\n")
    assert devbox.calls.of("service_container")[1:] == ("jenkins", "jenkins")
    assert devbox.calls.of("exec_stream") == (("c0ffee", ("tool", "-n", "x", "--", "y")), {"stdin": True})
    assert [stream.sent.get(timeout=60), stream.sent.get(timeout=20)] == [b"typed", None]


def test_exec_leaves_a_terminals_input_alone(devbox: Devbox, stream: FakeStream) -> None:
    say(stream, None)
    assert devbox("exec", "--", "true", terminals=["stdin"]).status == 0
    assert devbox.calls.of("exec_stream")[1] == {"stdin": False}


def test_exec_under_json_is_one_object(devbox: Devbox, stream: FakeStream) -> None:
    say(stream, (1, b"a"), (2, b"\xff"), (1, b"b"), None)
    stream.code = 3
    ran = devbox("exec", "--json", "--", "tool")
    assert ran.status == 3
    assert ran.json["data"] == {"exit_code": 3, "stdout": "ab", "stderr": "\ufffd"}


@pytest.mark.parametrize("where", ["service_container", "exec_stream"])
def test_exec_that_devbox_fails_is_exit_125(devbox: Devbox, stream: FakeStream, where: str) -> None:
    failure = DevboxError("engine.unreachable", "gone")
    if where == "exec_stream":
        stream.pieces.put(failure)
    else:
        devbox.calls.results[where] = failure
    ran = devbox("exec", "--", "tool")
    assert ran.status == 125
    assert ran.err.startswith("error[engine.unreachable]: gone\n")
    assert ran.err.endswith("devbox doctor --fix\n")


def test_exec_whose_reader_goes_away_is_quiet(devbox: Devbox, stream: FakeStream) -> None:
    from tests.unit.cli.harness import Closed

    say(stream, (1, b"x"), None)
    ran = devbox("exec", "--", "tool", stdout=Closed())
    assert (ran.status, ran.err) == (0, "")


@dataclass
class Terminal:
    """A pseudo terminal and the environment that has it."""

    master: int
    slave: int
    environment: Environment

    def shown(self) -> bytes:
        return self.environment.stdout.buffer.getvalue()  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def screen(devbox: Devbox) -> Any:
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with os.fdopen(slave, closefd=False) as keyboard:
        out = io.TextIOWrapper(io.BytesIO())
        yield Terminal(master, slave, devbox.environment(stdin=keyboard, stdout=out))
    os.close(master)
    os.close(slave)


def test_a_shell_gets_keys_and_sizes_and_the_terminal_is_put_back(screen: Terminal) -> None:
    stream = FakeStream(code=5)
    before = termios.tcgetattr(screen.slave)
    seen: list[Any] = []

    def user() -> None:
        seen.append(stream.sizes.get(timeout=60))
        seen.append(termios.tcgetattr(screen.slave)[3] & (termios.ICANON | termios.ECHO | termios.ISIG))
        os.write(screen.master, b"ls\x03")
        seen.append(stream.sent.get(timeout=60))
        fcntl.ioctl(screen.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 132, 0, 0))
        os.kill(os.getpid(), signal.SIGWINCH)
        seen.append(stream.sizes.get(timeout=60))
        stream.pieces.put((1, b"\x1b[1mbye"))
        stream.pieces.put(None)

    person = threading.Thread(target=user)
    person.start()
    handler = signal.getsignal(signal.SIGWINCH)
    assert terminal.attach(stream, screen.environment) == 5
    person.join()
    assert seen == [(24, 80), 0, b"ls\x03", (40, 132)]
    assert screen.shown() == b"\x1b[1mbye"
    assert termios.tcgetattr(screen.slave) == before
    assert signal.getsignal(signal.SIGWINCH) == handler


@pytest.mark.parametrize("failure", [DevboxError("engine.unreachable", "gone"), KeyboardInterrupt()])
def test_the_terminal_is_put_back_after_a_failure(screen: Terminal, failure: BaseException) -> None:
    stream = FakeStream()
    before = termios.tcgetattr(screen.slave)
    stream.pieces.put(failure)
    with pytest.raises(type(failure)):
        terminal.attach(stream, screen.environment)
    assert termios.tcgetattr(screen.slave) == before


def test_shell_takes_bash_or_sh_with_the_terminals_type(
    devbox: Devbox, stream: FakeStream, screen: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    devbox.env = {"TERM": "xterm-256color"}
    monkeypatch.setattr(terminal, "attach", lambda *_: 9)
    ran = devbox("shell", terminals=["stdin", "stdout"])
    assert ran.status == 9
    arguments, options = devbox.calls.of("exec_stream")
    assert arguments == ("c0ffee", shell.BEST_SHELL)
    assert options == {"tty": True, "stdin": True, "environment": {"TERM": "xterm-256color"}}


def test_on_windows_shell_goes_through_the_docker_command(
    devbox: Devbox, stream: FakeStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[list[str]] = []
    monkeypatch.setattr("shutil.which", lambda _name: "docker.exe")
    monkeypatch.setattr("subprocess.call", lambda command: called.append(command) or 4)
    endpoint = Endpoint("npipe:////./pipe/docker_engine", "current context", "desktop-linux")
    container: Any = FakeContainer()
    assert shell.through_docker(endpoint, container) == 4
    assert shell.through_docker(replace(endpoint, context=None), container) == 4
    assert [command[1:5] for command in called] == [
        ["--context", "desktop-linux", "exec", "-it"],
        ["--host", "npipe:////./pipe/docker_engine", "exec", "-it"],
    ]


def test_on_windows_without_the_docker_command_shell_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    container: Any = FakeContainer()
    with pytest.raises(DevboxError) as caught:
        shell.through_docker(Endpoint("npipe://x", "default"), container)
    assert caught.value.code == "shell.no_docker_cli"
