"""The locks of sandboxes: devboxes on one machine that work on the same one take turns."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from devbox.events import Waiting
from devbox.lock import exclusive
from devbox.sandbox.request import World


def lock(world: World, name: str, who: str) -> AbstractContextManager[None]:
    """The sandbox's lock on this machine: one per engine and name. `who` is what others are told."""
    return _lock(world, _engine(world), name, who)


@contextmanager
def locks(world: World, names: Iterable[str], who: str) -> Iterator[None]:
    """The locks of several, always taken in the same order; the engine is asked once who it is."""
    wanted = sorted(set(names))
    with ExitStack() as stack:
        engine = _engine(world) if wanted else ""
        for name in wanted:
            stack.enter_context(_lock(world, engine, name, who))
        yield


def lock_id(world: World) -> str:
    """Who shares our locks: every devbox with this folder on this machine."""
    where = f"{socket.gethostname()}:{world.state.resolve()}"
    return hashlib.sha256(where.encode()).hexdigest()[:8]


def _engine(world: World) -> str:
    return "".join(ch for ch in world.engine.info().id if ch.isalnum())[:40] or "engine"


def _lock(world: World, engine: str, name: str, who: str) -> AbstractContextManager[None]:
    path = world.state / "locks" / f"{engine}-{name}.lock"
    return exclusive(path, who, lambda holder: world.emit(Waiting(f"waiting for {holder}, which works on {name!r}")))
