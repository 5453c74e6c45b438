"""Cures that a check left open ("start the engine"), in the words and commands of the back end that owns the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from devbox.doctor.backends.model import Backend, Rung, State
from devbox.doctor.backends.recognise import present
from devbox.doctor.model import Finding, Remedy, Status

if TYPE_CHECKING:
    from devbox.doctor.host import HostView

_RUNGS = {rung.value: rung for rung in Rung}


def fill(findings: Iterable[Finding], backend: Backend | None, host: HostView) -> tuple[Finding, ...]:
    """The findings, each `engine.*` cure with the back end's own commands; a step that it does not have falls away.

    Without a back end (an engine that nobody here is known to own) such a cure is a sentence for a person.
    """
    found = list(findings)
    wanted = any(cure.id in _RUNGS for f in found for cure in f.cures if f.status in (Status.FAIL, Status.WARN))
    state = backend.state(host) if backend is not None and wanted and present(backend, host) else State.UNKNOWN
    return tuple(replace(f, cures=tuple(_cures(f.cures, backend, state, host))) for f in found)


def _cures(cures: Iterable[Remedy], backend: Backend | None, state: State, host: HostView) -> Iterator[Remedy]:
    for cure in cures:
        if cure.id == "ports.forward":
            yield _forward(cure, backend)
        elif cure.id not in _RUNGS:
            yield cure
        elif backend is None:
            if cure.id != Rung.RECREATE:
                yield replace(cure, id="")
        else:
            for own in backend.remedies(_RUNGS[cure.id], state=state):
                yield own if present(backend, host) else replace(own, id="")


def _forward(cure: Remedy, backend: Backend | None) -> Remedy:
    from devbox.doctor.backends.natpf import KINDS

    if backend is None or backend.kind not in KINDS:
        return replace(cure, id="")
    vm = backend.name or backend.tool.default
    command = cure.command or f'VBoxManage controlvm {vm} natpf1 "devbox-8080,tcp,127.0.0.1,8080,,8080"'
    return replace(cure, about=(backend.kind, backend.name, *cure.about), command=command)
