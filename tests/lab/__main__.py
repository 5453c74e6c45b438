"""`python -m tests.lab COMMAND`: the lab from the command line.

up: install, build and start what is missing. down: stop it. status, env (for `eval`), images: tell.
load: put devbox-lab/jenkins into the engine that your docker CLI uses. purge: down, and delete all that was made.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.lab.lab import Lab
from tests.lab.shell import LabError


def main(words: list[str]) -> int:
    """Run one command; 1 when the lab cannot do it."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.lab", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=sorted(COMMANDS))
    try:
        return COMMANDS[parser.parse_args(words).command]()
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


def _up() -> int:
    began = time.monotonic()
    lab = Lab.ensure()
    lab.by_tests.unlink(missing_ok=True)
    print(f"lab: up after {time.monotonic() - began:.1f} s; engine {lab.docker_host}, registry {lab.registry.url}")
    return 0


def _down() -> int:
    Lab.find().down()
    return 0


def _status() -> int:
    lab = Lab.find()
    rows = {
        "engine": lab.docker_host if lab.engine.pid and lab.engine.answers() else "down",
        "registry": lab.registry.url if lab.registry.answers() else "down",
        "logs": lab.places.run,
        "cache": lab.places.cache,
    }
    for name, value in rows.items():
        print(f"{name:10}{value}")
    return 0 if "down" not in rows.values() else 1


def _env() -> int:
    lab = Lab.find()
    print(f"export DOCKER_HOST={lab.docker_host}")
    print(f"export DEVBOX_LAB_REGISTRY={lab.registry.url}")
    print("unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH")
    return 0


def _images() -> int:
    print(*Lab.find().images, sep="\n")
    return 0


def _load() -> int:
    Lab.ensure().load(("devbox-lab/jenkins:lts", "devbox-lab/jenkins:latest"))
    return 0


def _purge() -> int:
    Lab.find().purge()
    return 0


COMMANDS = {
    "up": _up, "down": _down, "status": _status, "env": _env, "images": _images, "load": _load, "purge": _purge,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
