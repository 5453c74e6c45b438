"""`python -m tests.pictures`: runs devbox on the lab in a terminal and draws what it shows."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pyte

from tests.lab import Lab
from tests.pictures.doctor import doctor
from tests.pictures.queue import queue
from tests.pictures.terminal import draw, text_of, watch
from tests.pictures.watch import picture

HERE = Path(__file__).parent
DEVBOX = str(Path(sys.executable).with_name("devbox"))


def main() -> None:
    """Draw all pictures, or the one that is named: `watch`, `doctor`, `queue`."""
    lab = Lab.ensure()
    named = sys.argv[1:]
    if named in ([], ["watch"]):
        _stories(lab, named)
    if named in ([], ["doctor"]):
        doctor(DEVBOX, lab, HERE / "doctor.svg")
    if named in ([], ["queue"]):
        queue(DEVBOX, lab, HERE / "queue.svg")


def _stories(lab: Lab, named: list[str]) -> None:
    """`pull.svg`, `up.svg`, `status.svg` and `watch.svg`, in an engine without images."""
    with tempfile.TemporaryDirectory() as home, lab.fresh_engine("20.10") as engine:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("DOCKER_", "DEVBOX_", "NO_COLOR"))}
        env |= {"DOCKER_HOST": engine.docker_host, "HOME": home, "TERM": "xterm-256color", "DEVBOX_STATE_DIR": home}
        try:
            if named != ["watch"]:
                _pictures(env)
                subprocess.run([DEVBOX, "down", "--all", "--volumes", "--yes", "--quiet"], env=env, check=True)
            picture(DEVBOX, env, lab.places, Path(home), HERE / "watch.svg")
        finally:
            subprocess.run([DEVBOX, "down", "--all", "--volumes", "--yes", "--quiet"], env=env, check=False)


def _pictures(env: dict[str, str]) -> None:
    pulling: list[pyte.Screen] = []

    def remember(screen: pyte.Screen) -> None:
        text = "\n".join(screen.display)
        if "/" in text and "MB" in text and "layers" in text and len(pulling) < 200:
            pulling.append(text_of(screen))

    screen = watch([DEVBOX, "up", "jenkins"], env, remember)
    draw(text_of(screen), "devbox up jenkins", "devbox up", HERE / "up.svg")
    if pulling:
        draw(pulling[len(pulling) // 2], "devbox up jenkins", "while the image comes in", HERE / "pull.svg")
    for words in (["jenkins", "-n", "second"], ["jenkins:2.555.1", "-n", "old-plugin"]):
        subprocess.run([DEVBOX, "up", *words, "--quiet"], env=env, check=True, capture_output=True)
    subprocess.run([DEVBOX, "down", "old-plugin", "--quiet"], env=env, check=True, capture_output=True)
    screen = watch([DEVBOX, "status"], env, lambda _: None)
    draw(text_of(screen), "devbox status", "devbox status", HERE / "status.svg")


if __name__ == "__main__":
    main()
