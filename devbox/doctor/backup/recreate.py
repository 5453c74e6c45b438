"""Making a VM anew without losing its data: is it possible, is it the right one, may it be; then the steps.

What was saved stays until the user removes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.doctor.backends.model import Backend, Rung
from devbox.doctor.backends.recognise import TOOLS
from devbox.doctor.backup import manifest, oldengine, save, survey
from devbox.doctor.backup.manifest import Backup
from devbox.doctor.backup.proof import doubt
from devbox.doctor.backup.steps import Job, carry_on, deleted
from devbox.doctor.backup.vmsettings import keep_settings
from devbox.doctor.repair import FIX, Repair
from devbox.errors import Cure, DevboxError
from devbox.events import Note

if TYPE_CHECKING:
    from devbox.engine.api import Endpoint
    from devbox.engine.sdk import DockerEngine


def recreate(repair: Repair, backend: Backend, endpoint: Endpoint | None) -> None:
    """Save, delete, make anew, bring back; raises `backup.*`, and `ConfirmationNeeded` where nobody can be asked."""
    _check_possible(repair, backend)
    engine, old = _reach(endpoint)
    if engine is None and not old:
        _without_backup(repair, backend)
        return
    try:
        backup = _begin(repair, backend, engine).now(context=_context(endpoint), url=endpoint.url if endpoint else "")
        carry_on(Job(repair, backend, backup))
    finally:
        if engine is not None:
            engine.close()


def _context(endpoint: Endpoint | None) -> str:
    """The stored context that led here, "" for none."""
    return endpoint.context or "" if endpoint and endpoint.context != "default" else ""


def resume(repair: Repair) -> tuple[str, ...]:
    """Finish recreates that were cut short after the VM may have been deleted; gives the names of the VMs.

    One that was cut short before is gone on with when its finding's turn comes.
    """
    done = []
    for backup in manifest.unfinished(repair.state):
        tool = next((t for t in TOOLS if t.kind == backup.manifest.kind), None)
        if tool is None or not backup.manifest.gone:
            continue
        backend = Backend(tool, backup.manifest.vm)
        repair.emit(Note(f"going on with the recreate of {backend.title} that was cut short ({backup.folder})"))
        carry_on(Job(repair, backend, backup))
        done.append(backend.title)
    return tuple(done)


def _check_possible(repair: Repair, backend: Backend) -> None:
    """Raise `backup.tenants`, `backup.by_hand` for a VM that devbox does not delete."""
    tenants = backend.tool.tenants(repair.host, backend.name)
    if tenants:
        raise _tenants(backend, tenants)
    if not backend.automatic(Rung.RECREATE) or backend.tool.making(repair.host, backend.name) is None:
        raise DevboxError("backup.by_hand", f"there is no sure way to make {backend.title} again as it was")


def _tenants(backend: Backend, tenants: tuple[str, ...]) -> DevboxError:
    return DevboxError(
        "backup.tenants",
        f"{backend.title} is not made anew automatically: others live in it, {', '.join(tenants)}",
        cures=(Cure("move them elsewhere first, or recreate it by hand"),),
    )


def _reach(endpoint: Endpoint | None) -> tuple[DockerEngine | None, bool]:
    """The engine, and whether one that is too old for the Engine API's client answers instead."""
    from devbox.engine.sdk import connect

    if endpoint is None:
        return None, False
    try:
        return connect(endpoint), False
    except DevboxError as error:
        return None, error.code == "engine.api_mismatch" and "the engine is too old" in error.message


def _without_backup(repair: Repair, backend: Backend) -> None:
    """An engine that does not answer cannot be saved: its VM goes only where it is named."""
    name = backend.name or backend.tool.default
    loses = (
        f"{backend.title} does not answer, so nothing of it can be saved: {backend.tool.loses or 'all of it'} is lost"
    )
    if repair.named != name:
        raise DevboxError(
            "backup.impossible",
            loses,
            cures=(
                Cure("copy its disk first, if anything in it matters"),
                Cure("delete it with everything in it", f"{FIX} --allow destroy --confirm {name}"),
            ),
        )
    repair.emit(Note(f"{loses}; {name} was named, so it is deleted"))
    making = backend.tool.making(repair.host, backend.name)
    assert making is not None
    backup = manifest.begin(repair.state, backend.kind, backend.name)
    settings = keep_settings(backup, tuple(str(p) for p in making.files))
    identity = backend.tool.identity(repair.host, backend.name)
    backup = backup.now(way="none", phase="deleting", identity=identity, making=making.commands, settings=settings)
    job = Job(repair, backend, backup)
    carry_on(deleted(job))


def _begin(repair: Repair, backend: Backend, engine: DockerEngine | None) -> Backup:
    """Prove, look, ask; gives the backup to fill, an unfinished one of the same VM where there is one."""
    seen = oldengine.look(repair, backend) if engine is None else survey.look(engine)
    if engine is not None:
        unsure = doubt(repair.host, backend, engine)
        if unsure:
            raise DevboxError(
                "backup.unproven", f"it is not sure that this engine is the one in {backend.title}", cause=unsure
            )
    if seen.tenants:
        raise _tenants(backend, seen.tenants)
    save.check_space(repair, str(repair.state), seen.bytes)
    if not repair.confirm(survey.question(backend.title, seen)):
        raise DevboxError("backup.refused", f"{backend.title} stays as it is")
    for found in manifest.unfinished(repair.state):
        same = (found.manifest.kind, found.manifest.vm) == (backend.kind, backend.name)
        if same and not found.manifest.gone:
            return found.now(phase="saving")
    backup = manifest.begin(repair.state, backend.kind, backend.name)
    return backup.now(way="api" if engine is not None else "ssh")
