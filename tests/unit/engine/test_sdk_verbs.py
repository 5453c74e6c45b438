"""What the verbs send, and what they make of odd answers; the contract suite has the rest."""

from __future__ import annotations

import json
import threading
import time
from typing import Any
from urllib.parse import parse_qs

import pytest

from devbox.engine.api import ContainerSpec, File, Healthcheck, Mount, Publish
from devbox.engine.sdk import DockerEngine
from devbox.errors import DevboxError
from tests.replay import HANG, VERSION, Answer, Route, Seen
from tests.unit.engine.conftest import Serve, engine_of

SPEC = ContainerSpec(
    "devbox-a-box-1",
    "img:1",
    "box",
    {"l": "v"},
    "devbox-a_default",
    command=("run", "it"),
    environment={"A": "b=c"},
    mounts=(Mount("vol", "/data"),),
    ports=(Publish(80, "127.0.0.1", 8080), Publish(80, "::1", 8080)),
    healthcheck=Healthcheck(("CMD", "true"), 1.5, 2, 30, 5),
    memory=1 << 30,
    restart="on-failure:10",
    stop_grace=60,
    init=True,
)


def query(seen: Seen) -> dict[str, list[str]]:
    return parse_qs(seen.target.partition("?")[2])


def code(call: Any) -> str:
    with pytest.raises(DevboxError) as caught:
        call()
    return caught.value.code


def engine_with(serve: Serve, routes: dict[str, Route], **version: str) -> tuple[DockerEngine, Any]:
    server = serve({"GET /version": Answer(body={**VERSION, **version}), **routes})
    return engine_of(server), server


def test_a_container_is_created_with_all_that_its_spec_says(serve: Serve) -> None:
    engine, server = engine_with(serve, {"POST /containers/create": Answer(201, {"Id": "abc"})})
    assert engine.create_container(SPEC) == "abc"
    (seen,) = server.asked("POST", "/containers/create")
    body = json.loads(seen.body)
    host = body["HostConfig"]
    assert query(seen) == {"name": ["devbox-a-box-1"]}
    assert (body["Image"], body["Cmd"], body["Env"], body["Labels"]) == ("img:1", ["run", "it"], ["A=b=c"], {"l": "v"})
    assert body["NetworkingConfig"]["EndpointsConfig"] == {"devbox-a_default": {"Aliases": ["box"]}}
    assert host["Mounts"] == [{"Type": "volume", "Source": "vol", "Target": "/data"}]
    assert host["PortBindings"] == {
        "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}, {"HostIp": "::1", "HostPort": "8080"}]
    }
    assert host["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 10}
    assert (host["Memory"], host["Init"], body["StopTimeout"]) == (1 << 30, True, 60)
    assert body["Healthcheck"] == {
        "Test": ["CMD", "true"],
        "Interval": 1_500_000_000,
        "Timeout": 2_000_000_000,
        "StartPeriod": 30_000_000_000,
        "Retries": 5,
    }


def test_the_oldest_engine_gets_its_volumes_as_binds(serve: Serve) -> None:
    engine, server = engine_with(serve, {"POST /containers/create": Answer(201, {"Id": "abc"})}, ApiVersion="1.24")
    engine.create_container(SPEC)
    host = json.loads(server.seen[-1].body)["HostConfig"]
    assert host["Binds"] == ["vol:/data"]
    assert "Mounts" not in host


@pytest.mark.parametrize(("api", "asked"), [("1.41", True), ("1.43", True), ("1.44", False), ("1.45", False)])
def test_a_double_network_is_ruled_out_below_api_1_44(serve: Serve, api: str, asked: bool) -> None:
    engine, server = engine_with(serve, {"POST /networks/create": Answer(201, {"Id": "n"})}, ApiVersion=api)
    engine.create_network("net", {})
    assert json.loads(server.seen[-1].body).get("CheckDuplicate", False) is asked


def test_a_hundred_containers_are_one_question(serve: Serve) -> None:
    rows = [{"Id": f"{n:064x}", "Names": [f"/c{n}"], "State": "running", "Status": "Up 1 second"} for n in range(100)]
    engine, server = engine_with(serve, {"GET /containers/json": Answer(body=rows)})
    assert len(engine.containers({"a": None, "b": "c"})) == 100
    (seen,) = server.asked("GET", "/containers/json")
    assert json.loads(query(seen)["filters"][0]) == {"label": ["a", "b=c"]}
    assert len(server.seen) == 2


def test_a_container_that_is_being_removed_is_waited_for(serve: Serve) -> None:
    gone = Answer(404, {"message": "No such container: x"})
    engine, server = engine_with(
        serve,
        {
            "DELETE /containers/x": Answer(409, {"message": "removal of container x is already in progress"}),
            "GET /containers/x/json": [Answer(body={"Id": "x", "State": {"Status": "removing"}}), gone],
        },
    )
    engine.remove_container("x")
    assert len(server.asked("GET", "/containers/x/json")) == 2


def test_stopping_grants_the_grace_that_was_asked_for(serve: Serve) -> None:
    engine, server = engine_with(serve, {"POST /containers/x/stop": Answer(204)})
    engine.stop("x", 90)
    engine.stop("x")
    one, other = server.asked("POST", "/containers/x/stop")
    assert query(one) == {"t": ["90"]}
    assert query(other) == {}


def test_a_daemon_that_freezes_in_a_stop_is_reported_soon(serve: Serve) -> None:
    engine, server = engine_with(serve, {"POST /containers/x/stop": HANG})
    timer = threading.Thread(target=lambda: (server.hanging.wait(60), server.frozen.set()))
    timer.start()
    begin = time.monotonic()
    assert code(lambda: engine.stop("x", 600)) == "engine.timeout"
    assert time.monotonic() - begin < 20
    timer.join()


@pytest.mark.parametrize(
    ("chunks", "then", "expected"),
    [
        ((b"\x01\0\0\0\0\0\0\x02hi\x02\0\0\0\0\0\0\x03err",), "end", [(1, b"hi"), (2, b"err")]),
        ((b"\x01\0\0", b"\0\0\0\0\x02h", b"i"), "end", [(1, b"h"), (1, b"i")]),
        ((b"plain text of a terminal",), "end", [(1, b"plain text of a terminal")]),
        ((), "end", []),
    ],
)
def test_logs_come_apart_however_they_are_cut_up(
    serve: Serve, chunks: tuple[bytes, ...], then: Any, expected: list[tuple[int, bytes]]
) -> None:
    engine, _ = engine_with(serve, {"GET /containers/x/logs": Answer(chunks=chunks, then=then)})
    found = list(engine.logs("x"))
    assert b"".join(data for _, data in found) == b"".join(data for _, data in expected)
    assert [stream for stream, _ in found if stream == 2] == [stream for stream, _ in expected if stream == 2]


FRAME = b"\x01\0\0\0\0\0\0\x02hi"


def test_a_follow_that_breaks_off_is_an_error(serve: Serve) -> None:
    engine, _ = engine_with(serve, {"GET /containers/x/logs": Answer(chunks=(FRAME,), then="cut")})
    stream = engine.logs("x", follow=True)
    assert next(stream) == (1, b"hi")
    assert code(lambda: next(stream)) == "engine.unreachable"


def test_a_follow_of_an_engine_that_freezes_is_reported_soon(serve: Serve) -> None:
    engine, server = engine_with(serve, {"GET /containers/x/logs": Answer(chunks=(FRAME,), then="hang")})
    stream = engine.logs("x", follow=True)
    assert next(stream) == (1, b"hi")
    server.frozen.set()
    begin = time.monotonic()
    assert code(lambda: next(stream)) == "engine.timeout"
    assert time.monotonic() - begin < 20


def test_a_silent_follow_of_a_well_engine_goes_on(serve: Serve) -> None:
    engine, server = engine_with(serve, {"GET /containers/x/logs": Answer(chunks=(FRAME,), then="hang")})
    stream = engine.logs("x", follow=True)
    assert next(stream) == (1, b"hi")
    found: list[str] = []
    follower = threading.Thread(target=lambda: found.append(code(lambda: next(stream))))
    follower.start()
    end = time.monotonic() + 10
    while len(server.asked("GET", "/_ping")) < 2 and time.monotonic() < end:
        time.sleep(0.02)
    assert follower.is_alive(), "the second ping was answered, and still nothing was amiss"
    server.die()
    follower.join(60)
    assert found == ["engine.unreachable"]


def test_leaving_a_follow_closes_its_connection(serve: Serve) -> None:
    engine, server = engine_with(serve, {"GET /containers/x/logs": Answer(chunks=(FRAME,), then="hang")})
    stream = engine.logs("x", follow=True)
    assert next(stream) == (1, b"hi")
    stream.close()  # type: ignore[attr-defined]
    assert server.left.wait(60)


def test_a_refusal_in_the_middle_of_an_upload_is_heard(serve: Serve) -> None:
    engine, _ = engine_with(
        serve, {"PUT /containers/x/archive": Answer(404, {"message": "Could not find the file /no in container x"})}
    )
    assert code(lambda: engine.put_files("x", "/no", (File("big", b"x" * 5_000_000),))) == "file.not_found"


@pytest.mark.parametrize("body", [b"", b"no tar at all", b"\0" * 100, b"x" * 2000])
def test_an_archive_that_is_none(serve: Serve, body: bytes) -> None:
    engine, _ = engine_with(serve, {"GET /containers/x/archive": Answer(body=body, kind="application/x-tar")})
    for call in (lambda: engine.get_file("x", "/a"), lambda: engine.stat("x", "/a")):
        try:
            assert call() is None
        except DevboxError as error:
            assert error.code == "engine.error"


@pytest.mark.parametrize("listed", [None, [], {}, [{}], [{"Id": None, "Names": None, "Ports": [None], "Mounts": [7]}]])
def test_odd_lists_are_borne(serve: Serve, listed: Any) -> None:
    answer = Answer(body=json.dumps(listed), kind="application/json")
    engine, _ = engine_with(
        serve, {"GET /containers/json": answer, "GET /networks": answer, "GET /volumes": answer, "GET /info": answer}
    )
    engine.containers({})
    engine.networks({})
    engine.volumes({})
    assert engine.info().version == VERSION["Version"]


def test_a_stop_event_is_not_needed_to_close(serve: Serve) -> None:
    engine, _ = engine_with(serve, {})
    engine.close()
    assert engine.ping() is True


UPGRADED = Answer(raw=b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n", then="echo")
EXEC: dict[str, Route] = {
    "POST /containers/x/exec": Answer(201, {"Id": "e"}),
    "POST /exec/e/start": UPGRADED,
    "GET /exec/e/json": Answer(body={"ExitCode": 7}),
}


@pytest.mark.parametrize("size", [1, 100_000, 3_000_000])
def test_a_command_hears_the_end_of_its_input(serve: Serve, size: int) -> None:
    engine, _ = engine_with(serve, EXEC)
    result = engine.exec("x", ("cat",), stdin=b"x" * size)
    assert (result.exit_code, len(result.stdout)) == (7, size)


def test_output_that_comes_with_the_answers_head_is_not_lost(serve: Serve) -> None:
    head = UPGRADED.raw or b""
    engine, _ = engine_with(serve, {**EXEC, "POST /exec/e/start": Answer(raw=head + FRAME)})
    assert engine.exec("x", ("true",)).stdout == b"hi"


def test_a_command_that_the_engine_does_not_find_is_127(serve: Serve) -> None:
    refused = Answer(400, {"message": 'OCI runtime exec failed: exec: "no": executable file not found in $PATH'})
    engine, _ = engine_with(serve, {**EXEC, "POST /exec/e/start": refused})
    assert engine.exec("x", ("no",)).exit_code == 127


def test_a_command_whose_engine_freezes_is_reported_soon(serve: Serve) -> None:
    head = UPGRADED.raw or b""
    engine, server = engine_with(serve, {**EXEC, "POST /exec/e/start": Answer(raw=head + FRAME, then="hang")})
    stream = engine.exec_stream("x", ("sleep",), stdin=True)
    assert stream.read() == (1, b"hi")
    server.frozen.set()
    assert code(stream.read) == "engine.timeout"


def test_a_command_whose_engine_dies_has_no_exit_status(serve: Serve) -> None:
    engine, server = engine_with(
        serve, {**EXEC, "POST /exec/e/start": Answer(raw=(UPGRADED.raw or b"") + FRAME, then="hang")}
    )
    stream = engine.exec_stream("x", ("sleep",))
    assert stream.read() == (1, b"hi")
    server.die()
    try:
        assert stream.read() is None
    except DevboxError as error:
        assert error.code == "engine.unreachable"
    assert code(stream.exit_code) == "engine.unreachable"
