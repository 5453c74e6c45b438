"""`devbox queue stats --watch` while jobs come in and go."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import threading
from pathlib import Path

import pyte
from rich.text import Text

from devbox.queue.client import Client
from tests.lab import Lab
from tests.pictures.terminal import draw, text_of, watch

LOOKS = 30
PLAN: dict[int, tuple[str, str, float, int]] = {
    0: ("mail", "Sleep", 0.2, 40),
    1: ("thumbnails", "Sleep", 0.4, 12),
    5: ("mail", "Sleep", 0.2, 50),
    8: ("reports", "Fail", 0.0, 2),
    11: ("thumbnails", "Sleep", 0.3, 30),
    15: ("mail", "Sleep", 0.2, 90),
    18: ("reports", "Sleep", 2.0, 4),
    22: ("thumbnails", "Sleep", 0.5, 25),
    26: ("mail", "Sleep", 0.3, 40),
}
"""What is put in, by the second: queue, class, argument, how many."""


def queue(devbox: str, lab: Lab, file: Path) -> None:
    """Bring a queue up in an engine of its own, put jobs in, and draw what the watch shows when most is to be seen."""
    best: tuple[int, Text] = (-1, Text())

    def seen(screen: pyte.Screen) -> None:
        nonlocal best
        shown = "\n".join(screen.display)
        score = shown.count("working") * 20 + len(re.findall("[▁▂▃▄▅▆▇█]", shown)) if "Ctrl-C" in shown else -1
        if score > best[0]:
            best = (score, text_of(screen))

    with tempfile.TemporaryDirectory() as home, lab.fresh_engine("20.10") as engine:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("DOCKER_", "DEVBOX_", "NO_COLOR"))}
        env |= {"DOCKER_HOST": engine.docker_host, "HOME": home, "TERM": "xterm-256color", "DEVBOX_STATE_DIR": home}
        up = [devbox, "up", "queue", "--workers", "4", "--queues", "mail,*", "--quiet"]
        stop = threading.Event()
        feeder = threading.Thread(target=_feed, args=(stop,))
        try:
            subprocess.run(up, env=env, check=True)
            feeder.start()
            watch([devbox, "queue", "stats", "--watch", "--looks", str(LOOKS)], env, seen)
            draw(best[1], "devbox queue stats --watch", "devbox queue", file)
        finally:
            stop.set()
            if feeder.ident:
                feeder.join()
            subprocess.run([devbox, "down", "--all", "--volumes", "--yes", "--quiet"], env=env, check=False)


def _feed(stop: threading.Event) -> None:
    with Client.at("redis://127.0.0.1:6379") as client:
        for second in range(LOOKS):
            if second in PLAN:
                name, cls, argument, count = PLAN[second]
                client.enqueue_many([(name, cls, [argument])] * count)
            if stop.wait(1):
                return
