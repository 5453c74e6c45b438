"""The steps of making a VM anew, each written down before it is taken, so that a kill costs nothing.

Stop and save, look again, check the files, delete, make, fill, forward ports, bring the sandboxes up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from devbox.doctor.backends.model import Backend, Rung, State
from devbox.doctor.backup import manifest, oldengine, save
from devbox.doctor.backup.forwards import forward_again, rules_of
from devbox.doctor.backup.leading import lead_to
from devbox.doctor.backup.manifest import Backup
from devbox.doctor.backup.proof import doubt, endpoint_of
from devbox.doctor.backup.restore import restore
from devbox.doctor.backup.sandboxes import bring_up
from devbox.doctor.backup.vmsettings import keep_settings, put_settings
from devbox.doctor.repair import FIX, Repair
from devbox.errors import ConfirmationNeeded, Cure, DevboxError
from devbox.events import Note

if TYPE_CHECKING:
    from devbox.engine.api import Endpoint
    from devbox.engine.sdk import DockerEngine

TRIES = 3
"""Looks before a VM in which something always starts again is left alone."""


@dataclass(frozen=True)
class Job:
    """One recreate under way."""

    repair: Repair
    backend: Backend
    backup: Backup

    @property
    def phase(self) -> str:
        """How far it is."""
        return self.backup.manifest.phase

    def now(self, **changes: Any) -> Job:
        """The same, with the manifest changed and written."""
        return replace(self, backup=self.backup.now(**changes))

    def state(self) -> State:
        """The VM's."""
        return self.backend.state(self.repair.host)

    def endpoint(self) -> Endpoint:
        """Where its engine is now; raises `backup.failed` when its program does not say."""
        access = self.backend.tool.access(self.repair.host, self.backend.name)
        if access is None:
            raise DevboxError("backup.failed", f"{self.backend.tool.program} does not say where its engine is")
        return endpoint_of(self.repair.host, access)


def carry_on(job: Job) -> None:
    """Take the steps that are left. What goes wrong before the VM is deleted leaves all running that ran."""
    try:
        while job.phase in _STEPS:
            job = _STEPS[job.phase](job)
    except BaseException as error:
        with job.repair.shield():
            _undo(job)
        if isinstance(error, DevboxError):
            raise _stopped(job, error) from error
        raise
    job.repair.emit(
        Note(f"{job.backend.title} is made anew; what was saved stays in {job.backup.folder} until you remove it")
    )


def _stopped(job: Job, error: DevboxError) -> DevboxError:
    """The error of a step, with where the backup is and how to go on."""
    if isinstance(error, ConfirmationNeeded):
        return error
    backup = manifest.load(job.backup.folder) or job.backup
    gone = backup.manifest.gone
    go_on = Cure("go on from there", FIX if gone else "devbox doctor --fix --allow destroy")
    code = error.code if error.code.startswith("backup.") else "backup.failed"
    said = f"{error.message}{f': {error.cause}' if error.cause else ''}"
    state = f"the recreate stopped ({backup.manifest.phase}), the backup is in {backup.folder}"
    give_up = Cure("give it up, once nothing in that folder matters any more", f"rm -r {backup.folder}")
    cures = (go_on, *error.cures, *((give_up,) if gone else ()))
    return DevboxError(code, f"{state}: {said}", cause=error.cause, cures=cures, log=error.log)


def _saving(job: Job) -> Job:
    """Save."""
    if job.backup.manifest.way == "ssh":
        return replace(job, backup=oldengine.save(job.repair, job.backend, job.backup)).now(phase="saved")
    engine = _connect(job)
    try:
        return replace(job, backup=save.save(job.repair, job.backup, engine)).now(phase="saved")
    finally:
        engine.close()


def _undo(job: Job) -> None:
    """Start again what was stopped, as long as the VM stays."""
    backup = manifest.load(job.backup.folder) or job.backup
    if backup.manifest.gone or not backup.manifest.stopped:
        return
    try:
        if backup.manifest.way == "ssh":
            oldengine.start_again(job.repair, job.backend, backup)
            return
        engine = _connect(job)
        try:
            save.start_again(job.repair, backup, engine)
        finally:
            engine.close()
    except DevboxError as error:
        job.repair.emit(Note(f"what was stopped could not be started again: {error.message}"))


def _connect(job: Job) -> DockerEngine:
    from devbox.engine.sdk import connect

    return connect(job.endpoint())


def _saved(job: Job) -> Job:
    """Look once more, check the files, and delete."""
    host, backend = job.repair.host, job.backend
    if job.backup.manifest.way == "api":
        job = _settled(job)
    elif not oldengine.quiet(job.repair, job.backend):
        job = _saving(job.now(phase="saving"))
    save.check_files(job.backup)
    making = backend.tool.making(host, backend.name)
    if making is None:
        raise DevboxError("backup.by_hand", f"there is no sure way to make {backend.title} again as it was")
    job = job.now(
        making=making.commands,
        settings=keep_settings(job.backup, tuple(str(path) for path in making.files)),
        rules=rules_of(host, backend),
        identity=backend.tool.identity(host, backend.name),
        phase="deleting",
    )
    return deleted(job)


def _settled(job: Job) -> Job:
    """The backup of a VM in which nothing has happened since; raises `backup.failed` when something always does."""
    for _ in range(TRIES):
        engine = _connect(job)
        try:
            unsure = doubt(job.repair.host, job.backend, engine)
            if unsure:
                raise DevboxError("backup.unproven", "this is not the engine that was saved", cause=unsure)
            names = {v.name for v in engine.vault.volumes()}
            same = names == {v.name for v in job.backup.manifest.volumes}
            if same and save.quiet(engine) == job.backup.manifest.quiet:
                return job
        finally:
            engine.close()
        job = _saving(job.now(phase="saving"))
    raise DevboxError("backup.failed", f"something in {job.backend.title} starts again and again", retryable=True)


def deleted(job: Job) -> Job:
    """Delete, and be sure that it is gone."""
    job.repair.run(job.backend.commands(Rung.RECREATE), "it is made anew")
    state = job.state()
    if state not in (State.MISSING, State.UNKNOWN):
        raise DevboxError("backup.failed", f"{job.backend.title} is still there ({state}) after it was deleted")
    return job.now(phase="deleted")


def _deleting(job: Job) -> Job:
    """After a kill: is it the old one that is there, nothing, or one that somebody made since?"""
    state = job.state()
    if state is State.MISSING:
        return job.now(phase="deleted")
    identity = job.backend.tool.identity(job.repair.host, job.backend.name)
    known = job.backup.manifest.identity
    if job.backup.manifest.way == "api" and (old := _is_saved_engine(job)) is not None:
        # Volumes that came back by themselves are compared when they are restored.
        return job.now(phase="saved") if old else job.now(phase="made")
    if identity and identity == known:
        return deleted(job)
    raise DevboxError(
        "backup.conflict",
        f"there is a {job.backend.title} that may not be the one that was to be deleted: devbox leaves it alone",
        cures=(
            Cure("start it, so that devbox can see whose engine is in it", _line(job.backend, Rung.START)),
            Cure("delete it, if nothing in it matters", _line(job.backend, Rung.RECREATE)),
        ),
    )


def _is_saved_engine(job: Job) -> bool | None:
    """Whether the VM's engine is the one that was saved; None when it does not answer."""
    try:
        engine = _connect(job)
    except DevboxError:
        return None
    try:
        return engine.info().id == job.backup.manifest.engine
    finally:
        engine.close()


def _line(backend: Backend, rung: Rung) -> str:
    import shlex

    return " && ".join(shlex.join(command) for command in backend.commands(rung))


def _making(job: Job) -> Job:
    """Make it, as it was made; one that is there already (a kill) is started."""
    host = job.repair.host
    if job.state() in (State.MISSING, State.UNKNOWN):
        job = job.now(phase="making")
        put_settings(job.backup)
        saved = str(job.backup.folder / "settings")
        commands = tuple(
            tuple(word.replace("{saved}", saved) for word in command) for command in job.backup.manifest.making
        )
        job.repair.run(commands, "it is made anew")
    elif job.state() is not State.RUNNING:
        job.repair.run(job.backend.commands(Rung.START, job.backend.state(host)), "it was made before the kill")
    if not job.repair.await_engine(job.endpoint()):
        raise DevboxError("backup.failed", f"the engine of the new {job.backend.title} does not answer", retryable=True)
    return job.now(phase="made")


def _made(job: Job) -> Job:
    """Fill it."""
    if job.backup.manifest.way == "none":
        return job.now(phase="restored")
    engine = _running(job)
    try:
        job = replace(job, backup=restore(job.repair, job.backup, engine))
    finally:
        engine.close()
    forward_again(job.repair, job.backend, job.backup, job.endpoint())
    return job.now(phase="restored")


def _restored(job: Job) -> Job:
    """The sandboxes that ran run again."""
    if job.backup.manifest.sandboxes:
        engine = _running(job)
        try:
            bring_up(job.repair, job.backup, engine)
        finally:
            engine.close()
    lead_to(job.repair, job.backend, job.backup)
    return job.now(phase="done")


def _running(job: Job) -> DockerEngine:
    """The new engine, its VM started where somebody stopped it."""
    state = job.state()
    if state not in (State.RUNNING, State.UNKNOWN, State.STARTING):
        job.repair.run(job.backend.commands(Rung.START, state), "its volumes are to be filled")
    job.repair.await_engine(job.endpoint())
    return _connect(job)


_STEPS: dict[str, Callable[[Job], Job]] = {
    "saving": _saving,
    "saved": _saved,
    "deleting": _deleting,
    "deleted": _making,
    "making": _making,
    "made": _made,
    "restored": _restored,
}
