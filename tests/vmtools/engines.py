"""The engine in a stand-in VM, where it has one: an engine of the lab's, whose data goes with the VM.

`engine.json` in the state folder: index, folders, mirror, the version that runs, and the one that a new VM gets.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tests.vmtools.state import State

if TYPE_CHECKING:
    from tests.lab.engine import Engine
    from tests.lab.places import Places


def plan(state: State, where: Places, engine: Engine, version: str, after: str) -> None:
    """An engine for the VM: the `engine` of this version; a VM that is made later has `after`."""
    value = {
        "places": [str(where.cache), str(where.run), where.first],
        "index": engine.index,
        "data": str(engine.data),
        "run": str(engine.run),
        "mirror": engine.mirror,
        "version": version,
        "after": after,
    }
    (state.folder / "engine.json").write_text(json.dumps(value))


def engine_of(state: State) -> Engine | None:
    """The VM's engine, running or not; None for VMs without."""
    path = state.folder / "engine.json"
    if not path.exists():
        return None
    from tests.lab.others import other_engine  # most stand-ins have no engine, and start at once
    from tests.lab.places import Places

    value = json.loads(path.read_text())
    data, run = Path(value["data"]), Path(value["run"])
    cache, lab, first = value["places"]
    where = Places(Path(cache), Path(lab), first)
    return other_engine(where, value["version"], value["index"], data, run, value["mirror"])


def start(state: State) -> None:
    if (engine := engine_of(state)) is not None:
        engine.start(180)


def stop(state: State) -> None:
    if (engine := engine_of(state)) is not None:
        engine.stop()


def update(state: State) -> None:
    """The newer version on the same data."""
    stop(state)
    _become_new(state)
    start(state)


def delete(state: State) -> None:
    """The VM's disk is gone: a new one has the newer version."""
    engine = engine_of(state)
    if engine is None:
        return
    shutil.rmtree(state.folder / "root", ignore_errors=True)
    engine.stop()
    subprocess.run(["find", str(engine.data), "-xdev", "-mindepth", "1", "-delete"], capture_output=True)
    shutil.rmtree(engine.data, ignore_errors=True)
    (engine.run / "docker.sock").unlink(missing_ok=True)
    _become_new(state)


def _become_new(state: State) -> None:
    path = state.folder / "engine.json"
    value = json.loads(path.read_text())
    value["version"] = value["after"]
    path.write_text(json.dumps(value))


def inside(state: State, words: list[str]) -> int:
    """A command in the VM."""
    engine = engine_of(state)
    words = words[1:] if words[:1] == ["sudo"] else words
    root = state.folder / "root"
    if root.exists():  # the VM's own /var/lib/docker; a docker command of its own age knows its containers
        words = [str(root / word.removeprefix("/")) if word.startswith("/var/lib/docker") else word for word in words]
        if words[:1] == ["docker"]:
            running = state.vms("inside").get("containers", {}).get("running", [])
            if words[1:2] == ["stop"]:
                running = [name for name in running if name not in words[2:]]
                state.put("inside", "containers", running=running)
            elif words[1:2] == ["start"]:
                state.put("inside", "containers", running=[*running, *words[2:]])
            elif words[1:] == ["ps", "-q"]:
                print("".join(f"{name}\n" for name in running), end="")
            elif words[1:] == ["ps", "-a", "-q"]:
                print("c0ffee000001\nc0ffee000002")
            return 0
    if other := state.vms("inside").get("engine", {}).get("id"):
        print(f"Server:\n ID: {other}")
        return 0
    if engine is not None and words[:1] == ["docker"]:
        print(engine.docker(*words[1:]), end="")
        return 0
    return subprocess.run(words).returncode
