"""Connecting: who answers, who does not, and who is no engine; each told by a code, soon."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from devbox.engine.api import Endpoint
from devbox.engine.sdk import connect
from devbox.engine.watch import LOCAL, Patience
from devbox.engine.wire import Wire
from devbox.errors import DevboxError
from tests.replay import HANG, VERSION, Answer, ReplayServer, Route
from tests.unit.engine.conftest import QUICK, Serve, at, engine_of

HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"


def failure(endpoint: Endpoint) -> DevboxError:
    """What connecting raises."""
    with pytest.raises(DevboxError) as caught:
        connect(endpoint)
    error = caught.value
    assert error.message
    assert "\n" not in error.message
    assert error.cures
    return error


def test_one_question_is_asked_and_the_common_version_used(serve: Serve) -> None:
    server = serve({"GET /containers/json": Answer(body=[])})
    engine = engine_of(server)
    assert [seen.target for seen in server.seen] == ["/version"]
    assert engine.containers({}) == []


def test_a_new_engine_is_asked_in_our_highest_version(tmp_path: Path) -> None:
    version = {"Version": "29.0.0", "ApiVersion": "1.52", "MinAPIVersion": "1.44"}
    with ReplayServer({"GET /version": Answer(body=version)}, unix=tmp_path / "s") as server:
        engine = connect(at(server))
        assert engine._wire.api == "1.45"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        # Docker 1.3: a mismatch is a 404 in plain text.
        (
            Answer(404, "client and server don't have same version (client : 1.24, server: 1.15)\n"),
            "engine.api_mismatch",
        ),
        # Docker 1.7: the same as a 400.
        (
            Answer(
                400, "client and server don't have same version (client API version: 1.24, server API version: 1.19)"
            ),
            "engine.api_mismatch",
        ),
        (
            Answer(400, {"message": "client version 1.24 is too old. Minimum supported API version is 1.44, please"}),
            "engine.api_mismatch",
        ),
        (Answer(body={"Version": "1.3.3", "ApiVersion": "1.15"}), "engine.api_mismatch"),
        (Answer(body={"Version": "50", "ApiVersion": "1.99", "MinAPIVersion": "1.90"}), "engine.api_mismatch"),
        (Answer(body=HTML, kind="text/html"), "engine.not_docker"),
        (Answer(502, HTML, kind="text/html"), "engine.not_docker"),
        (Answer(body="hello"), "engine.not_docker"),
        (Answer(body=""), "engine.not_docker"),
        (Answer(body=[]), "engine.not_docker"),
        (Answer(body={}), "engine.not_docker"),
        (Answer(body={"ApiVersion": 7}), "engine.not_docker"),
        (Answer(body=b"\xff\xfe"), "engine.not_docker"),
        (Answer(raw=b"SSH-2.0-OpenSSH_9.2\r\n"), "engine.not_docker"),
        (Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: nonsense\r\nbroken"), "engine.not_docker"),
        (Answer(500, {"message": "boom"}), "engine.error"),
        (Answer(500, "boom"), "engine.error"),
        (Answer(503, ""), "engine.error"),
        (Answer(403, {"message": "authorization denied by plugin corp: no"}), "engine.denied"),
        (Answer(400, "Client sent an HTTP request to an HTTPS server.\n"), "engine.tls"),
        (Answer(raw=b""), "engine.unreachable"),
        (Answer(body=VERSION, then="cut"), "engine.unreachable"),
        (Answer(chunks=(b'{"Api',), then="cut"), "engine.unreachable"),
    ],
)
def test_an_answer_that_is_none(serve: Serve, answer: Answer, code: str) -> None:
    error = failure(at(serve({"GET /version": answer})))
    assert error.code == code
    assert error.cause or code == "engine.api_mismatch"


def test_an_engine_that_hangs_is_reported_within_five_seconds(serve: Serve) -> None:
    server = serve({"*": HANG, "GET /version": HANG, "GET /_ping": HANG})
    begin = time.monotonic()
    assert failure(at(server)).code == "engine.timeout"
    assert time.monotonic() - begin < 20
    assert LOCAL.quiet + LOCAL.ping < 5


def test_an_engine_whose_answers_drip_hangs(serve: Serve) -> None:
    ended = threading.Event()

    class Drips(tuple[bytes, ...]):
        """A byte now and then, for as long as the test lasts."""

        __slots__ = ()

        def __iter__(self) -> Iterator[bytes]:
            while not ended.wait(0.05):
                yield b" "

    drips = Answer(chunks=Drips())
    server = serve({"GET /version": drips, "GET /_ping": drips})
    try:
        with pytest.raises(DevboxError) as caught:
            connect(at(server), patience=QUICK, timeout=600)
    finally:
        ended.set()
    assert caught.value.code == "engine.timeout"
    assert "still answers" not in caught.value.message


def test_a_ping_whose_head_drips_is_none() -> None:
    """http.client takes a head that is cut off for a whole one."""
    cut = threading.Event()

    class Dripping:
        status = 200
        abort, close = cut.set, cut.set

        def send(self, _request: object) -> None:
            assert cut.wait(60)

        def read1(self, _size: int) -> bytes:
            return b""

    transport: Any = SimpleNamespace(exchange=Dripping)
    assert not Wire(transport, Endpoint("unix:///s", "default"), Patience(ping=0.05)).ping()


def test_a_slow_engine_that_answers_pings_is_waited_for(tmp_path: Path) -> None:
    released: list[float] = []

    def version(_seen: object) -> Answer:
        # Answers only once a ping has come, that is after the silence that a hung engine would be told by.
        while not server.asked("GET", "/_ping"):
            time.sleep(0.01)
        released.append(time.monotonic())
        return Answer(body=VERSION)

    with ReplayServer({"GET /version": version}, unix=tmp_path / "s") as server:
        assert connect(at(server), patience=QUICK).version["Version"] == VERSION["Version"]
    assert released


def test_a_call_that_takes_too_long_is_ended_though_pings_come_back(serve: Serve) -> None:
    server = serve({"GET /version": HANG})
    with pytest.raises(DevboxError) as caught:
        connect(at(server), timeout=0.3)
    assert caught.value.code == "engine.timeout"
    assert "still answers" in caught.value.message
    assert server.left.wait(60)


def _missing(tmp: Path) -> str:
    return f"unix://{tmp}/nothing.sock"


def _stale(tmp: Path) -> str:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(tmp / "stale.sock"))
    return f"unix://{tmp}/stale.sock"


def _file(tmp: Path) -> str:
    (tmp / "file").write_text("x")
    return f"unix://{tmp}/file"


def _folder(tmp: Path) -> str:
    return f"unix://{tmp}"


def _too_long(tmp: Path) -> str:
    return f"unix://{tmp}/{'x' * 200}"


def _closed_port(_tmp: Path) -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"tcp://127.0.0.1:{server.getsockname()[1]}"


def _no_such_host(_tmp: Path) -> str:
    return "tcp://no-such-host.invalid:2375"


@pytest.mark.parametrize("url", [_missing, _stale, _file, _folder, _too_long, _closed_port, _no_such_host])
def test_nobody_there(tmp_path: Path, url: Callable[[Path], str]) -> None:
    error = failure(Endpoint(url(tmp_path), "DOCKER_HOST"))
    assert error.code == "engine.unreachable"
    assert error.cause
    assert error.retryable
    assert any("unset DOCKER_HOST" in (cure.command or "") for cure in error.cures)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become somebody else")
def test_a_socket_that_this_user_may_not_use(tmp_path: Path) -> None:
    path = tmp_path / "engine.sock"
    script = (
        "import os, sys; from devbox.engine.api import Endpoint; from devbox.engine import local, sdk\n"
        "from devbox.errors import DevboxError\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try: sdk.connect(Endpoint(sys.argv[1], 'default'))\n"
        "except DevboxError as error: print(error.code)\n"
    )
    with ReplayServer({}, unix=path):
        path.chmod(0o600)
        for folder in [tmp_path, *tmp_path.parents][:3]:
            folder.chmod(0o755)
        done = subprocess.run([sys.executable, "-c", script, f"unix://{path}"], capture_output=True, text=True)
    assert done.stdout.strip() == "engine.permission", done.stderr


def test_tls_spoken_to_a_port_without_tls() -> None:
    with ReplayServer() as server:
        error = failure(Endpoint(server.url, "--host", tls=(None, None, None)))
    assert error.code == "engine.tls"


def test_certificates_that_are_gone_by_now(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone.pem")
    assert failure(Endpoint("tcp://127.0.0.1:1", "--host", tls=(gone, gone, gone))).code == "tls.missing"


@pytest.mark.parametrize("url", ["tcp://127.0.0.1", "npipe:////./pipe/docker_engine", "fd://x", "gopher://x:1"])
def test_addresses_that_the_sdk_does_not_take(url: str) -> None:
    assert failure(Endpoint(url, "--host")).code == "endpoint.invalid"


IMPORTS = """
import sys
from pathlib import Path
from devbox.engine import api, endpoint, fault_table, faults, pull, sdk
engine = sdk.connect(api.Endpoint(sys.argv[1], "--host"))
assert engine.containers({}) == []
print(*sorted({"docker", "requests", "urllib3", "rich", "yaml", "subprocess"} & set(sys.modules)))
"""


def test_a_local_engine_is_spoken_to_without_importing_the_sdk(tmp_path: Path) -> None:
    routes: dict[str, Route] = {"GET /containers/json": Answer(body=[])}
    with ReplayServer(routes, unix=tmp_path / "s") as server:
        done = subprocess.run([sys.executable, "-c", IMPORTS, server.url], capture_output=True, text=True, check=True)
    assert "docker" not in done.stdout.split()
    assert "requests" not in done.stdout.split()
