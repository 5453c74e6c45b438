"""The plugin loop as a developer has it: a project on disk, a sandbox that it is linked to, a `watch` under way."""

from __future__ import annotations

import io
import json
import re
import signal
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.integration.support.box import HOME, Box
from tests.integration.support.command import Ran, Running
from tests.integration.support.jenkins import Jenkins
from tests.integration.support.waiting import until
from tests.lab.project import Project

PATIENCE = 120
"""Seconds: a restart on a machine that is busy."""


@dataclass
class Loop:
    """A project and the sandbox that it belongs to."""

    box: Box
    project: Project
    running: Running | None = None
    _from: int = field(default=0)
    _jenkins: Jenkins | None = None

    @property
    def inside(self) -> str:
        """The link's folder in the container."""
        return f"{HOME}/devbox-link/{self.project.name}"

    def plugin(self, *words: str) -> Ran:
        """`devbox plugin WORD...` of this sandbox, as JSON."""
        return self.box.devbox.json("plugin", *words, "-n", self.box.name, seconds=2 * PATIENCE)

    @property
    def jenkins(self) -> Jenkins:
        """The sandbox's Jenkins; its address and password stay, so they are asked for once."""
        self._jenkins = self._jenkins or self.box.jenkins()
        return self._jenkins

    def page(self, name: str = "") -> str:
        """A page of the plugin as text: "heading greeting model text"; "404" and the like where there is none."""
        try:
            answer = self.jenkins.get(f"/{self.project.name}/{name}")
        except (requests.RequestException, KeyError):  # a container that restarts publishes nothing
            return "none"
        if answer.status_code != 200:
            return f"{answer.status_code} {answer.text}"
        return " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())

    def static(self, name: str = "static.txt") -> str:
        """A static file of the plugin."""
        answer = self.jenkins.get(f"/plugin/{self.project.name}/{name}")
        return answer.text if answer.status_code == 200 else str(answer.status_code)

    def shows(self, text: str, name: str = "") -> None:
        """Wait until a page shows this."""
        until(lambda: text in self.page(name), f"{text!r} on the page {name}", PATIENCE, 0.05)

    def files(self) -> dict[str, bytes]:
        """What the container has of the link."""
        pieces, _ = self.box.docker.api.get_archive(self.box.container, self.inside)
        with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as tar:
            found = {m.name.partition("/")[2]: tar.extractfile(m) for m in tar.getmembers() if m.isreg()}
            return {name: content.read() for name, content in found.items() if content and name != "link.json"}

    def owners(self) -> set[tuple[int, int]]:
        """Whose the files and folders of the link are."""
        pieces, _ = self.box.docker.api.get_archive(self.box.container, self.inside)
        with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as tar:
            return {(m.uid, m.gid) for m in tar.getmembers()}

    def expected(self) -> dict[str, bytes]:
        """What the project has, as the link's folder should."""
        name, root = self.project.name, self.project.root
        places = {"webapp": root / name / "src/main/webapp"}
        for module, below in ((name, ""), ("model", "modules/model/"), ("text", "modules/text/")):
            places[f"{below}resources"] = root / module / "src/main/resources"
            places[f"{below}classes"] = root / module / "target/classes"
        found = {
            f"{inside}/{file.relative_to(place)}": file.read_bytes()
            for inside, place in places.items()
            for file in place.rglob("*")
            if file.is_file()
        }
        jar = root / name / "target" / name / "WEB-INF/lib/other-2.1.jar"
        return found | {"lib/other-2.1.jar": jar.read_bytes() if jar.exists() else self.files()["lib/other-2.1.jar"]}

    def record(self) -> dict[str, Any]:
        """The link's record: what is hidden of the copies among the classes."""
        found: dict[str, Any] = json.loads(self.box.file(f"devbox-link/{self.project.name}/link.json"))
        return found

    def becomes_the_same(self, what: str) -> None:
        """Wait until the container has what the project has."""
        until(self.same, f"{what}: the container has what the project has", PATIENCE, 0.1)

    def same(self) -> bool:
        """Whether the container's files equal the project's, copies of deleted views left out."""
        hidden = set(self.record()["hidden"])
        wanted = {path: content for path, content in self.expected().items() if path not in hidden}
        return self.files() == wanted

    def watch(self, *words: str) -> Loop:
        """Begin `devbox plugin watch`, and wait until it watches."""
        line = ("--json", "plugin", "watch", str(self.project.root), "-n", self.box.name, *words)
        self.running = self.box.devbox.start(*line)
        self.running.sees("watching ", seconds=PATIENCE)
        self._from = 0
        return self

    def edits(self) -> list[dict[str, Any]]:
        """The edits that were told so far."""
        assert self.running is not None
        lines = self.running.text().splitlines()
        complete = lines if self.running.text().endswith("\n") else lines[:-1]
        told = [json.loads(line) for line in complete if line.startswith("{")]
        return [event for event in told if event.get("event") == "edit"]

    def told(self, seen: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """Wait for an edit that nobody has waited for yet; gives it."""

        def look() -> dict[str, Any] | None:
            found = self.edits()
            for at in range(self._from, len(found)):
                if seen(found[at]):
                    self._from = at + 1
                    return found[at]
            return None

        try:
            found = until(look, what, PATIENCE)
        except AssertionError as error:
            assert self.running is not None
            raise AssertionError(f"{error}\n{self.running.text()}") from error
        assert found is not None
        return found

    def tells(self, kind: str, result: str, path: str = "") -> dict[str, Any]:
        """Wait for an edit of this kind and result whose path has `path` in it."""
        return self.told(
            lambda e: e["kind"] == kind and e["result"] == result and path in e["path"], f"{kind} {path} {result}"
        )

    def stop(self) -> Ran:
        """Ctrl-C."""
        assert self.running is not None
        self.running.signal(signal.SIGINT)
        return self.running.end()
