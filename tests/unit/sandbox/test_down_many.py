"""`down` of many sandboxes: few questions to the engine, and a Ctrl-C that begins nothing more."""

from __future__ import annotations

import _thread
import threading
from pathlib import Path

import pytest

from devbox.engine.api import EngineInfo
from devbox.errors import DevboxError
from devbox.sandbox.down import AT_ONCE, down
from tests.unit.sandbox.double import Machine

NAMES = [f"box-{number:02}" for number in range(AT_ONCE + 4)]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    for name in NAMES:
        made.up(name)
    return made


def test_the_engine_is_asked_as_often_as_for_one(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[None] = []
    info = machine.engine.info

    def counted() -> EngineInfo:
        asked.append(None)
        return info()

    monkeypatch.setattr(machine.engine, "info", counted)
    before = machine.engine.reads
    down(machine.world, NAMES, volumes=True, dry_run=False)
    assert machine.ours() == []
    assert len(asked) == 1
    assert machine.engine.reads - before == 3


def test_a_ctrl_c_lets_none_begin_that_waits_its_turn(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, begun, ended = machine.engine.stop, threading.Semaphore(0), threading.Semaphore(0)
    interrupted = threading.Event()

    def held(container: str, grace: int | None = None) -> None:
        begun.release()
        assert interrupted.wait(60)
        stop(container, grace)
        ended.release()

    def ctrl_c() -> None:
        for _ in range(AT_ONCE):
            begun.acquire()
        _thread.interrupt_main()

    monkeypatch.setattr(machine.engine, "stop", held)
    threading.Thread(target=ctrl_c, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        down(machine.world, NAMES, volumes=False, dry_run=False)
    interrupted.set()  # it did not wait for those that were under way
    for _ in range(AT_ONCE):
        assert ended.acquire(timeout=60)
    assert not begun.acquire(timeout=0)
    assert len(machine.running()) == len(NAMES) - AT_ONCE


def test_one_that_cannot_be_removed_does_not_keep_the_others(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, stubborn = machine.engine.stop, machine.engine.box(f"devbox-{NAMES[3]}-jenkins-1").id

    def refused(container: str, grace: int | None = None) -> None:
        if container == stubborn:
            raise DevboxError("engine.error", "no")
        stop(container, grace)

    monkeypatch.setattr(machine.engine, "stop", refused)
    with pytest.raises(DevboxError):
        down(machine.world, NAMES, volumes=False, dry_run=False)
    assert machine.running() == [f"devbox-{NAMES[3]}-jenkins-1"]
