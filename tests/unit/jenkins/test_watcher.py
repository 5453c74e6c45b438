"""Being told of changes: by the system, and by looking where the system does not tell."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devbox.jenkins import watcher
from devbox.jenkins.project import Project, Root
from devbox.jenkins.watcher import Watcher

DEADLINE = 60.0


@pytest.fixture
def project(tmp_path: Path) -> Project:
    roots = (
        Root("classes", tmp_path / "target/classes", "classes"),
        Root("webapp", tmp_path / "src/main/webapp", "webapp"),
    )
    for root in roots:
        root.local.mkdir(parents=True)
    return Project("hello", "1", tmp_path, {}, roots, {}, tmp_path / "m")


@pytest.fixture
def patient(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watcher]:
    """A watcher that looks by itself so seldom that only news can wake it."""
    monkeypatch.setattr(watcher, "RELOOK", DEADLINE)
    made = Watcher(project)
    assert not made.polls
    yield made
    made.close()


def wakes(made: Watcher, change: Callable[[], object]) -> bool:
    """Whether a change is told of, rather than looked for."""
    change()
    began = time.monotonic()
    made.wait()
    return time.monotonic() - began < DEADLINE - 5


def test_a_file_in_a_new_folder(patient: Watcher, project: Project) -> None:
    place = project.roots[1].local / "deep" / "er"
    assert wakes(patient, lambda: place.mkdir(parents=True))
    assert wakes(patient, lambda: (place / "a.txt").write_text("x"))


def test_a_folder_that_a_build_takes_away_and_makes_anew(patient: Watcher, project: Project) -> None:
    assert wakes(patient, lambda: shutil.rmtree(project.folder / "target"))
    patient.refresh()
    assert wakes(patient, lambda: project.roots[0].local.mkdir(parents=True))
    patient.refresh()
    patient.refresh()
    assert wakes(patient, lambda: (project.roots[0].local / "A.class").write_bytes(b"x"))


def test_a_folder_made_anew_at_once(patient: Watcher, project: Project) -> None:
    """The file system may give the new folder the old one's number."""
    for number in range(5):
        shutil.rmtree(project.folder / "target")
        assert wakes(patient, lambda: project.roots[0].local.mkdir(parents=True))
        patient.refresh()
        patient.refresh()
        assert wakes(patient, lambda n=number: (project.roots[0].local / f"{n}.class").write_bytes(b"x"))


def test_reading_is_no_news(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "RELOOK", 0.3)
    file = project.roots[1].local / "a.txt"
    file.write_text("x")
    made = Watcher(project)
    told: list[object] = []
    monkeypatch.setattr(made, "_told", lambda *_: told.append(True))
    made.wait()
    told.clear()
    file.read_text()
    made.wait()
    made.close()
    assert told == []


def test_without_the_systems_help_it_looks(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "_observer", lambda: None)
    made = Watcher(project)
    assert made.polls
    made.refresh()
    made.wait()
    made.close()


def test_watches_that_are_used_up_lead_to_looking(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def schedule(self, *_: object, **__: object) -> None:
            raise OSError(28, "inotify watch limit reached")

        def stop(self) -> None: ...

        def join(self, _: float) -> None: ...

    monkeypatch.setattr(watcher, "_observer", Full)
    assert Watcher(project).polls


def test_asked_to_look_it_looks(project: Project) -> None:
    made = Watcher(project, poll=True)
    assert made.polls
    made.close()
