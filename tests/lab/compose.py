"""Docker Compose v2, which this Debian does not have: the next one's package, unpacked and run as a program."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from pathlib import Path

from tests.lab.others import OTHERS, root_of
from tests.lab.places import Places
from tests.lab.shell import run

INSIDE = "usr/libexec/docker/cli-plugins/docker-compose"


def compose(places: Places) -> Path:
    """The program, for `DOCKER_HOST=... PROGRAM ls`; fetched when it is first asked for."""
    program = places.cache / "docker-compose"
    root = root_of(places, str(OTHERS["26.1"].suite))
    with (places.cache / "docker-compose.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            _fetch(places, root, program)
    return program


def _fetch(places: Places, root: Path, program: Path) -> None:
    run(["chroot", str(root), "apt-get", "update", "-qq"])
    run(["chroot", str(root), "sh", "-c", "cd /tmp && apt-get download -qq docker-compose"])
    (package,) = (root / "tmp").glob("docker-compose_*.deb")
    with tempfile.TemporaryDirectory(dir=places.cache) as scratch:
        run(["dpkg-deb", "-x", str(package), scratch])
        package.unlink()
        shutil.move(Path(scratch) / INSIDE, program)
