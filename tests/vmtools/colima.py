"""colima and limactl."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.vmtools import engines
from tests.vmtools.state import State, fail

STOPPED = "colima is not running"


def _home() -> Path:
    return Path(os.environ.get("COLIMA_HOME") or Path(os.environ["HOME"]) / ".colima")


def _make_files(name: str) -> None:
    instance = _home() / "_lima" / ("colima" if name == "default" else f"colima-{name}")
    for folder in (instance, _home() / name):
        folder.mkdir(parents=True, exist_ok=True)
    settings = _home() / name / "colima.yaml"
    if not settings.exists():
        settings.write_text("cpu: 2\nkubernetes:\n  enabled: false\n")
    if not (instance / "lima.yaml").exists():
        (instance / "lima.yaml").write_text("vmType: vz\n")


def colima(state: State, words: list[str]) -> int:
    """colima COMMAND [profile] [flags]."""
    if words[:1] == ["ssh"]:
        at = words.index("--") if "--" in words else fail("usage: colima ssh -- COMMAND")
        return engines.inside(state, words[at + 1 :])
    flags = {word for word in words[1:] if word.startswith("-")}
    names = [word for word in words[1:] if not word.startswith("-")]
    name = names[0] if names else "default"
    allowed = {"list": {"--json"}, "status": {"--json"}, "stop": {"--force"}, "delete": {"--force", "--data"}}
    if len(names) > 1 or flags - allowed.get(words[0], set()):
        fail(f"Error: unknown flag in {words}")
    verb = {"list": _list, "status": _status, "start": _start, "stop": _stop, "restart": _restart, "update": _update,
            "delete": _delete}.get(words[0])  # fmt: skip
    return verb(state, name) if verb else fail(f'Error: unknown command "{words[0]}" for "colima"')


def _list(state: State, _name: str) -> int:
    for name, vm in state.vms("colima").items():
        row = {"name": name, "status": vm["status"], "arch": "aarch64", "cpus": 2, "memory": 2 << 30, "disk": 60 << 30}
        print(json.dumps({**row, **({"runtime": "docker"} if vm["status"] == "Running" else {})}))
    return 0


def _vm(state: State, name: str) -> dict[str, Any]:
    return state.vms("colima").get(name, {"status": "Missing"})


def _status(state: State, name: str) -> int:
    if _vm(state, name)["status"] != "Running":
        fail(f"FATA[0000] {STOPPED}")
    socket = _vm(state, name).get("socket") or f"unix://{_home() / name / 'docker.sock'}"
    shown = "colima" if name == "default" else f"colima [profile={name}]"
    print(json.dumps({"display_name": shown, "driver": "macOS Virtualization.Framework", "arch": "aarch64",
                      "runtime": "docker", "mount_type": "virtiofs", "docker_socket": socket, "kubernetes": False,
                      "cpu": 2, "memory": 2 << 30, "disk": 60 << 30}))  # fmt: skip
    return 0


def _start(state: State, name: str) -> int:
    if _vm(state, name)["status"] == "Broken":
        fail("FATA[0000] error starting vm: error at 'starting': exit status 1")
    _make_files(name)
    state.put("colima", name, status="Running")
    engines.start(state)
    print('time="2026-11-29T09:00:00Z" level=info msg="done"')
    return 0


def _stop(state: State, name: str) -> int:
    engines.stop(state)
    state.put("colima", name, status="Stopped")
    return 0


def _restart(state: State, name: str) -> int:
    if _vm(state, name)["status"] != "Running":
        fail(f"FATA[0000] {STOPPED}")
    engines.stop(state)
    return _start(state, name)


def _update(state: State, name: str) -> int:
    if _vm(state, name)["status"] != "Running":
        fail(f"FATA[0000] {STOPPED}")
    if _vm(state, name).get("updates"):
        engines.update(state)
    print('time="2026-11-29T09:00:00Z" level=info msg="already up to date"')
    return 0


def _delete(state: State, name: str) -> int:
    if name not in state.vms("colima"):
        print('time="2026-11-29T09:00:00Z" level=warning msg="colima is not created"')
        return 0
    engines.delete(state)
    instance = _home() / "_lima" / ("colima" if name == "default" else f"colima-{name}")
    for path in (instance / "lima.yaml", _home() / name / "colima.yaml"):
        path.unlink(missing_ok=True)
    state.drop("colima", name)
    return 0


def _lima_home() -> Path:
    return Path(os.environ.get("LIMA_HOME") or Path(os.environ["HOME"]) / ".lima")


def limactl(state: State, words: list[str]) -> int:
    """limactl COMMAND [flags] [instance]."""
    if words[:1] == ["shell"]:
        return engines.inside(state, words[2:])
    if words == ["list", "--json"]:
        for name, vm in state.vms("limactl").items():
            print(json.dumps({"name": name, "status": vm["status"], "dir": str(_lima_home() / name), "vmType": "vz",
                              "arch": "aarch64", "cpus": 4, "memory": 4 << 30, "disk": 100 << 30, "errors": [],
                              "protected": vm.get("protected", False)}))  # fmt: skip
        return 0
    return _lima_verb(state, words)


def _lima_verb(state: State, words: list[str]) -> int:
    verb, names = words[0], [w for w in words[1:] if not w.startswith("-")]
    vms = state.vms("limactl")
    if verb == "start":
        given = next((w.removeprefix("--name=") for w in words if w.startswith("--name=")), "")
        if "--tty=false" not in words:
            fail("limactl start would ask a question")
        return _lima_create(state, given, Path(names[0])) if given else _lima_start(state, names[0])
    if len(names) != 1 or names[0] not in vms:
        fail(f'level=fatal msg="instance {names!r} does not exist"')
    if verb == "stop":
        if vms[names[0]]["status"] == "Broken" and "-f" not in words:
            fail('level=fatal msg="errors inspecting instance: [vz driver is running but host agent is not]"')
        engines.stop(state)
        state.put("limactl", names[0], status="Stopped")
    elif verb == "delete":
        if vms[names[0]].get("protected"):
            fail('level=fatal msg="instance is protected to prohibit accidental removal"')
        engines.delete(state)
        (_lima_home() / names[0] / "lima.yaml").unlink(missing_ok=True)
        state.drop("limactl", names[0])
    else:
        fail(f"level=fatal msg=unknown command {verb}")
    return 0


def _lima_create(state: State, name: str, template: Path) -> int:
    if name in state.vms("limactl"):
        fail(f'level=fatal msg="instance {name!r} already exists"')
    folder = _lima_home() / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lima.yaml").write_text(template.read_text())
    state.put("limactl", name, status="Running")
    engines.start(state)
    return 0


def _lima_start(state: State, name: str) -> int:
    vm = state.vms("limactl").get(name)
    if vm is None:
        fail(f'level=fatal msg="instance {name!r} does not exist"')
    if vm["status"] == "Broken":
        fail('level=fatal msg="errors inspecting instance: [vz driver is running but host agent is not]"')
    state.put("limactl", name, status="Running")
    engines.start(state)
    return 0
