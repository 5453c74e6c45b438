"""An engine behind TLS: both sides show certificates, and what does not fit is said."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import pytest

from devbox.engine.api import Endpoint
from devbox.engine.sdk import DockerEngine, connect
from devbox.errors import DevboxError
from tests.replay import Answer, ReplayServer, Route
from tests.unit.engine.conftest import QUICK
from tests.unit.engine.test_sdk_verbs import EXEC, FRAME, UPGRADED

ROUTES: dict[str, Route] = {"GET /containers/json": Answer(body=[]), **EXEC}


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two CAs (good, other), a server of the good one, and a client of each."""
    folder = tmp_path_factory.mktemp("certs")
    (folder / "ext").write_text("subjectAltName=IP:127.0.0.1\n")
    for ca in ("good", "other"):
        openssl(
            folder,
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            f"{ca}-key.pem",
            "-out",
            f"{ca}.pem",
            "-days",
            "2",
            "-subj",
            f"/CN={ca}",
        )
    for name, ca in (("server", "good"), ("client", "good"), ("stranger", "other")):
        openssl(
            folder,
            "req",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            f"{name}-key.pem",
            "-out",
            f"{name}.csr",
            "-subj",
            f"/CN={name}",
        )
        openssl(
            folder,
            "x509",
            "-req",
            "-in",
            f"{name}.csr",
            "-CA",
            f"{ca}.pem",
            "-CAkey",
            f"{ca}-key.pem",
            "-CAcreateserial",
            "-out",
            f"{name}.pem",
            "-days",
            "2",
            "-extfile",
            "ext",
        )
    return folder


@pytest.fixture
def server(certs: Path) -> ReplayServer:
    """A scripted engine that asks for a certificate of the good CA."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs / "server.pem", certs / "server-key.pem")
    context.load_verify_locations(certs / "good.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return ReplayServer(dict(ROUTES), tls=context)


def dial(
    server: ReplayServer, certs: Path, *, ca: str = "good", client: str | None = "client", verify: bool = True
) -> DockerEngine:
    pair = (str(certs / f"{client}.pem"), str(certs / f"{client}-key.pem")) if client else (None, None)
    return connect(
        Endpoint(server.url, "DOCKER_HOST", tls=(str(certs / f"{ca}.pem"), *pair), tls_verify=verify), patience=QUICK
    )


def test_both_sides_show_their_certificates(server: ReplayServer, certs: Path) -> None:
    with server:
        assert dial(server, certs).containers({}) == []


def test_the_engines_ca_counts_whatever_the_environment_says(
    server: ReplayServer, certs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certs / "other.pem"))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(certs / "other.pem"))
    with server:
        assert dial(server, certs).containers({}) == []


def test_an_engine_of_another_ca_is_not_believed(server: ReplayServer, certs: Path) -> None:
    with server, pytest.raises(DevboxError) as caught:
        dial(server, certs, ca="other")
    assert caught.value.code == "engine.tls"
    assert "CERTIFICATE_VERIFY_FAILED" in (caught.value.cause or "")


def test_without_verification_it_is(server: ReplayServer, certs: Path) -> None:
    with server:
        assert dial(server, certs, ca="other", verify=False).containers({}) == []


@pytest.mark.parametrize("client", [None, "stranger"])
def test_a_client_that_the_engine_does_not_know(server: ReplayServer, certs: Path, client: str | None) -> None:
    with server, pytest.raises(DevboxError) as caught:
        dial(server, certs, client=client)
    assert caught.value.code in ("engine.tls", "engine.unreachable")


@pytest.mark.parametrize("size", [1, 100_000, 3_000_000])
def test_a_command_hears_the_end_of_its_input(server: ReplayServer, certs: Path, size: int) -> None:
    with server:
        result = dial(server, certs).exec("x", ("cat",), stdin=b"x" * size)
    assert (result.exit_code, len(result.stdout)) == (7, size)


def test_output_that_comes_with_the_answers_head_is_not_lost(server: ReplayServer, certs: Path) -> None:
    server.routes["POST /exec/e/start"] = Answer(raw=(UPGRADED.raw or b"") + FRAME)
    with server:
        assert dial(server, certs).exec("x", ("true",)).stdout == b"hi"


def test_a_command_whose_engine_freezes_is_reported(server: ReplayServer, certs: Path) -> None:
    server.routes["POST /exec/e/start"] = Answer(raw=(UPGRADED.raw or b"") + FRAME, then="hang")
    with server:
        stream = dial(server, certs).exec_stream("x", ("sleep",), stdin=True)
        assert stream.read() == (1, b"hi")
        server.frozen.set()
        with pytest.raises(DevboxError) as caught:
            stream.read()
    assert caught.value.code == "engine.timeout"
