"""What transports raise, as devbox errors: the SDK's, requests', http.client's and the system's exceptions."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl

import pytest
import requests
import urllib3
from docker import errors as docker_errors

from devbox.engine.api import Endpoint
from devbox.engine.translate import Translating, from_exception, message_of
from devbox.errors import DevboxError, Interrupted

UNIX = Endpoint("unix:///x.sock", "default")


def requested(inner: Exception) -> Exception:
    """As `requests` wraps what urllib3 wraps."""
    return requests.exceptions.ConnectionError(urllib3.exceptions.ProtocolError("Connection aborted.", inner))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FileNotFoundError(2, "No such file"), "engine.unreachable"),
        (requested(FileNotFoundError(2, "No such file")), "engine.unreachable"),
        (PermissionError(13, "Permission denied"), "engine.permission"),
        (requested(PermissionError(13, "Permission denied")), "engine.permission"),
        (ConnectionRefusedError(111, "refused"), "engine.unreachable"),
        (requested(ConnectionResetError(104, "reset")), "engine.unreachable"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "engine.unreachable"),
        (OSError("AF_UNIX path too long"), "engine.unreachable"),
        (socket.gaierror(-2, "Name or service not known"), "engine.unreachable"),
        (requests.exceptions.ConnectTimeout("slow"), "engine.unreachable"),
        (requests.exceptions.ReadTimeout("slow"), "engine.timeout"),
        (TimeoutError("timed out"), "engine.timeout"),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), "engine.tls"),
        (ssl.SSLCertVerificationError(1, "CERTIFICATE_VERIFY_FAILED"), "engine.tls"),
        (requests.exceptions.SSLError(ssl.SSLError(1, "unknown ca")), "engine.tls"),
        (http.client.IncompleteRead(b"x"), "engine.unreachable"),
        (http.client.RemoteDisconnected("closed"), "engine.unreachable"),
        (requests.exceptions.ChunkedEncodingError("broken"), "engine.unreachable"),
        (http.client.BadStatusLine("SSH-2.0"), "engine.not_docker"),
        (docker_errors.TLSParameterError("no file"), "tls.missing"),
        (docker_errors.InvalidConfigFile("bad"), "config.corrupt"),
        (
            docker_errors.InvalidVersion("API versions below 1.24 are no longer supported by this library."),
            "engine.api_mismatch",
        ),
        (docker_errors.DockerException("Invalid bind address format: x"), "endpoint.invalid"),
        (docker_errors.DockerException("Install paramiko package to enable ssh:// support"), "endpoint.invalid"),
        (ConnectionError("ssh: Permission denied (publickey)."), "engine.unreachable"),
        (ValueError("something new"), "engine.error"),
    ],
)
def test_each_has_a_code(error: Exception, code: str) -> None:
    found = from_exception(UNIX, error)
    assert found.code == code
    assert found.message
    assert "\n" not in found.message
    assert found.cures


def test_no_other_exception_leaves() -> None:
    with pytest.raises(DevboxError) as caught, Translating(UNIX):
        raise RuntimeError("from somewhere deep")
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_ours_and_interrupts_pass_as_they_are() -> None:
    ours = DevboxError("x.y", "said")
    with pytest.raises(DevboxError) as caught, Translating(UNIX):
        raise ours
    assert caught.value is ours
    with pytest.raises(Interrupted), Translating(UNIX):
        raise Interrupted


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"message": " boom "}', "boom"),
        (b'{"message": 7}', '{"message": 7}'),
        (b"[]", "[]"),
        (b" plain text\n", "plain text"),
        (b"\xff", "�"),
        (b"", ""),
    ],
)
def test_the_engines_own_words(body: bytes, text: str) -> None:
    assert message_of(body) == text


@pytest.mark.parametrize(
    ("number", "code"), [(2, "engine.unreachable"), (231, "engine.unreachable"), (5, "engine.permission")]
)
def test_a_windows_pipes_errors_are_known_by_their_numbers(number: int, code: str) -> None:
    error = type("error", (Exception,), {"__module__": "pywintypes", "winerror": number})(number, "CreateFile", "…")
    pipe = Endpoint("npipe:////./pipe/docker_engine", "default")
    with pytest.raises(DevboxError) as caught, Translating(pipe):
        raise error
    assert caught.value.code == code
