"""Jenkins' HTTP as its administrator: sign-in, crumb and session, the two parts of an upload, answers that are none."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from devbox.errors import DevboxError
from devbox.jenkins.client import Client, Late, Reply, excerpt
from tests.unit.jenkins.fake_jenkins import Fake, fake_jenkins


@pytest.fixture
def jenkins() -> Iterator[Fake]:
    with fake_jenkins() as fake:
        yield fake


def test_a_post_carries_sign_in_crumb_and_session_below_the_prefix(jenkins: Fake) -> None:
    jenkins.answers["/scriptText"] = (200, {}, b"hi")
    client = jenkins.client()
    assert client.post("/scriptText", {"script": "é&="}).text == "hi"
    assert client.post("/scriptText", {"script": "2"}).text == "hi"
    first, second = jenkins.posts()
    assert first[1] == "/ci/scriptText" and first[3] == b"script=%C3%A9%26%3D"
    assert first[2]["jenkins-crumb"] == second[2]["jenkins-crumb"] == "c1"
    assert sum(path.endswith("/crumbIssuer/api/json") for _, path, _, _ in jenkins.asked) == 1


def test_a_crumb_of_an_earlier_life_is_asked_for_again_and_none_is_fine(jenkins: Fake) -> None:
    jenkins.answers["/scriptText"] = (200, {}, b"hi")
    client = jenkins.client()
    client.post("/scriptText", {})
    jenkins.crumb, jenkins.session = (".crumb", "c2"), "s2"
    assert client.post("/scriptText", {}).status == 200
    jenkins.crumb = None
    assert jenkins.client().post("/scriptText", {}).status == 200


def test_a_token_that_jenkins_has_forgotten_gives_way_to_the_password(jenkins: Fake) -> None:
    jenkins.answers["/api/json"] = (200, {}, b"{}")
    assert jenkins.client(token="old").json("/api/json") == {}
    assert [headers["authorization"][:8] for _, _, headers, _ in jenkins.asked] == ["Basic YW", "Basic YW"]
    with pytest.raises(DevboxError) as caught:
        jenkins.client(password="wrong").json("/api/json")
    assert caught.value.code == "jenkins.denied" and "wrong" not in str(caught.value.cause)


def test_an_upload_has_two_parts_with_the_file_as_it_is(jenkins: Fake, tmp_path: Path) -> None:
    jenkins.answers["/pluginManager/uploadPlugin"] = (302, {"Location": "updates/"}, b"")
    file = tmp_path / 'my "plü.hpi'
    file.write_bytes(bytes(range(256)) * 3000)
    assert jenkins.client().upload("/pluginManager/uploadPlugin", file).status == 302
    ((_, _, headers, body),) = jenkins.posts()
    mark = headers["content-type"].split("boundary=")[1].encode()
    head, first, second, end = body.split(b"--" + mark)
    assert (head, end) == (b"", b"--\r\n")
    assert first.startswith(b'\r\nContent-Disposition: form-data; name="name"; filename="my %22pl%C3%BC.hpi"\r\n')
    assert first.split(b"\r\n\r\n", 1)[1] == file.read_bytes() + b"\r\n"
    assert second == b'\r\nContent-Disposition: form-data; name="pluginUrl"\r\n\r\n\r\n'


@pytest.mark.parametrize("answer", [(200, {}, b"<html>"), (200, {}, b"[1]"), (500, {}, b"{}"), (404, {}, b"")])
def test_what_is_no_json_is_told(jenkins: Fake, answer: tuple[int, dict[str, str], bytes]) -> None:
    jenkins.answers["/api/json"] = answer
    with pytest.raises(DevboxError) as caught:
        jenkins.client().json("/api/json")
    assert caught.value.code == "jenkins.unexpected"


def test_nobody_there_and_one_who_hangs_up() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = Client(f"http://127.0.0.1:{free.getsockname()[1]}", "x")
    with pytest.raises(DevboxError) as caught:
        dead.get("/api/json")
    assert (caught.value.code, caught.value.retryable) == ("jenkins.unreachable", True)


def test_one_who_takes_a_request_and_does_not_answer() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        slow = Client(f"http://127.0.0.1:{silent.getsockname()[1]}", "x")
        with pytest.raises(Late, match=r"has not answered within 0\.1 s") as caught:
            slow.get("/scriptText", timeout=0.1)
    assert (caught.value.code, caught.value.path) == ("jenkins.unreachable", "/scriptText")


EXCERPTS = {
    "a header of Jenkins' own": (Reply(400, {"x-error": "no"}, b"<p>page</p>"), "no"),
    "the exception of a trace": (
        Reply(500, {}, b"<h1>Oops!</h1><pre>x\njava.lang.IOException: not &lt;this&gt;\n\tat a.b(C.java)</pre>"),
        "java.lang.IOException: not <this>",
    ),
    "plain words": (Reply(403, {}, b"<head><title>x</title></head><p>No  valid\ncrumb</p>"), "No valid crumb"),
    "nothing": (Reply(500, {}, b""), None),
}


@pytest.mark.parametrize(("reply", "said"), EXCERPTS.values(), ids=list(EXCERPTS))
def test_what_a_page_says(reply: Reply, said: str | None) -> None:
    assert excerpt(reply) == said
