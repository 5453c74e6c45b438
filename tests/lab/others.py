"""Engines with other version windows, from newer Debian releases, each in a root file system of its own.

They share the network of this machine, so that they reach the registry and their ports are on its loopback.
"""

from __future__ import annotations

import fcntl
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.debian import bootstrap, mirror
from tests.lab.engine import Engine
from tests.lab.places import Places
from tests.lab.recipe import key
from tests.lab.shell import LabError

ENTER = Path(__file__).parent / "enter.sh"
INCLUDE = ("docker.io", "docker-cli", "ca-certificates", "iptables", "procps")


@dataclass(frozen=True)
class Other:
    """Where an engine comes from. `suite` None: this machine's own Debian packages."""

    suite: str | None
    environment: dict[str, str] = field(default_factory=dict)


OTHERS = {
    "20.10": Other(None),
    "26.1": Other("trixie"),
    "28.5": Other("sid"),
    "26.1-min144": Other("trixie", {"DOCKER_MIN_API_VERSION": "1.44"}),
    "28.5-min144": Other("sid", {"DOCKER_MIN_API_VERSION": "1.44"}),
}
"""Names of windows: the version when this was written (sid moves on: ask `/version`), and Engine 29.0's minimum."""


def other_engine(places: Places, name: str, index: int, data: Path, run: Path, mirror_url: str) -> Engine:
    """The engine of this name (not started); makes its root when it is first asked for."""
    if name not in OTHERS:
        raise LabError(f"no engine {name!r}; there are {', '.join(OTHERS)}")
    other = OTHERS[name]
    if other.suite is None:
        return Engine(index, data, run, mirror_url, other.environment)
    root = root_of(places, other.suite)
    way_in = ("unshare", "--mount", str(ENTER), str(root), str(run), str(data))
    return Engine(index, data, run, mirror_url, other.environment, way_in)


def root_of(places: Places, suite: str) -> Path:
    root = places.cache / f"root-{suite}-{key(suite, mirror(), *INCLUDE)}"
    with (places.cache / f"root-{suite}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            bootstrap(suite, INCLUDE, root, places.cache / "debs" / suite)
    return root
