"""`watch.svg`: `devbox plugin watch` in a terminal, while a project is edited."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pyte

from tests.lab.places import Places
from tests.lab.project import Project
from tests.pictures.terminal import draw, text_of, watch


def picture(devbox: str, env: dict[str, str], places: Places, home: Path, target: Path) -> None:
    """Up, watch, a day of edits, Ctrl-C; `home` is where the project lies meanwhile."""
    project = Project.make(home / "hello", "hello", places)
    up = [devbox, "up", "jenkins", "--plugin", str(project.plugin), "--quiet"]
    subprocess.run(up, env=env, check=True, capture_output=True)
    edits = _edits(project)
    seen: list[str] = []
    stop = threading.Event()

    def look(screen: pyte.Screen) -> None:
        """The next edit is made when the last one is on the screen."""
        lines = [line for line in screen.display if line.strip()]
        if len(lines) > len(seen):
            seen[:] = lines
            if (edit := next(edits, None)) is None:
                stop.set()
            else:
                threading.Timer(1.0, edit).start()

    words = [devbox, "plugin", "watch", str(project.plugin)]
    screen = watch(words, env, look, stop=stop)
    draw(text_of(screen), "devbox plugin watch", "devbox plugin watch", target)


def _edits(project: Project) -> Iterator[Callable[[], object]]:
    """What is done to it; nothing, where one edit leads to two lines."""

    def body(says: str, members: str = "") -> object:
        project.page(says, members)
        project.compile()
        return None

    index = project.views / "index.jelly"
    yield partial(project.view, "Good morning")
    yield partial(body, "bonjour")
    yield partial((project.webapp / "logo.txt").write_text, "a logo")
    yield partial(index.write_text, "<p>\n  <b>oops</p>\n")
    yield list
    yield partial(project.view, "Good morning again")
    yield partial(body, "hello", "public int size() { return 3; }")
    yield list
