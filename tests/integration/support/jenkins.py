"""A Jenkins as its user meets it: pages with and without a sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests


@dataclass(frozen=True)
class Jenkins:
    """A Jenkins at a URL, and the user's password ("" nobody)."""

    url: str
    password: str = ""
    user: str = "admin"

    def get(self, path: str = "/api/json", *, signed_in: bool = True) -> requests.Response:
        """GET a page; redirects are not followed."""
        auth = (self.user, self.password) if signed_in and self.password else None
        return requests.get(self.url + path, auth=auth, timeout=60, allow_redirects=False)

    def answers(self) -> bool:
        """Whether the user is let in just now."""
        try:
            return self.get().status_code == 200
        except requests.RequestException:
            return False

    def session_id(self) -> str | None:
        """Which life of Jenkins answers; None when none does."""
        try:
            answer = self.get()
        except requests.RequestException:
            return None
        return answer.headers.get("X-Jenkins-Session") if answer.status_code == 200 else None

    def post(self, path: str, *, crumb: bool = True, **form: Any) -> requests.Response:
        """POST a form as the user, with a crumb unless told otherwise."""
        with requests.Session() as session:
            session.auth = (self.user, self.password)
            headers = {}
            if crumb:
                issued = session.get(self.url + "/crumbIssuer/api/json", timeout=60).json()
                headers[issued["crumbRequestField"]] = issued["crumb"]
            return session.post(self.url + path, data=form, headers=headers, timeout=60, allow_redirects=False)

    def script(self, groovy: str) -> str:
        """Run Groovy inside; gives what it prints."""
        answer = self.post("/scriptText", script=groovy)
        assert answer.status_code == 200, answer.text
        return answer.text.strip()
