"""What a plugin's files were before a deployment, and how Jenkins' home gets them back.

Jenkins itself removes nothing: a file that it could not load stays, under its name or a temporary one, and fails again
at every boot; the earlier one is `NAME.bak` until the next upload takes that place.
"""

from __future__ import annotations

import secrets
import shlex
import time
from collections.abc import Callable, Sequence

from devbox.engine.api import Container, Engine, Mount
from devbox.errors import Cure, DevboxError
from devbox.frozen import dataclass
from devbox.jenkins import home as layout
from devbox.jenkins import script
from devbox.jenkins.client import Client
from devbox.sandbox import home, labels

PARTS = (".jpi", ".hpi", ".bak", ".jpi.pinned", ".jpi.tmp")
"""What an upload may write in plugins/, beside the exploded folder."""

PATIENCE = 60.0
"""Seconds for a helper container that moves files."""


@dataclass(frozen=True)
class Before:
    """The files in plugins/ that were there, by name; their copies lie in `layout.BEFORE`."""

    kept: tuple[str, ...] = ()


def keep(client: Client, plugins: Sequence[str]) -> Before:
    """Copy what there is of these plugins; nothing of plugins/ is changed."""
    names = "\n".join(name + part for name in plugins for part in PARTS)
    try:
        return Before(tuple(script.call(client, "keep", {"names": names})))
    except DevboxError as error:
        if "No space left" not in (error.cause or ""):
            raise
        cures = (Cure("see what fills it", "docker system df"),)
        text = "there is no room for a copy of the plugins that are there, so nothing was deployed"
        raise DevboxError("disk.full", text, cause=error.cause, cures=cures) from error


def restore(engine: Engine, name: str, container: Container, plugins: Sequence[str], before: Before) -> None:
    """Take away what an upload of these left (names of jobs, temporary ones too), and put back what was there.

    The exploded folders go, too: Jenkins makes them anew from what is there. Works on a container that does not run.
    """
    folder = f"{layout.PATH}/plugins"
    gone = [f"{folder}/{plugin}{part}" for plugin in plugins for part in ("", *PARTS)]
    words = ["rm", "-rf", "--", *gone]
    lines = [shlex.join(words)]
    for file in before.kept:
        lines.append(shlex.join(["mv", "-f", "--", f"{layout.PATH}/{layout.BEFORE}/{file}", f"{folder}/{file}"]))
    said = inside(engine, name, container, " && ".join(lines))
    if said:
        raise DevboxError("plugin.restore", "the plugins' earlier files could not be put back", cause=said)


def forget(engine: Engine, container: Container, before: Before) -> None:
    """The copies are not needed any more."""
    if before.kept:
        engine.exec(container.id, ("rm", "-rf", "--", f"{layout.PATH}/{layout.BEFORE}"))


def inside(engine: Engine, name: str, container: Container, line: str) -> str:
    """Run a line of sh on the home, in the container or in a helper where that one does not run; "" or what failed."""
    if engine.inspect(container.id).state != "running":
        return _helped(engine, name, container, line)
    done = engine.exec(container.id, ("sh", "-c", line))
    said = done.stderr.decode("utf-8", "replace").strip()
    return (said or f"exit {done.exit_code}") if done.exit_code else ""


def _helped(
    engine: Engine, name: str, container: Container, line: str, sleep: Callable[[float], None] = time.sleep
) -> str:
    """The same in a container of its own on the volume; "" when it went well. The image's start script runs a word."""
    volume = next(mount.volume for mount in container.mounts if mount.path == layout.PATH)
    base = labels.ours("jenkins", name, secrets.token_hex(8), "peek")
    mount, end = Mount(volume, layout.PATH), time.monotonic() + PATIENCE
    with home.helper(engine, name, base, mount, container.image_id, command=("sh", "-c", line)) as helper:
        engine.start(helper)
        while (state := engine.inspect(helper)).running and time.monotonic() < end:
            sleep(0.1)
        return "" if state.exit_code == 0 and not state.running else f"exit {state.exit_code}"
