"""The plugin loop's figures: devbox's own share, from the event to the last byte that Jenkins or the JVM needs."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import IO, Any

from tests.bench.timing import DEVBOX, Figures, run
from tests.lab import Lab
from tests.lab.project import Project

NAME = "bench-loop"
Row = tuple[str, Figures, str, str]


def rows(lab: Lab, env: dict[str, str], count: int) -> list[Row]:
    """Save to file in place, and class file to swap done; as `watch` itself tells them."""
    with tempfile.TemporaryDirectory() as scratch:
        project = Project.make(Path(scratch) / "project", "bench", lab.places)
        run([DEVBOX, "up", "jenkins", "-n", NAME, "--plugin", str(project.plugin)], env)
        try:
            return _measured(project, env, count)
        finally:
            run([DEVBOX, "down", NAME, "--volumes", "--yes"], env)


def _measured(project: Project, env: dict[str, str], count: int) -> list[Row]:
    words = [DEVBOX, "--json", "plugin", "watch", str(project.plugin), "-n", NAME]
    process = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        _until(process.stderr, lambda event: event["event"] == "note")
        views, classes = [], []
        for number in range(count + 1):
            project.view(f"view {number}")
            views.append(_until(process.stderr, lambda e: e.get("result") == "live")["seconds"])
            project.page(f"body {number}")
            project.compile()
            classes.append(_until(process.stderr, lambda e: e.get("result") == "swapped")["seconds"])
    finally:
        process.terminate()
        process.wait()
    return [
        ("save to file in place", Figures(tuple(views[1:])), "", "at most 0.5 s"),
        ("class file to swap done", Figures(tuple(classes[1:])), "", "at most 0.3 s"),
    ]


def _until(lines: IO[str], wanted: Any) -> dict[str, Any]:
    """The next event of this kind."""
    for line in lines:
        event: dict[str, Any] = json.loads(line)
        if wanted(event):
            return event
    raise RuntimeError("the watch has ended")
