"""The doctor's picture: an engine with the window of Docker 29.0, a variable and a file of the time before."""

from __future__ import annotations

import os
from pathlib import Path

from tests.lab import Lab
from tests.pictures.terminal import draw, text_of, watch

HOME = Path("/home/me")
"""Shown in the picture; made for it, and removed."""


def doctor(devbox: str, lab: Lab, to: Path) -> None:
    """Draw it."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DOCKER_", "DEVBOX_", "NO_COLOR"))}
    file = HOME / ".docker-java.properties"
    HOME.mkdir()
    try:
        file.write_text("api.version=1.32\n")
        with lab.fresh_engine("28.5-min144") as engine:
            env |= {"HOME": str(HOME), "TERM": "xterm-256color", "DOCKER_HOST": engine.docker_host}
            env |= {"DOCKER_API_VERSION": "1.32", "DEVBOX_STATE_DIR": str(HOME / "state")}
            areas = ["engine", "settings", "versions", "network"]
            screen = watch([devbox, "doctor", *areas], env, lambda _: None)
    finally:
        file.unlink()
        HOME.rmdir()
    draw(text_of(screen), "devbox doctor", "devbox doctor", to)
