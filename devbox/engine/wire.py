"""Requests to an engine in a negotiated API version: each one watched, each failure a `DevboxError`."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any
from urllib.parse import quote, urlencode

from devbox.engine import translate
from devbox.engine.api import Endpoint, Flag
from devbox.engine.transport import Exchange, Request, Socket, Transport
from devbox.engine.watch import LOCAL, SSH, Patience, Watch

LIMIT = 30.0
"""Seconds for a call that only reads or notes something."""

SLOW = 120.0
"""Seconds for a call that makes the engine work: create, start, remove, unpack."""

_PIECE = 1 << 16
_HEADERS = {"User-Agent": "devbox", "Accept-Encoding": "identity"}


class Wire:
    """An engine's HTTP API. `api` is the version that requests are made in, "" for the paths without one."""

    def __init__(self, transport: Transport, endpoint: Endpoint, patience: Patience | None = None) -> None:
        self.endpoint = endpoint
        self.api = ""
        self._transport = transport
        self._patience = patience or (SSH if endpoint.url.startswith("ssh://") else LOCAL)

    def ping(self) -> bool:
        """Whether `/_ping` answers in time, all of it."""
        exchange = self._transport.exchange()
        wait = self._patience.ping
        late = threading.Event()

        def end() -> None:  # an answer that drips outlives every time-out of a read
            late.set()  # first: a head that is cut off passes for a whole one
            exchange.abort()

        timer = threading.Timer(wait, end)
        timer.daemon = True
        timer.start()
        try:
            exchange.send(Request("GET", "/_ping", _HEADERS, None, wait, wait))
            while exchange.read1(_PIECE):
                pass
            return exchange.status == 200 and not late.is_set()
        except Exception:
            return False
        finally:
            timer.cancel()
            exchange.close()

    def json(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: object = None,
        limit: float = LIMIT,
        about: Mapping[str, str] | None = None,
        whole: bool = False,
    ) -> Any:
        """The answer's JSON value, None for an empty answer. `about` fills the blanks of error messages.

        `whole`: the answer is short, and a part of it is no sign of life.

        Raises `DevboxError`; `engine.not_docker` when the answer is no JSON.
        """
        with self.open(method, path, params=params, body=body, limit=limit, about=about, whole=whole) as call:
            text = call.all()
            kind = call.headers.get("content-type", "")
        if not text.strip():
            return None
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise translate.not_docker(self.endpoint, text, kind) from None

    def open(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: object = None,
        data: Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        limit: float | None = LIMIT,
        stop: Flag | None = None,
        about: Mapping[str, str] | None = None,
        scope: str = "",
        whole: bool = False,
    ) -> Call:
        """Send, and give the answer as a stream; raises what an error status means. `limit` None: while pings come."""
        sent = {**_HEADERS, **(headers or {})}
        content: bytes | Iterable[bytes] | None = data
        if body is not None:
            content = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        elif data is None and method == "POST":
            content = b""
        target = self.target(path, params)
        request = Request(method, target, sent, content, self._patience.connect, None if limit is None else limit + 10)
        exchange = self._transport.exchange(upgrade="Upgrade" in sent)
        call = Call(self, exchange, limit, stop, about or {}, scope, whole=whole)
        call.send(request)
        return call

    def watch(self, exchange: Exchange, limit: float | None, stop: Flag | None) -> Watch:
        """A watch over this exchange."""
        return Watch(self.ping, exchange.abort, self._patience, limit=limit, stop=stop)

    def target(self, path: str, params: Mapping[str, Any] | None) -> str:
        """Path and query of a request in the negotiated version."""
        query = {name: _param(value) for name, value in (params or {}).items() if value is not None}
        version = f"/v{self.api}" if self.api else ""
        return version + path + (f"?{urlencode(query)}" if query else "")

    def close(self) -> None:
        """Drop idle connections."""
        self._transport.close()


class Call:
    """One watched request: a context manager over its answer."""

    def __init__(
        self,
        wire: Wire,
        exchange: Exchange,
        limit: float | None,
        stop: Flag | None,
        about: Mapping[str, str],
        scope: str,
        *,
        whole: bool = False,
    ) -> None:
        self._whole = whole
        self._endpoint = wire.endpoint
        self._exchange = exchange
        self._watch = wire.watch(exchange, limit, stop)
        self._about, self._scope = about, scope

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._exchange.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers, names in lower case."""
        return self._exchange.headers

    def send(self, request: Request) -> None:
        """Send, and raise what an error status means."""
        self._watch.start()
        try:
            with self.translated():
                self._exchange.send(request)
            self.beat()
            if self.status >= 400:
                raise translate.http_error(
                    self._endpoint, self.status, self.headers, self.all(), about=self._about, scope=self._scope
                )
        except BaseException:
            self.close()
            raise

    def pieces(self) -> Iterator[bytes]:
        """The body as it comes; raises `engine.unreachable` when it breaks off."""
        while True:
            with self.translated():
                piece = self._exchange.read1(_PIECE)
            self.beat()
            if not piece:
                self.check()
                return
            yield piece

    def all(self) -> bytes:
        """The whole body."""
        return b"".join(self.pieces())

    def hijack(self) -> tuple[IO[bytes], Socket]:
        """Reader and socket of an upgraded connection; read within `translated`, and `beat` after each piece."""
        return self._exchange.raw()

    def beat(self) -> None:
        """Something came."""
        if not self._whole:
            self._watch.beat()

    def check(self) -> None:
        """Raise if the watch ended the request: an end that it made must not pass for the engine's."""
        if self._watch.reason:
            raise translate.ended(self._endpoint, self._watch.reason)

    def translated(self) -> translate.Translating:
        """Turns what the transport raises into a `DevboxError`, with the watch's reason where it ended the request."""
        return translate.Translating(self._endpoint, lambda: self._watch.reason)

    def close(self) -> None:
        """End the watch and the exchange."""
        self._watch.finish()
        self._exchange.close()

    def __enter__(self) -> Call:
        return self

    def __exit__(self, *_args: object) -> None:
        self.close()


def segment(name: str) -> str:
    """A name as one part of a path; slashes and colons of image names stay."""
    return quote(name, safe="/:")


def _param(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, dict) else str(value)
