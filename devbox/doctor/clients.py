"""Which API versions the clients of an engine speak, by their release.

Sources: moby and docker/cli by tag (`docs: version tables in the engine's API reference`), the `go.mod` of each release
of Compose and buildx, `compose/const.py` of Compose 1, docker-java's and Testcontainers' release notes.
"""

from __future__ import annotations

from devbox.doctor.sources.tools import numbers
from devbox.engine.window import ENGINES, Api, Window, parse_api

FLOOR = Api(1, 24)
"""What a client falls back to when the engine does not say its version; the SDK's floor too."""

NEGOTIATES = (1, 13)
"""The first docker CLI that takes the engine's version when it is the lower one."""

CLI_MINIMUM: tuple[tuple[tuple[int, ...], Api], ...] = (
    ((29, 3), Api(1, 40)),
    ((29, 0), Api(1, 44)),
    (NEGOTIATES, FLOOR),
)
"""From this release of the docker CLI on, it refuses engines below this version. Newest first."""

COMPOSE: tuple[tuple[tuple[int, ...], str], ...] = (
    ((5, 4), "29.6"),
    ((5, 2), "29.6"),
    ((5, 1, 2), "29.4"),
    ((5, 1), "29.2"),
    ((2, 38), "28.3"),
    ((2, 37), "28.2"),
    ((2, 35, 1), "28.1"),
    ((2, 33, 1), "28.0"),
    ((2, 29, 3), "27.2"),
    ((2, 28), "27.0"),
    ((2, 26), "26.0"),
    ((2, 24), "25.0"),
    ((2, 19), "24.0"),
    ((2, 3), "23.0"),
    ((2, 0), "20.10"),
)
"""From this release of Compose on, it is built with this release of Docker's client. Newest first."""

COMPOSE_1 = Window(Api(1, 21), Api(1, 38))
"""Compose 1 asks for the version that the file's format names, and for no other."""

BUILDX: tuple[tuple[tuple[int, ...], str], ...] = (
    ((0, 36), "29.6"),
    ((0, 34), "29.5"),
    ((0, 33), "29.3"),
    ((0, 31), "29.2"),
    ((0, 26), "28.3"),
    ((0, 25), "28.2"),
    ((0, 24), "28.1"),
    ((0, 21), "28.0"),
    ((0, 17), "27.2"),
    ((0, 16), "27.0"),
    ((0, 13), "26.0"),
    ((0, 11), "24.0"),
    ((0, 8), "23.0"),
    ((0, 4), "20.10"),
)
"""The same of buildx."""

COMPOSE_WANTS_BUILDX = (0, 17)
"""Compose 2 builds with buildx from this release on (docker/compose `pkg/compose/api_versions.go`)."""

DOCKER_JAVA_DEFAULT = Api(1, 32)
"""What docker-java asks for when nobody sets `api.version`."""

TESTCONTAINERS_TRIES = (2, 0, 2)
"""From this release on, Testcontainers for Java tries 1.44 first."""

SDK_FITS_REQUESTS = (7, 1)
"""From this release on, docker-py works with requests 2.32 and above."""


def cli_window(version: str) -> Window | None:
    """What a docker CLI of this release speaks; None for one that the table does not know."""
    release = numbers(version)
    top = _engine_api(release)
    if top is None:
        return None
    if release < NEGOTIATES:
        return Window(top, top)
    low = next(api for since, api in CLI_MINIMUM if release >= since)
    return Window(min(low, top), top)


def compose_window(version: str) -> Window | None:
    """What Compose of this release speaks."""
    release = numbers(version)
    if release[:1] == (1,):
        return COMPOSE_1
    return _built_with(COMPOSE, release)


def buildx_window(version: str) -> Window | None:
    """What buildx of this release speaks."""
    return _built_with(BUILDX, numbers(version))


def testcontainers_window(version: str) -> Window | None:
    """What Testcontainers for Java asks for, when nobody sets `api.version`; None: it finds out for itself."""
    known = numbers(version)
    return None if not known or known >= TESTCONTAINERS_TRIES else Window(DOCKER_JAVA_DEFAULT, DOCKER_JAVA_DEFAULT)


def _built_with(table: tuple[tuple[tuple[int, ...], str], ...], release: tuple[int, ...]) -> Window | None:
    client = next((client for since, client in table if release >= since), None)
    return cli_window(client) if client and release else None


def _engine_api(release: tuple[int, ...]) -> Api | None:
    """The maximum of the last release of the table that is not above this one."""
    if not release:
        return None
    fitting = [api for name, api, _low in ENGINES if numbers(name) <= release]
    return parse_api(fitting[-1]) if fitting else None
