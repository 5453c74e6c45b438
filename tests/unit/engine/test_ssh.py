"""An engine behind ssh, with a program in the place of the system's ssh that connects to a socket here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from devbox.engine.api import Endpoint
from devbox.engine.local import ssh_command
from devbox.engine.sdk import DockerEngine, connect
from devbox.errors import DevboxError
from tests.replay import Answer, ReplayServer

RELAY = """#!{python}
import os, socket, sys, threading
open({log!r}, "a").write(repr(sys.argv[1:]) + "\\n")
sock = socket.socket(socket.AF_UNIX)
sock.connect({target!r})
def up():
    while data := os.read(0, 65536):
        sock.sendall(data)
    sock.shutdown(socket.SHUT_WR)
threading.Thread(target=up, daemon=True).start()
while data := sock.recv(65536):
    os.write(1, data)
"""


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a program named ssh first on PATH."""
    folder.mkdir(exist_ok=True)
    (folder / "ssh").write_text(script)
    (folder / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


@pytest.mark.parametrize(
    ("url", "tail"),
    [
        ("ssh://h", ["--", "h", "docker system dial-stdio"]),
        ("ssh://me@h:2222", ["-l", "me", "-p", "2222", "--", "h", "docker system dial-stdio"]),
        ("ssh://h/run/my docker.sock", ["--", "h", "docker --host 'unix:///run/my docker.sock' system dial-stdio"]),
    ],
)
def test_the_command_is_the_docker_clis(url: str, tail: list[str]) -> None:
    command = ssh_command(url)
    assert command[0] == "ssh"
    assert command[-len(tail) :] == tail


def test_requests_go_through_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ReplayServer({"GET /containers/json": Answer(body=[])}, unix=tmp_path / "s") as server:
        log = tmp_path / "log"
        script = RELAY.format(python=sys.executable, log=str(log), target=str(tmp_path / "s"))
        install(tmp_path / "bin", monkeypatch, script)
        engine = connect(Endpoint("ssh://me@far.example", "--host", publish=None, reach="far.example"))
        assert engine.containers({}) == []
        assert [seen.target.partition("?")[0] for seen in server.seen] == ["/version", "/containers/json"]
        assert "'far.example', 'docker system dial-stdio'" in log.read_text()


def through_ssh(server: ReplayServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[DockerEngine, Path]:
    """An engine behind a relay, and the file with a line for each ssh that was started."""
    log = tmp_path / "log"
    install(
        tmp_path / "bin", monkeypatch, RELAY.format(python=sys.executable, log=str(log), target=str(tmp_path / "s"))
    )
    engine = connect(Endpoint("ssh://me@far.example", "--host", publish=None, reach="far.example"))
    assert server.seen
    return engine, log


def test_one_ssh_carries_many_requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    routes = {"GET /containers/json": Answer(body=[]), "DELETE /containers/c": Answer(204)}
    with ReplayServer(routes, unix=tmp_path / "s") as server:
        engine, log = through_ssh(server, tmp_path, monkeypatch)
        for _ in range(3):
            assert engine.containers({}) == []
            engine.remove_container("c")
        engine.close()
        assert len(server.seen) >= 7
        assert len(log.read_text().splitlines()) == 1


def test_an_ssh_that_ended_meanwhile_is_not_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hang_up = Answer(body=[], headers={"Connection": "close"})
    with ReplayServer({"GET /containers/json": hang_up}, unix=tmp_path / "s") as server:
        engine, log = through_ssh(server, tmp_path, monkeypatch)
        for _ in range(3):
            assert engine.containers({}) == []
        assert len(log.read_text().splitlines()) == 3
        engine.close()


def test_what_ssh_says_is_the_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "bin", monkeypatch, "#!/bin/sh\necho 'me@far: Permission denied (publickey).' >&2\nexit 255\n")
    with pytest.raises(DevboxError) as caught:
        connect(Endpoint("ssh://me@far", "--host", publish=None))
    assert caught.value.code == "engine.unreachable"
    assert caught.value.cause == "me@far: Permission denied (publickey)."


def test_no_ssh_client_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DevboxError) as caught:
        connect(Endpoint("ssh://far", "--host", publish=None))
    assert caught.value.code == "engine.unreachable"
    assert "no ssh client" in caught.value.message
