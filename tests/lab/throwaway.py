"""Engines for one test: fresh, empty, and gone without a trace when the test is over."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.engine import Engine
from tests.lab.others import other_engine
from tests.lab.places import Places
from tests.lab.procs import started_at
from tests.lab.shell import LabError, run

INDEXES = range(10, 40)
"""Each index is a bridge and an address range; 0 is the lab's engine, 9 the builder."""


@contextmanager
def throwaway(places: Places, name: str, mirror_url: str, disk: int | None = None) -> Iterator[Engine]:
    """A started engine of this version with data of its own; stopped and deleted at the end, whatever became of it.

    `disk`: its data lie in memory and may grow to so many MiB.
    """
    index = _claim(places)
    engine = _place(places, index)
    try:
        engine = other_engine(places, name, index, engine.data, engine.run, mirror_url)
        if disk:
            engine.data.mkdir(parents=True, exist_ok=True)
            run(["mount", "-t", "tmpfs", "-o", f"size={disk}m", "devbox-lab", engine.data])
        engine.start()
        yield engine
    finally:
        engine.resume()
        _discard(engine)
        (places.run / f"e{index}.claim").unlink(missing_ok=True)


def _place(places: Places, index: int) -> Engine:
    return Engine(index, places.cache / f"e{index}", places.run / f"e{index}", "")


def _claim(places: Places) -> int:
    """A free index; what a dead claimant left is cleared away first."""
    with (places.run / "claims.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _claim_alone(places)


def _claim_alone(places: Places) -> int:
    for index in (places.first + number for number in INDEXES):
        claim = places.run / f"e{index}.claim"
        if claim.exists() and not _alive(claim):
            _discard(_place(places, index))
            claim.unlink(missing_ok=True)
        try:
            with claim.open("x") as file:
                file.write(f"{os.getpid()} {started_at(os.getpid())}")
            return index
        except FileExistsError:
            continue
    raise LabError("all places for throw-away engines are taken")


def _alive(claim: Path) -> bool:
    try:
        pid, started = claim.read_text().split()
    except (OSError, ValueError):
        return True  # being written just now
    return started_at(int(pid)) == started


def _discard(engine: Engine) -> None:
    containers = _quietly(engine, "ps", "--all", "--quiet").split()
    if containers:
        _quietly(engine, "rm", "--force", "--volumes", *containers)
    engine.stop()
    subprocess.run(["umount", "-l", str(engine.data)], capture_output=True)
    for folder in (engine.run, engine.data):
        subprocess.run(["find", str(folder), "-xdev", "-delete"], capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def _quietly(engine: Engine, *words: str) -> str:
    if not engine.pid or not engine.answers():
        return ""
    try:
        return engine.docker(*words)
    except LabError:
        return ""
