"""Daemons of other releases, as far as versions go: what they say of themselves, and how they refuse a client.

Docker up to 1.6 refuses a newer client with 404 and plain text, 1.7 with 400; 1.9 speaks JSON; from 1.13 to 17.10
nobody is refused for being newer; the headers with the version came with 1.13.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from devbox.engine.window import Api, parse_api
from tests.replay import Answer, ReplayServer, Route, Seen


@dataclass(frozen=True)
class Old:
    """A release: API window ("" none said), status and words for a newer client, words for an older one."""

    release: str
    api: str
    low: str
    status: int
    newer: str
    older: str = ""
    json: bool = False

    def version(self) -> dict[str, Any]:
        """`GET /version`."""
        said = {"Version": self.release, "ApiVersion": self.api, "Os": "linux", "Arch": "amd64", "GoVersion": "go1"}
        return {**said, **({"MinAPIVersion": self.low} if self.json and self.low else {})}

    def refuses(self, client: str) -> str:
        """Its words to a client of this version; "" when it serves."""
        mine, high = parse_api(client), parse_api(self.api)
        low = parse_api(self.low)
        if mine and high and mine > high and self.newer:
            return self.newer.format(client=client, server=self.api)
        if mine and low and mine < low and self.older:
            return self.older.format(client=client, least=self.low)
        return ""


_SAME = "client and server don't have same version"
_NEWER = "client is newer than server (client API version: {client}, server API version: {server})"
_OLD_17 = "client is too old, minimum supported API version is {least}, please upgrade your client to a newer version"
_OLD = "client version {client} is too old. Minimum supported API version is {least}, please upgrade your client to a newer version"  # noqa: E501
_NEW = "client version {client} is too new. Maximum supported API version is {server}"

OLD: dict[str, Old] = {
    old.release: old
    for old in (
        Old("1.3.3", "1.15", "", 404, f"{_SAME} (client : {{client}}, server: {{server}})"),
        Old("1.5.0", "1.17", "", 404, f"{_SAME} (client : {{client}}, server: {{server}})"),
        Old("1.6.2", "1.18", "", 404, f"{_SAME} (client : {{client}}, server: {{server}})"),
        Old("1.7.0", "1.19", "", 400, f"{_SAME} (client API version: {{client}}, server API version: {{server}})"),
        Old("1.8.3", "1.20", "1.12", 400, _NEWER, _OLD_17),
        Old("1.9.1", "1.21", "1.12", 400, _NEWER, _OLD, json=True),
        Old("1.12.6", "1.24", "1.12", 400, _NEWER, _OLD, json=True),
        Old("17.10.0-ce", "1.33", "1.12", 400, "", _OLD, json=True),
        Old("17.11.0-ce", "1.34", "1.12", 400, _NEW, _OLD, json=True),
        Old("25.0.5", "1.44", "1.24", 400, _NEW, _OLD, json=True),
        Old("29.0.1", "1.52", "1.44", 400, _NEW, _OLD, json=True),
        Old("29.3.0", "1.54", "1.40", 400, _NEW, _OLD, json=True),
    )
}


class OldEngine(ReplayServer):
    """A daemon of one of these releases."""

    def __init__(self, release: str, routes: dict[str, Route] | None = None, **where: Any) -> None:
        self.old = OLD[release]
        usual: dict[str, Route] = {"GET /version": Answer(body=self.old.version()), "GET /info": Answer(body={})}
        super().__init__({**usual, "*": Answer(body=[]), **(routes or {})}, **where)

    def _route(self, seen: Seen) -> Answer:
        said = self.old.refuses(seen.version) if seen.version else ""
        if not said:
            return super()._route(seen)
        # JSON only for who speaks 1.24 and above, as moby has it.
        mine = parse_api(seen.version)
        as_json = self.old.json and mine is not None and mine >= Api(1, 24)
        return Answer(self.old.status, {"message": said} if as_json else f"{said}\n")
