"""`python -m tests.vmtools TOOL WORDS...`: what the shims on PATH run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.vmtools import colima, machine, others
from tests.vmtools.state import State, fail, kill_caller

TOOLS = {
    "colima": colima.colima,
    "limactl": colima.limactl,
    "boot2docker": machine.boot2docker,
    "docker-machine": machine.docker_machine,
    "VBoxManage": machine.vboxmanage,
    "podman": others.podman,
    "systemctl": others.systemctl,
    "service": others.service,
    "docker": others.docker,
    "wsl": others.wsl,
}


def main(tool: str, words: list[str]) -> int:
    state = State(Path(os.environ["VMTOOLS_STATE"]))
    state.note([tool, *words])
    order = next((what for key, what in state.orders().items() if f"{tool} {' '.join(words)}".startswith(key)), "")
    if order == "fail":
        fail(f"{tool}: ordered to fail")
    if order == "kill-before":
        kill_caller()
        return 1
    code = TOOLS[tool](state, words) if tool in TOOLS else others.asked(tool, words)
    if order == "kill-after":
        sys.stdout.flush()
        kill_caller()
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.argv[2:]))
