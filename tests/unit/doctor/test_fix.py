"""The ladder: in which order, with whose leave, until when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from devbox.doctor import remedies
from devbox.doctor.fix import Diagnosis, Fixed, fix, ladder
from devbox.doctor.host import HostView
from devbox.doctor.model import Finding, Remedy, Risk, Status
from devbox.doctor.remedies import Patient
from devbox.doctor.repair import Repair
from devbox.errors import ConfirmationNeeded, DevboxError
from devbox.events import Event, Warned
from tests.unit.doctor.hosts import FakeHost

SETTINGS = Remedy("set", "set it", Risk.SETTINGS, "properties.set", ("f", "k", "v"))
USE = Remedy("use", "use it", Risk.SETTINGS, "context.use", ("x",))
START = Remedy("start", "start it", Risk.NONE, "engine.start")
RESTART = Remedy("restart", "restart it", Risk.RESTART, "engine.restart")
UPDATE = Remedy("update", "update it", Risk.RESTART, "engine.update")
RECREATE = Remedy("recreate", "recreate it", Risk.DESTROY, "engine.recreate")
PASTE = Remedy("paste", "unset DOCKER_HOST")


@dataclass
class Clinic:
    """Cures do nothing but be written down; `heals` says which of them makes which finding go away."""

    findings: list[Finding]
    heals: dict[str, str] = field(default_factory=dict)
    fails: dict[str, str] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    looks: int = 0

    def diagnose(self) -> Diagnosis:
        self.looks += 1
        sick = tuple(f for f in self.findings if self.heals.get(f.id) not in self.taken)
        return Diagnosis(sick, Patient(None, None))

    def take(self, _repair: Repair, remedy: Remedy, _patient: Patient) -> None:
        self.taken.append(remedy.id)
        if remedy.id in self.fails:
            raise DevboxError(self.fails[remedy.id], "it did not work")


def nobody(question: str) -> bool:
    raise ConfirmationNeeded("confirm.needed", question)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Fixed]:
    def go(clinic: Clinic, **fields: Any) -> Fixed:
        monkeypatch.setattr(remedies, "take", clinic.take)
        machine = cast("HostView", FakeHost())
        return fix(Repair(machine, tmp_path, clinic.events.append, **{"confirm": nobody, **fields}), clinic.diagnose)

    return go


def fail(name: str, *cures: Remedy) -> Finding:
    return Finding(name, Status.FAIL, f"{name} fails", cures=cures)


def test_mildest_first_and_a_new_look_after_each(run: Callable[..., Fixed]) -> None:
    clinic = Clinic([fail("a", RECREATE, UPDATE, RESTART, START, SETTINGS)])
    run(clinic, allow=Risk.DESTROY, yes=True)
    assert clinic.taken == ["engine.start", "properties.set", "engine.restart", "engine.update", "engine.recreate"]
    assert clinic.looks == 6


def test_it_goes_on_only_while_the_finding_stays(run: Callable[..., Fixed]) -> None:
    clinic = Clinic([fail("a", START, RESTART, RECREATE)], heals={"a": "engine.restart"})
    fixed = run(clinic, allow=Risk.DESTROY, yes=True)
    assert clinic.taken == ["engine.start", "engine.restart"]
    assert [(r["id"], r["remedy"], r["risk"]) for r in fixed.repaired][-1] == ("a", "engine.restart", "restart")
    assert fixed.diagnosis.findings == ()


def test_one_cure_for_two_findings_is_taken_once(run: Callable[..., Fixed]) -> None:
    clinic = Clinic([fail("a", START), fail("b", START)])
    run(clinic)
    assert clinic.taken == ["engine.start"]


def test_without_leave_only_what_changes_nothing(run: Callable[..., Fixed]) -> None:
    clinic = Clinic([fail("a", START, RESTART, RECREATE)])
    fixed = run(clinic)
    assert clinic.taken == ["engine.start"]
    assert fixed.needed is not None and fixed.needed.exit == 3
    assert fixed.needed.cures[0].command == "devbox doctor --fix --allow restart --yes"


def test_yes_confirms_up_to_what_is_allowed_and_no_more(run: Callable[..., Fixed]) -> None:
    clinic = Clinic([fail("a", START, RESTART, RECREATE)])
    fixed = run(clinic, yes=True, allow=Risk.SETTINGS, confirm=lambda _q: True)
    assert clinic.taken == ["engine.start"]
    assert fixed.needed is None and fixed.refused is Risk.RESTART


def test_on_a_terminal_it_asks_above_what_is_allowed(run: Callable[..., Fixed]) -> None:
    asked: list[str] = []

    def yes(question: str) -> bool:
        asked.append(question)
        return True

    clinic = Clinic([fail("a", SETTINGS, RESTART)])
    run(clinic, allow=Risk.SETTINGS, confirm=yes)
    assert clinic.taken == ["properties.set", "engine.restart"]
    assert len(asked) == 1 and "restart it" in asked[0] and "a fails" in asked[0]


def test_after_a_no_nothing_costlier_is_offered(run: Callable[..., Fixed]) -> None:
    clinic = Clinic([fail("a", RESTART, UPDATE, RECREATE), fail("b", SETTINGS)])
    run(clinic, allow=Risk.SETTINGS, confirm=lambda _q: False)
    assert clinic.taken == ["properties.set"]


def test_a_cure_that_fails_is_a_warning_and_the_next_ones_turn(run: Callable[..., Fixed]) -> None:
    clinic = Clinic([fail("a", START, RESTART)], fails={"engine.start": "cure.failed"})
    fixed = run(clinic, allow=Risk.RESTART)
    assert clinic.taken == ["engine.start", "engine.restart"]
    assert [e.code for e in clinic.events if isinstance(e, Warned)] == ["cure.failed"]
    assert fixed.stopped is None


def test_a_recreate_that_stops_stops_all(run: Callable[..., Fixed]) -> None:
    clinic = Clinic([fail("a", RECREATE), fail("b", RECREATE)], fails={"engine.recreate": "backup.failed"})
    fixed = run(clinic, allow=Risk.DESTROY, yes=True)
    assert fixed.stopped is not None and fixed.stopped.code == "backup.failed"
    assert clinic.taken == ["engine.recreate"]


def test_what_only_warns_is_worth_no_restart(run: Callable[..., Fixed]) -> None:
    warned = Finding("w", Status.WARN, "it will bite", cures=(USE, RESTART, RECREATE))
    clinic = Clinic([warned])
    run(clinic, allow=Risk.DESTROY, yes=True)
    assert clinic.taken == ["context.use"]


def test_what_lives_in_the_shell_is_left_to_the_person(run: Callable[..., Fixed]) -> None:
    clinic = Clinic([fail("env", PASTE)])
    fixed = run(clinic, allow=Risk.DESTROY, yes=True)
    assert clinic.taken == [] and fixed.repaired == () and fixed.diagnosis.findings


def test_the_ladder_is_shown_in_order() -> None:
    found = ladder(
        [fail("b", RECREATE, START), Finding("w", Status.WARN, "w", cures=(USE,)), fail("a", PASTE, RESTART)]
    )
    assert [(c["action"], c["target"]) for c in found] == [
        ("engine.start", "start it"),
        ("by hand", "unset DOCKER_HOST"),
        ("engine.restart", "restart it"),
        ("engine.recreate", "recreate it"),
        ("context.use", "use it"),
    ]
    assert all(c["risk"] in ("none", "settings", "restart", "destroy") for c in found)
