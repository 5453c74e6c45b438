"""A Jenkins over HTTP, as far as devbox asks it: short time-outs, no proxies, no redirects followed."""

from __future__ import annotations

from dataclasses import dataclass

USER = "admin"
"""The user that the sign-in script makes."""

TIMEOUT = (0.5, 1.0)
"""Seconds to connect and to read: a request sent while Jetty binds hangs until Jenkins is up."""


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `status` 0: none (refused, reset, timed out). Headers: `X-Jenkins` and `X-Jenkins-Session`."""

    status: int
    version: str | None = None
    session: str | None = None


NOTHING = Answer(0)


class Site:
    """The Jenkins at a base URL (with its prefix, without a trailing slash)."""

    def __init__(self, url: str, password: str | None = None) -> None:
        import requests

        self.url = url
        self.password = password
        self._session = requests.Session()
        # The address is this machine's or a VM's: a proxy from the environment would only be in the way.
        self._session.trust_env = False

    def get(self, path: str, *, signed_in: bool = False) -> Answer:
        """GET a path ("/api/json"), as the user or as nobody; never raises."""
        import requests

        auth = (USER, self.password) if signed_in and self.password else None
        try:
            # No cookies: a signed-in session must not make the anonymous look succeed.
            self._session.cookies.clear()
            response = self._session.get(
                self.url + path, auth=auth, timeout=TIMEOUT, allow_redirects=False, stream=True
            )
        except (requests.RequestException, ValueError, OSError):
            return NOTHING
        with response:
            return Answer(
                response.status_code, response.headers.get("X-Jenkins"), response.headers.get("X-Jenkins-Session")
            )

    def close(self) -> None:
        """Drop the connections."""
        self._session.close()
