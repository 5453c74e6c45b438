"""Jenkins' HTTP as its administrator uses it: signed in, with the crumb and the session that it belongs to.

Old cores want the crumb even with an API token, current ones the session's cookie with the crumb; an upload passes
with both everywhere. Standard library, no proxies, no redirects; the prefix is part of the URL.
"""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from devbox.errors import Cure, DevboxError
from devbox.frozen import dataclass
from devbox.jenkins.site import USER

CONNECT = 10.0
"""Seconds to connect and for the first questions."""

TIMEOUT = 60.0
"""Seconds for an answer, unless a call says otherwise."""

CHUNK = 1 << 18
LONGEST = 64 << 20
"""Bytes of an answer that are read at most."""


@dataclass(frozen=True)
class Reply:
    """An answer: status, headers by their name in lower case, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


class Late(DevboxError):
    """Jenkins has the whole request for `path`, and has not answered in time: whatever it does, it may still do."""

    def __init__(self, url: str, path: str, timeout: float | None) -> None:
        within = f" within {timeout:g} s" if timeout else ""
        super().__init__(
            "jenkins.unreachable",
            f"Jenkins at {url} has not answered{within}",
            cures=(Cure("see what it says", "devbox logs"),),
            retryable=True,
        )
        self.path = path


class Client:
    """One administrator of the Jenkins at `url` (with its prefix). Without a password: nobody, as under `--no-auth`.

    Every call raises `jenkins.unreachable` where nothing answers (`Late` where Jenkins has the request, but does not
    answer in time) and `jenkins.denied` where the sign-in is refused.
    """

    def __init__(self, url: str, password: str | None = None, token: str | None = None) -> None:
        self.url = url
        self._secrets = [secret for secret in (token, password) if secret]
        self._cookies: dict[str, str] = {}
        self._crumb: dict[str, str] | None = None

    def get(self, path: str, *, timeout: float = TIMEOUT) -> Reply:
        """GET a path below the URL, whatever the status."""
        return self._signed("GET", path, {}, None, timeout)

    def json(self, path: str) -> dict[str, Any]:
        """GET JSON; raises `jenkins.unexpected` for anything else."""
        reply = self.get(path)
        try:
            found = json.loads(reply.body) if reply.status == 200 else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise unexpected(path, reply)
        return found

    def post(self, path: str, fields: Mapping[str, str], *, timeout: float | None = TIMEOUT) -> Reply:
        """POST a form."""
        body = urlencode(fields).encode()
        kind = "application/x-www-form-urlencoded; charset=UTF-8"
        return self._crumbed(path, {"Content-Type": kind}, lambda: [body], len(body), timeout)

    def upload(self, path: str, file: Path) -> Reply:
        """POST a file as Jenkins' own page does: two parts, the second one an empty text."""
        mark = "devbox-5f0c6b7e9d"
        name = quote(file.name, safe=" !#$&+-.^_`~")
        head = f'--{mark}\r\nContent-Disposition: form-data; name="name"; filename="{name}"\r\n'
        head += "Content-Type: application/octet-stream\r\n\r\n"
        tail = f'\r\n--{mark}\r\nContent-Disposition: form-data; name="pluginUrl"\r\n\r\n\r\n--{mark}--\r\n'
        size = file.stat().st_size
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        return self._crumbed(path, kind, lambda: _pieces(head, file, size, tail), len(head) + size + len(tail), 300)

    def _crumbed(
        self,
        path: str,
        headers: Mapping[str, str],
        body: Callable[[], Iterable[bytes]],
        length: int,
        timeout: float | None,
    ) -> Reply:
        """A POST with its crumb; a crumb of an earlier life of Jenkins is asked for again, once."""
        for again in (False, True):
            if self._crumb is None:
                self._crumb = self._ask_crumb()
            sent = {**headers, **self._crumb, "Content-Length": str(length)}
            reply = self._signed("POST", path, sent, body, timeout)
            if reply.status != 403 or again or "crumb" not in reply.text:
                break
            self._crumb = None
        if reply.status == 403:
            raise denied(self.url, reply)
        return reply

    def _ask_crumb(self) -> dict[str, str]:
        reply = self.get("/crumbIssuer/api/json", timeout=CONNECT)
        if reply.status == 404:
            return {}  # crumbs are off
        try:
            found = json.loads(reply.body)
            return {str(found["crumbRequestField"]): str(found["crumb"])}
        except (ValueError, KeyError, TypeError) as error:
            raise unexpected("/crumbIssuer/api/json", reply) from error

    def _signed(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Callable[[], Iterable[bytes]] | None,
        timeout: float | None,
    ) -> Reply:
        """As the user: by the token, and by the password where Jenkins does not know that token any more."""
        while True:
            reply = self._ask(method, path, {**headers, **self._sign_in()}, body, timeout)
            if reply.status == 401 and len(self._secrets) > 1:
                self._secrets.pop(0)
                continue
            if reply.status == 401 or (reply.status == 403 and method == "GET"):
                raise denied(self.url, reply)
            return reply

    def _sign_in(self) -> dict[str, str]:
        found = {}
        if self._secrets:
            found["Authorization"] = "Basic " + base64.b64encode(f"{USER}:{self._secrets[0]}".encode()).decode()
        if self._cookies:
            found["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return found

    def _ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Callable[[], Iterable[bytes]] | None,
        timeout: float | None,
    ) -> Reply:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=CONNECT)
        sent = False
        try:
            connection.connect()
            connection.sock.settimeout(timeout)
            connection.request(method, parts.path + path, body() if body else None, dict(headers))
            sent = True
            response = connection.getresponse()
            for cookie in response.headers.get_all("Set-Cookie") or ():
                name, equals, value = cookie.partition(";")[0].partition("=")
                if equals:
                    self._cookies[name.strip()] = value.strip()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, found, response.read(LONGEST))
        except (OSError, http.client.HTTPException) as error:
            if sent and isinstance(error, TimeoutError):
                raise Late(self.url, path, timeout) from error
            raise unreachable(self.url, error) from error
        finally:
            connection.close()


def _pieces(head: str, file: Path, size: int, tail: str) -> Iterator[bytes]:
    """A file between two texts; exactly `size` bytes of it, since that many were promised."""
    yield head.encode()
    left = size
    with file.open("rb") as source:
        while left and (piece := source.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece
    if left:
        raise OSError(f"{file} became shorter while it was read")
    yield tail.encode()


def unreachable(url: str, error: Exception) -> DevboxError:
    """Nothing answers, or it went away in the middle."""
    said = str(error) or type(error).__name__
    return DevboxError(
        "jenkins.unreachable",
        f"Jenkins at {url} does not answer",
        cause=said,
        cures=(Cure("see how it is", "devbox status"), Cure("see what it says", "devbox logs")),
        retryable=True,
    )


def denied(url: str, reply: Reply) -> DevboxError:
    """The generated user is not let in (any more)."""
    return DevboxError(
        "jenkins.denied",
        f"Jenkins at {url} refuses devbox' user ({reply.status})",
        cause=excerpt(reply),
        cures=(Cure("give the user 'admin' of devbox' back its password and its rights, in Jenkins' own settings"),),
    )


def unexpected(path: str, reply: Reply) -> DevboxError:
    """An answer that is none."""
    return DevboxError(
        "jenkins.unexpected",
        f"Jenkins answers {reply.status} on {path}, which devbox does not understand",
        cause=excerpt(reply),
        cures=(Cure("see what it says", "devbox logs"),),
    )


def excerpt(reply: Reply) -> str | None:
    """What a page says, in a line: Jenkins' own header for it, the exception of its trace, or its plain text."""
    import html
    import re

    if error := reply.headers.get("x-error"):
        return error
    text = html.unescape(re.sub(r"<(script|style|head)\b.*?</\1>|<[^>]*>", "\n", reply.text, flags=re.S | re.I))
    if thrown := re.search(r"^\s*(?:Caused by: )?((?:[a-z]\w*\.)+[A-Z][\w$]*(?::[^\n]*)?)", text, re.M):
        return thrown[1].strip()[:300]
    words = " ".join(text.split())
    return words[:300] or None
