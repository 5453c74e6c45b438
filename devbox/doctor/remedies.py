"""The cures that devbox takes itself, by `Remedy.id`; each says what it is about in `Remedy.about`, as texts.

| id | about |
|---|---|
| context.use | NAME ("default" takes the selection away) |
| context.create | NAME HOST [FOLDER of its certificates] |
| context.remove | NAME; it is moved out of the store, not deleted |
| config.drop-key | FILE KEY... (a path of keys) |
| properties.set | FILE KEY VALUE |
| engine.start, .restart, .update, .recreate | KIND NAME of the back end |
| engine.install | PACKAGE |
| ports.forward | KIND NAME PORT... |
| leftovers.remove | "container NAME", "network NAME", ... |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from devbox.doctor import edits, store
from devbox.doctor.backends.model import Backend, Rung, State
from devbox.doctor.model import Remedy
from devbox.doctor.repair import Repair, failed
from devbox.engine.contexts import config_dir
from devbox.errors import DevboxError
from devbox.events import Note, Step

if TYPE_CHECKING:
    from devbox.engine.api import Endpoint

PRODUCTS = ("engine.start", "engine.restart", "engine.update", "engine.recreate")

LADDER = (
    "config.drop-key",
    "properties.set",
    "context.use",
    "context.create",
    "context.remove",
    "leftovers.remove",
    "ports.forward",
    "engine.install",
    "engine.start",
    "engine.restart",
    "engine.update",
    "engine.recreate",
)
"""Mildest first, within one risk."""


@dataclass(frozen=True)
class Patient:
    """What a cure is done to: the endpoint (None where the settings name none), and the back end that owns it."""

    endpoint: Endpoint | None
    backend: Backend | None


def known(remedy: Remedy) -> bool:
    """Whether devbox can take it."""
    return remedy.id in ACTIONS


def order(remedy: Remedy) -> tuple[int, int]:
    """Its place on the ladder."""
    return int(remedy.risk), LADDER.index(remedy.id) if remedy.id in LADDER else len(LADDER)


def take(repair: Repair, remedy: Remedy, patient: Patient) -> None:
    """Do it; raises `DevboxError` where it fails."""
    ACTIONS[remedy.id](repair, remedy, patient)


def _say(repair: Repair, copies: list[Path | None], what: str) -> None:
    for copy in copies:
        if copy is not None:
            repair.emit(Note(f"{what} as it was is kept as {copy}"))


def _context_use(repair: Repair, remedy: Remedy, _patient: Patient) -> None:
    (name,) = remedy.about
    repair.emit(Step("use", f"context {name}", remedy.text))
    copy = store.use(config_dir(repair.host.env, repair.host.home), name)
    _say(repair, [copy], "config.json")


def _context_create(repair: Repair, remedy: Remedy, _patient: Patient) -> None:
    name, host, *certificates = remedy.about
    folder = config_dir(repair.host.env, repair.host.home)
    repair.emit(Step("create", f"context {name}", f"it leads to {host}"))
    copies = store.create(folder, name, host, Path(certificates[0]) if certificates else None)
    _say(repair, [*copies, store.use(folder, name)], "what was there")


def _context_remove(repair: Repair, remedy: Remedy, _patient: Patient) -> None:
    (name,) = remedy.about
    folder = config_dir(repair.host.env, repair.host.home)
    repair.emit(Step("move", f"context {name}", "out of the docker command's store"))
    _say(repair, [*store.set_aside(folder, name)], f"context {name}")


def _drop_key(repair: Repair, remedy: Remedy, _patient: Patient) -> None:
    file, *keys = remedy.about
    repair.emit(Step("edit", file, f"without {'.'.join(keys)}"))
    path = Path(file)
    properties = path.suffix == ".properties"
    copy = edits.drop_property(path, keys[0]) if properties else edits.drop_key(path, *keys)
    _say(repair, [copy], path.name)


def _properties(repair: Repair, remedy: Remedy, _patient: Patient) -> None:
    file, key, value = remedy.about
    repair.emit(Step("edit", file, f"{key}={value}"))
    _say(repair, [edits.set_property(Path(file), key, value)], Path(file).name)


def _rung(rung: Rung) -> Callable[[Repair, Remedy, Patient], None]:
    def take_it(repair: Repair, remedy: Remedy, patient: Patient) -> None:
        backend = _backend(remedy, patient)
        state = backend.state(repair.host)
        if rung is Rung.START and state is State.RUNNING:
            return  # its engine may be about to come up: waiting is all there is to do
        repair.run(backend.commands(rung, state), remedy.text)
        if patient.endpoint is not None:
            repair.await_engine(patient.endpoint)

    return take_it


def _backend(remedy: Remedy, patient: Patient) -> Backend:
    """The back end that the cure means, which has to be the one that owns the endpoint."""
    found = patient.backend
    if found is None or (remedy.about and remedy.about != (found.kind, found.name)):
        raise failed(remedy.command or remedy.id, "the engine is not of the back end that this cure is for")
    return found


def _recreate(repair: Repair, remedy: Remedy, patient: Patient) -> None:
    from devbox.doctor.backup.recreate import recreate

    recreate(repair, _backend(remedy, patient), patient.endpoint)


def _install(repair: Repair, remedy: Remedy, patient: Patient) -> None:
    package = remedy.about[0] if remedy.about else "docker.io"
    if repair.host.which("apt-get") is None:
        raise failed(f"install {package}", "there is no apt-get here: install an engine as your system does it")
    sudo = () if repair.host.is_admin() else ("sudo",)
    repair.run(
        ((*sudo, "apt-get", "update"), (*sudo, "apt-get", "install", "-y", package)), "no engine is installed here"
    )
    if patient.endpoint is not None:
        repair.await_engine(patient.endpoint)


def _forward(repair: Repair, remedy: Remedy, patient: Patient) -> None:
    from devbox.doctor.backends.natpf import forward

    backend = _backend(Remedy(remedy.text, remedy.command, remedy.risk, remedy.id, remedy.about[:2]), patient)
    forward(repair, backend, tuple(int(port) for port in remedy.about[2:]) or _published(patient), patient.endpoint)


def _published(patient: Patient) -> tuple[int, ...]:
    """The ports that devbox's own running sandboxes publish."""
    from devbox.engine.sdk import connect
    from devbox.sandbox import labels

    if patient.endpoint is None:
        return ()
    engine = connect(patient.endpoint)
    try:
        found = engine.containers({labels.STACK: None}, all_states=False)
        return tuple(sorted({p.host for c in found for p in c.ports if p.host}))
    finally:
        engine.close()


def _leftovers(repair: Repair, remedy: Remedy, patient: Patient) -> None:
    """What a killed devbox left; volumes are never among it."""
    from devbox.engine.sdk import connect
    from devbox.sandbox import labels

    if patient.endpoint is None:
        raise DevboxError("engine.unreachable", "there is no engine to remove leftovers from")
    engine = connect(patient.endpoint)
    try:
        for item in remedy.about:
            kind, _, name = item.partition(" ")
            found = engine.find_container(name) if kind == "container" else engine.find_network(name)
            if found is None or not labels.is_ours(found.labels):
                continue
            repair.emit(Step("remove", item, "a killed devbox left it"))
            (engine.remove_container if kind == "container" else engine.remove_network)(found.id)
    finally:
        engine.close()


ACTIONS: dict[str, Callable[[Repair, Remedy, Patient], None]] = {
    "context.use": _context_use,
    "context.create": _context_create,
    "context.remove": _context_remove,
    "config.drop-key": _drop_key,
    "properties.set": _properties,
    "engine.start": _rung(Rung.START),
    "engine.restart": _rung(Rung.RESTART),
    "engine.update": _rung(Rung.UPDATE),
    "engine.recreate": _recreate,
    "engine.install": _install,
    "ports.forward": _forward,
    "leftovers.remove": _leftovers,
}
