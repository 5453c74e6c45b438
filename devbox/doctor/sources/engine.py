"""The engine, asked three things side by side, and what it means when it does not answer them."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Any

from devbox.doctor.facts import EngineFacts, Missing, Reach, Where
from devbox.doctor.host import HostView, Rejected, Reply, Unanswered
from devbox.doctor.sources.together import together
from devbox.engine.api import Endpoint
from devbox.engine.window import parse_api

SECONDS = 2.8
"""How long an engine may take to answer: what takes longer hangs."""
SSH_SECONDS = 15.0
_OTHER_SECONDS = 1.5

_CERTIFICATES = (("tls.expired", (9, 10)), ("tls.name", (62, 63, 64)))
"""OpenSSL's X509_V_ERR numbers; the rest is a certificate that nobody trusted vouches for."""

_WIN_ACCESS_DENIED = 5

_TLS_WORDS = (
    ("WRONG_VERSION_NUMBER", "tls.not-wanted"),
    ("HTTP_REQUEST", "tls.not-wanted"),
    ("RECORD_LAYER_FAILURE", "tls.not-wanted"),
    ("PACKET_LENGTH_TOO_LONG", "tls.not-wanted"),
    ("CERTIFICATE_REQUIRED", "tls.client"),
    ("BAD_CERTIFICATE", "tls.client"),
    ("UNKNOWN_CA", "tls.client"),
    ("CERTIFICATE_EXPIRED", "tls.client"),
    ("CERTIFICATE_UNKNOWN", "tls.client"),
    ("HANDSHAKE_FAILURE", "tls.client"),
)
"""Words of OpenSSL's reasons. An alert about a certificate is the engine's, about ours."""


def engine(host: HostView, where: Where) -> EngineFacts:
    """What the engine at the endpoint says."""
    if where.endpoint is None:
        return EngineFacts(Reach("no-endpoint"))
    endpoint, pin = where.endpoint, parse_api(host.env.get("DOCKER_API_VERSION", ""))
    asked = ["/_ping", "/version", "/info", *([f"/v{pin}/version"] if pin else [])]
    wait = SSH_SECONDS if endpoint.url.startswith("ssh://") else SECONDS
    answers = together([partial(host.ask, endpoint, target, wait) for target in asked], wait + 0.5)
    ping, version, info = answers[:3]
    reach = judge(host, endpoint, ping, version)
    if not reach.ok:
        return EngineFacts(reach)
    assert isinstance(version, Reply)
    return EngineFacts(
        reach,
        {**version.headers, **(ping.headers if isinstance(ping, Reply) else {})},
        _object(version.body) or {},
        _info(info),
        _refusal(answers[3]) if pin else "",
        _skew(host, version),
    )


def attempt(host: HostView, endpoint: Endpoint, target: str, seconds: float) -> Reply | Exception:
    """An answer, or what came in its place."""
    try:
        return host.ask(endpoint, target, seconds)
    except Exception as error:
        return error


def judge(host: HostView, endpoint: Endpoint, ping: Reply | Exception, version: Reply | Exception) -> Reach:
    """How asking ended. `/version` decides: a proxy may answer the ping."""
    reach = by_error(host, endpoint, version) if isinstance(version, Exception) else by_reply(version)
    if reach.case == "hang" and isinstance(ping, Reply):
        return Reach("hang", "/_ping answers, /version does not")
    if endpoint.url.startswith("tcp://") and reach.case in ("broken", "not-engine", "tls.other"):
        return _other_way(host, endpoint) or reach
    return reach


def _other_way(host: HostView, endpoint: Endpoint) -> Reach | None:
    """Whether it would answer with TLS instead of without, or the other way round."""
    if endpoint.tls is None:
        answer = attempt(host, replace(endpoint, tls=(None, None, None), tls_verify=False), "/_ping", _OTHER_SECONDS)
        speaks = isinstance(answer, Reply) or by_error(host, endpoint, answer).case == "tls.client"
        return Reach("tls.wanted", "it takes a TLS greeting, and no plain request") if speaks else None
    answer = attempt(host, replace(endpoint, tls=None), "/_ping", _OTHER_SECONDS)
    return (
        Reach("tls.not-wanted", "it takes a plain request, and no TLS greeting") if isinstance(answer, Reply) else None
    )


def by_reply(reply: Reply) -> Reach:
    """What answered."""
    from devbox.engine.faults import explain
    from devbox.engine.translate import message_of

    said = _readable(message_of(reply.body[:4096]))
    shown = f"HTTP {reply.status}, {reply.headers.get('content-type') or 'no content type'}: {said or 'empty'}"
    value = _object(reply.body)
    if reply.status == 200 and value and isinstance(value.get("ApiVersion"), str) and parse_api(value["ApiVersion"]):
        return Reach("ok")
    if "HTTP request to an HTTPS server" in said or "to a TLS-enabled daemon" in said:
        return Reach("tls.wanted", shown)
    if "authorization denied" in said:
        return Reach("denied", shown)
    if reply.status >= 400 and (known := explain(said)) and known.fault.code == "engine.api_mismatch":
        return Reach("api", shown)
    if reply.status in (502, 503, 504):
        return Reach("starting", shown)
    if reply.status == 500:
        return Reach("error-500", shown)
    return Reach("not-engine", shown)


def by_error(host: HostView, endpoint: Endpoint, error: Exception) -> Reach:
    """Why nothing answered; the innermost exception that is known decides."""
    # A time-out may be made of a connection that was shut down for it, a rejection of one that was broken off.
    known = [error] if isinstance(error, TimeoutError | Rejected) else reversed(list(_chain(error)))
    for inner in known:
        case = _case(host, endpoint, inner)
        if case:
            return Reach(case, _readable(str(inner) or type(inner).__name__))
    return Reach("unknown", _readable(str(error) or type(error).__name__))


def _case(host: HostView, endpoint: Endpoint, error: BaseException) -> str:
    if isinstance(error, ssl.SSLError):
        return _tls_case(error)
    if isinstance(error, Rejected):
        return "tls.client"
    if isinstance(error, TimeoutError):
        return "silent-host" if isinstance(error, Unanswered) else "hang"
    if isinstance(error, socket.gaierror):
        return "name"
    if str(error).startswith("ssh: "):
        return "ssh"
    if type(error).__module__ == "pywintypes":
        return "socket.denied" if getattr(error, "winerror", 0) == _WIN_ACCESS_DENIED else "socket.missing"
    return _socket_case(host, endpoint, error)


def _socket_case(host: HostView, endpoint: Endpoint, error: BaseException) -> str:
    local = endpoint.url.startswith("unix://")
    if isinstance(error, PermissionError):
        return "socket.denied"
    if isinstance(error, FileNotFoundError):
        return "socket.missing" if local else "ssh"
    if isinstance(error, ConnectionRefusedError):
        if not local:
            return "refused"
        return "socket.stale" if host.kind(socket_path(endpoint)) == "socket" else "socket.other"
    if isinstance(error, NotADirectoryError):
        return "socket.missing"
    text = str(error)
    if type(error).__name__ in ("BadStatusLine", "LineTooLong", "UnknownProtocol"):
        return "tls.wanted" if text.startswith("\x15\x03") else "not-engine"
    if type(error).__name__ in ("RemoteDisconnected", "IncompleteRead") or isinstance(error, ConnectionError):
        return "broken"
    if isinstance(error, OSError) and type(error).__module__ == "builtins":
        return "unreachable"
    return ""


def _tls_case(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return next((case for case, numbers in _CERTIFICATES if error.verify_code in numbers), "tls.untrusted")
    words = f"{getattr(error, 'reason', '')} {error}".upper().replace(" ", "_")
    return next((case for word, case in _TLS_WORDS if word in words), "tls.other")


def socket_path(endpoint: Endpoint) -> Path:
    """The path of a unix endpoint."""
    return Path(endpoint.url.removeprefix("unix://"))


def _info(reply: Reply | Exception) -> dict[str, Any] | Missing:
    if isinstance(reply, Exception):
        return Missing(f"/info: {_short(str(reply) or type(reply).__name__)}")
    value = _object(reply.body)
    return value if reply.status == 200 and value is not None else Missing(f"/info: HTTP {reply.status}")


def _refusal(reply: Reply | Exception) -> str:
    from devbox.engine.translate import message_of

    return _short(message_of(reply.body)) if isinstance(reply, Reply) and reply.status >= 400 else ""


def _skew(host: HostView, version: Reply) -> float | None:
    """By the answer's Date header, which every engine sends; to a second."""
    try:
        return parsedate_to_datetime(version.headers["date"]).timestamp() - host.now()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and those it came of, as `requests` and `urllib3` nest them."""
    todo, seen = [error], set[int]()
    while todo:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
        todo += [other for other in inner if isinstance(other, BaseException)]


_BYTES = 40
"""How much is shown of what is no text."""


def _readable(text: str) -> str:
    """The first line; a stranger's bytes, as http.client and the decoding leave them, as an escaped piece."""
    line = _short(text)
    strange = sum(not char.isprintable() or char == "\ufffd" or "\x80" <= char <= "\xff" for char in line)
    return ascii(line[:_BYTES]) if strange * 10 > len(line) else line


def _short(text: str) -> str:
    """The first line of a foreign text."""
    line = text.strip().splitlines()[0].strip() if text.strip() else ""
    return line if len(line) <= 200 else f"{line[:199]}…"
