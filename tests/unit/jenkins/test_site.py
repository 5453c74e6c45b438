"""A Jenkins asked over HTTP: short, without proxies, redirects or cookies, and never with an exception."""

import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devbox.jenkins import site
from devbox.jenkins.site import NOTHING, Answer, Site
from tests.unit.jenkins.stage import LOADING, OPEN, PASSWORD, READY, RESET, Web


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.close()


def test_an_answer_has_its_status_and_both_headers(web: Web) -> None:
    web.listen()
    assert Site(web.url).get("/login") == Answer(200, "2.555.1", "5e55104a")
    web.phase = LOADING
    assert Site(web.url).get("/login") == Answer(503, "2.555.1", "5e55104a")


def test_the_password_goes_along_only_when_asked_for(web: Web) -> None:
    web.listen()
    ours = Site(web.url, PASSWORD)
    assert [ours.get("/api/json", signed_in=True).status, ours.get("/api/json").status] == [200, 403]
    assert Site(web.url, "another").get("/api/json", signed_in=True).status == 401
    assert Site(web.url).get("/api/json", signed_in=True).status == 403
    assert web.asked == [("/api/json", True), ("/api/json", False), ("/api/json", True), ("/api/json", False)]


def test_a_password_that_is_not_ascii_is_asked_with_all_the_same(web: Web) -> None:
    web.listen()
    assert Site(web.url, "пароль").get("/api/json", signed_in=True).status == 401


def test_a_redirect_is_not_followed(web: Web) -> None:
    web.listen()
    web.login = 302
    assert Site(web.url).get("/login").status == 302
    assert len(web.asked) == 1


def test_no_proxy_of_the_environment_comes_between(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    web.listen()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert Site(web.url).get("/login").status == 200


def test_a_refused_port_and_a_reset_connection_are_no_answer(web: Web) -> None:
    assert Site(web.url).get("/login") == NOTHING
    web.listen()
    web.phase = RESET
    assert Site(web.url).get("/login") == NOTHING
    web.phase = OPEN
    assert Site(web.url).get("/login").status == 200


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a port that accepts and says nothing: Jetty while it binds."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_port_that_accepts_and_says_nothing_is_given_up(silent: str) -> None:
    assert site.TIMEOUT <= 1, "a request that Jetty swallows while it binds must not cost more"
    assert Site(silent).get("/login", timeout=0.05) == NOTHING


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.booleans())
def test_whatever_a_port_says_is_an_answer_or_none(reply: bytes, http: bool) -> None:
    """Something else may listen there: a mail server, a program that writes garbage."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def speak() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                connection.sendall((b"HTTP/1.1 " if http else b"") + reply)

        thread = threading.Thread(target=speak, daemon=True)
        thread.start()
        answer = Site(f"http://127.0.0.1:{listening.getsockname()[1]}", "x").get("/login", signed_in=True)
        thread.join(60)
    assert answer == NOTHING or 100 <= answer.status <= 999


def test_a_base_url_with_a_prefix_keeps_it(web: Web) -> None:
    web.prefix = "/jenkins"
    web.phase = READY
    web.listen()
    assert Site(web.url).get("/login").status == 200
    assert web.asked == [("/jenkins/login", False)]
