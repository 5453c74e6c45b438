"""After a kill between a deletion and its record: is it the old VM that is there, nothing, or somebody's new one?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devbox.doctor.backends.colima import COLIMA
from devbox.doctor.backup import manifest
from devbox.doctor.backup.recreate import resume
from devbox.errors import DevboxError
from tests.replay import ReplayServer
from tests.unit.doctor.test_ladders import Bench, bench_of, short

__all__ = ["short"]


@pytest.fixture
def bench(short: Path) -> Iterator[Bench]:
    made = bench_of(short, ("colima",))
    folder = made.host.home / ".colima/default"
    folder.mkdir(parents=True)
    (folder / "docker.sock").symlink_to(made.alive)
    instance = made.host.home / ".colima/_lima/colima"
    instance.mkdir(parents=True)
    (instance / "lima.yaml").write_text("x")
    yield made


def cut_short(bench: Bench, identity: str) -> manifest.Backup:
    begun = manifest.begin(bench.state, "colima", "default")
    return begun.now(way="none", phase="deleting", identity=identity, making=(("colima", "start"),))


def identity(bench: Bench) -> str:
    return COLIMA.identity(bench.host, "default")


def test_the_same_one_is_deleted_again(bench: Bench) -> None:
    bench.shelf.state.put("colima", "default", status="Broken")
    backup = cut_short(bench, identity(bench))
    with ReplayServer(unix=bench.alive):
        assert resume(bench.repair()) == ("Colima",)
    assert bench.changes == ["colima delete --force", "colima start"]
    found = manifest.load(backup.folder)
    assert found is not None and found.manifest.phase == "done"


def test_one_that_is_gone_is_made(bench: Bench) -> None:
    cut_short(bench, identity(bench))
    with ReplayServer(unix=bench.alive):
        resume(bench.repair())
    assert bench.changes == ["colima start"]


@pytest.mark.parametrize("known", ["another one", ""])
def test_one_that_may_be_newer_is_left_alone(bench: Bench, known: str) -> None:
    bench.shelf.state.put("colima", "default", status="Broken")
    backup = cut_short(bench, known)
    with pytest.raises(DevboxError) as caught:
        resume(bench.repair())
    assert caught.value.code == "backup.conflict" and str(backup.folder) in caught.value.message
    assert bench.changes == []


def test_a_file_that_was_touched_is_another_identity(bench: Bench) -> None:
    """Whoever used the VM since the backup has data in it that are not saved."""
    before = identity(bench)
    (bench.host.home / ".colima/_lima/colima/lima.yaml").write_text("x")
    assert before and identity(bench) != before


def test_before_a_deletion_nothing_is_gone_on_with_unasked(bench: Bench) -> None:
    manifest.begin(bench.state, "colima", "default").now(phase="saving")
    assert resume(bench.repair()) == () and bench.changes == []


def test_a_back_end_that_nobody_knows_is_passed_over(bench: Bench) -> None:
    manifest.begin(bench.state, "from-the-future", "x").now(phase="deleting")
    assert resume(bench.repair()) == ()
