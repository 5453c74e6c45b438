"""A Jenkins over HTTP, as far as devbox asks it: short time-outs, no proxies, no redirects, no cookies."""

from __future__ import annotations

import base64
import http.client
from urllib.parse import urlsplit

from devbox.frozen import dataclass

USER = "admin"
"""The user that the sign-in script makes."""

TIMEOUT = 1.0
"""Seconds for a connection or an answer: a request sent while Jetty binds hangs until Jenkins is up."""

PATIENT = 5.0
"""Seconds once it has answered: the first page of a big home, or under emulation, takes its time."""

API = "/api/json?tree=mode"
"""The smallest answer of the remote API: without `tree` it works out every job."""


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `status` 0: none (refused, reset, timed out). Headers: `X-Jenkins` and `X-Jenkins-Session`."""

    status: int
    version: str | None = None
    session: str | None = None


NOTHING = Answer(0)


@dataclass(frozen=True)
class Site:
    """The Jenkins at a base URL (with its prefix, without a trailing slash).

    Asked with the standard library's client, a connection a question: no proxy of the environment comes between, no
    session cookie makes the anonymous look like the user, and importing it costs nothing that the engine has not paid.
    """

    url: str
    password: str | None = None

    def get(self, path: str, *, signed_in: bool = False, timeout: float = TIMEOUT) -> Answer:
        """GET a path ("/api/json"), as the user or as nobody; `timeout` in seconds; never raises."""
        parts = urlsplit(self.url)
        headers = {"Accept": "*/*"}
        if signed_in and self.password:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout)
        try:
            connection.request("GET", parts.path + path, headers=headers)
            response = connection.getresponse()
            return Answer(response.status, response.getheader("X-Jenkins"), response.getheader("X-Jenkins-Session"))
        except (OSError, http.client.HTTPException, ValueError):
            return NOTHING
        finally:
            connection.close()
