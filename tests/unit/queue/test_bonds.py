"""A process that does not outlive its parent, by the kernel's means and where there are none."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from devbox.queue import bonds
from tests.integration.support.waiting import until


@pytest.mark.parametrize("kernel", [True, False])
def test_a_child_ends_with_its_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kernel: bool) -> None:
    if not kernel:
        monkeypatch.setattr(bonds, "_prctl", lambda: None)
    told = tmp_path / "child"
    parent = os.fork()
    if not parent:
        bond = bonds.Bond()
        if not os.fork():
            bond.tie(signal.SIGKILL)
            part = told.with_suffix(".part")
            part.write_text(str(os.getpid()))
            part.rename(told)
        time.sleep(600)
        os._exit(0)
    until(told.exists, "the child is bound")
    child = int(told.read_text())
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    until(lambda: _gone(child), "the child is gone, too")


def test_one_whose_parent_ended_before_it_was_bound_ends_at_once(tmp_path: Path) -> None:
    bond = bonds.Bond()
    bond._parent = 1
    pid = os.fork()
    if not pid:
        bond.tie(signal.SIGKILL)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except OSError:
        return True
