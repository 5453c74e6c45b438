"""The one place where what the SDK, `requests`, `http.client` and sockets raise becomes a `DevboxError`."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import sys
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType

from devbox.engine.api import Endpoint
from devbox.engine.faults import explain
from devbox.errors import Cure, DevboxError

_WHICH = Cure("See which engine is asked, and what chose it.", "devbox config")
_ITSELF = Cure("See what the engine says of itself.", "docker info")
_UNSET = Cure("Use the local engine instead.", "unset DOCKER_HOST DOCKER_TLS_VERIFY DOCKER_CERT_PATH")
_DEFAULT_CONTEXT = Cure("Use the default context instead.", "docker context use default")

START = {
    "linux": Cure("Start Docker.", "sudo systemctl start docker"),
    "darwin": Cure("Start Docker Desktop, or your VM.", "open -a Docker || colima start"),
    "win32": Cure("Start Docker Desktop."),
}
"""How an engine is started, by `sys.platform`."""

RESTART = {
    "linux": Cure("Restart Docker.", "sudo systemctl restart docker"),
    "darwin": Cure("Restart Docker Desktop, or your VM.", "colima restart"),
    "win32": Cure("Restart Docker Desktop."),
}

_BY_RULE = {
    "DOCKER_HOST": _UNSET,
    "DOCKER_CONTEXT": Cure("Use the default context instead.", "unset DOCKER_CONTEXT"),
    "current context": _DEFAULT_CONTEXT,
}

_STATUS = {401: "engine.denied", 403: "engine.denied", 404: "engine.no_such_object", 409: "engine.conflict"}

_BY_REASON = {
    "silent": "The Docker Engine at {url} hangs: it takes connections and does not answer.",
    "limit": "The Docker Engine at {url} did not finish in time, though it still answers.",
    "stopped": "The request to the Docker Engine was given up.",
}

_SDK = (
    ("TLSParameterError", (), "tls.missing", "The TLS files for {url} cannot be used."),
    ("InvalidConfigFile", (), "config.corrupt", "The docker CLI's config.json cannot be used."),
    ("DockerException", ("bind address", "protocol", "Install"), "endpoint.invalid", "{url} cannot be used."),
)
"""The SDK's exceptions from its constructor: class, words in the text, code, message."""

_BROKEN = (http.client.IncompleteRead, http.client.RemoteDisconnected, ConnectionError, BrokenPipeError)
_BROKEN_NAMES = ("IncompleteRead", "ProtocolError", "ChunkedEncodingError", "RemoteDisconnected")


class Translating:
    """A context manager: an `Exception` of the transport leaves it as a `DevboxError`; the rest passes.

    `reason` tells whether the request was ended by its own watch.
    """

    def __init__(self, endpoint: Endpoint, reason: Callable[[], str | None] = lambda: None) -> None:
        self._endpoint, self._reason = endpoint, reason

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        if isinstance(error, Exception) and not isinstance(error, DevboxError):
            reason = self._reason()
            raise (ended(self._endpoint, reason) if reason else from_exception(self._endpoint, error)) from error


_WIN_ACCESS_DENIED = 5
_WIN_NOBODY = (2, 53, 231)
"""No such pipe, no such computer, every instance of the pipe is busy (winerror.h)."""


def from_exception(endpoint: Endpoint, error: Exception) -> DevboxError:
    """What a transport's exception means; the innermost one that is known decides."""
    chain = list(_chain(error))
    for known in (_by_ssh, _by_sdk, _by_tls, _by_socket, _by_protocol):
        for inner in reversed(chain):
            found = known(endpoint, inner)
            if found:
                return found
    return DevboxError("engine.error", "The Docker Engine could not be asked.", cause=_text(error), cures=(_WHICH,))


def ended(endpoint: Endpoint, reason: str) -> DevboxError:
    """The error of a request that its watch ended."""
    if reason == "stopped":
        return DevboxError("engine.stopped", _BY_REASON[reason])
    message = _BY_REASON[reason].format(url=endpoint.url)
    return DevboxError("engine.timeout", message, cures=(_restart(),), retryable=True)


def http_error(
    endpoint: Endpoint,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    about: Mapping[str, str] | None = None,
    scope: str = "",
) -> DevboxError:
    """What an answer with an error status means: JSON `message`, or the plain text that old engines send."""
    text = message_of(body)
    match = explain(text, scope)
    if match:
        return match.error(text, about)
    if "html" in headers.get("content-type", "") or text.lstrip().startswith("<"):
        return not_docker(endpoint, body, headers.get("content-type", ""))
    return DevboxError(
        _STATUS.get(status, "engine.error"),
        f"The Docker Engine refused: {_first_line(text) or f'HTTP status {status}'}",
        cause=text.strip() or f"HTTP status {status}",
        cures=(_ITSELF,),
        retryable=status in (502, 503, 504),
    )


def not_docker(endpoint: Endpoint, body: bytes, kind: str) -> DevboxError:
    """The error for an answer that no Docker Engine gives."""
    shown = _first_line(body[:300].decode("utf-8", "replace"))[:120]
    return DevboxError(
        "engine.not_docker",
        f"What answers at {endpoint.url} is no Docker Engine (or one that is still starting).",
        cause=f"{kind or 'no content type'}: {shown or 'an empty answer'}",
        cures=(*_by_rule(endpoint), _WHICH),
    )


def message_of(body: bytes) -> str:
    """The engine's own words in an error's body."""
    text = body.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text.strip()
    said = value.get("message") if isinstance(value, dict) else None
    return said.strip() if isinstance(said, str) else text.strip()


def unreachable(endpoint: Endpoint, message: str, cause: str) -> DevboxError:
    """The error for an engine that is not there."""
    cures = (*_by_rule(endpoint), *(() if endpoint.publish is None else (_start(),)), _WHICH)
    return DevboxError("engine.unreachable", message, cause=cause, cures=cures, retryable=True)


def _by_ssh(endpoint: Endpoint, error: BaseException) -> DevboxError | None:
    text = _text(error)
    if not text.startswith("ssh: "):
        return None
    return unreachable(endpoint, f"{endpoint.url} cannot be reached over ssh.", text.removeprefix("ssh: "))


def _by_sdk(endpoint: Endpoint, error: BaseException) -> DevboxError | None:
    if not type(error).__module__.startswith("docker."):
        return None
    text = str(error)
    match = explain(text)
    if match:
        return match.error(text)
    for name, words, code, message in _SDK:
        if type(error).__name__ == name and (not words or any(word in text for word in words)):
            cures = (*_by_rule(endpoint), _WHICH)
            return DevboxError(code, message.format(url=endpoint.url), cause=text, cures=cures)
    return None


def _by_tls(endpoint: Endpoint, error: BaseException) -> DevboxError | None:
    if not isinstance(error, ssl.SSLError):
        return None
    cures = (
        Cure("Check DOCKER_TLS_VERIFY and DOCKER_CERT_PATH (or the context's certificates), and the clock."),
        Cure("For a docker-machine VM, make the certificates again.", "docker-machine regenerate-certs default"),
    )
    return DevboxError("engine.tls", f"TLS with {endpoint.url} failed.", cause=_text(error), cures=cures)


def _by_socket(endpoint: Endpoint, error: BaseException) -> DevboxError | None:
    url, text = endpoint.url, _text(error)
    if isinstance(error, PermissionError):
        cures = (Cure("Join the group docker, and sign in again.", "sudo usermod -aG docker $USER"),)
        return DevboxError("engine.permission", f"This user may not use {url}.", cause=text, cures=cures)
    if isinstance(error, FileNotFoundError):
        if url.startswith("ssh://"):
            return unreachable(endpoint, "There is no ssh client on this machine.", text)
        return unreachable(endpoint, f"No Docker Engine there: {url} does not exist.", text)
    if isinstance(error, ConnectionRefusedError):
        return unreachable(endpoint, f"No Docker Engine listens at {url}.", text)
    if type(error).__module__ == "pywintypes":
        return _by_pipe(endpoint, error)
    if isinstance(error, socket.gaierror):
        return unreachable(endpoint, f"The host of {url} is not known.", text)
    if type(error).__name__ in ("ConnectTimeout", "ConnectTimeoutError"):
        return unreachable(endpoint, f"The host of {url} does not answer.", text)
    if isinstance(error, TimeoutError) or type(error).__name__ in ("ReadTimeout", "ReadTimeoutError"):
        return ended(endpoint, "silent")
    return None


def _by_pipe(endpoint: Endpoint, error: BaseException) -> DevboxError | None:
    """A Windows pipe's errors are no `OSError`; their words are in the user's language, their numbers are not."""
    number, text = getattr(error, "winerror", None), _text(error)
    if number == _WIN_ACCESS_DENIED:
        cures = (Cure("Join the group docker-users, and sign in again."),)
        return DevboxError("engine.permission", f"This user may not use {endpoint.url}.", cause=text, cures=cures)
    if number in _WIN_NOBODY:
        return unreachable(endpoint, f"No Docker Engine listens at {endpoint.url}.", text)
    return None


def _by_protocol(endpoint: Endpoint, error: BaseException) -> DevboxError | None:
    text = _text(error)
    if isinstance(error, _BROKEN) or type(error).__name__ in _BROKEN_NAMES:
        return unreachable(endpoint, f"The Docker Engine at {endpoint.url} broke the connection off.", text)
    if isinstance(error, http.client.HTTPException | UnicodeDecodeError) or type(error).__name__ == "InvalidHeader":
        return not_docker(endpoint, text.encode(), "no HTTP")
    if isinstance(error, OSError) and type(error).__module__ == "builtins":
        return unreachable(endpoint, f"{endpoint.url} cannot be reached.", text)
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it carries: cause, context, arguments (`requests` does that), `reason` (`urllib3`)."""
    seen: set[int] = set()
    todo: list[BaseException] = [error]
    while todo:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
        todo += [other for other in inner if isinstance(other, BaseException)]


def _by_rule(endpoint: Endpoint) -> tuple[Cure, ...]:
    cure = _BY_RULE.get(endpoint.rule)
    return (cure,) if cure else ()


def _start() -> Cure:
    return START.get(sys.platform, START["linux"])


def _restart() -> Cure:
    return RESTART.get(sys.platform, RESTART["linux"])


def _text(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0].strip() if text.strip() else ""
