"""Commands to type next, made fit to be pasted: they reach the same sandbox on the same engine.

Cures are made where something fails, by code that knows neither how the sandbox was chosen nor which flags chose the
engine. So each command gets here, right before it is printed, the `-n NAME` and the `--context` or `--host` it lacks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from devbox.errors import Cure
from devbox.frozen import dataclass
from devbox.result import Result

UP = "up"

VERBS: Mapping[str, str | None] = {
    **dict.fromkeys(("down", "logs", "exec", "shell", "env", "restart"), None),
    **dict.fromkeys(("open", "credentials", "groovy", "plugin"), "jenkins"),
    "queue": "queue",
    UP: None,
}
"""The verbs that act on one sandbox, and the name that each means without being told, whatever else there is (`up`: its
stack's). One for any stack means none: with a Jenkins and a queue it has to be told which."""

NAMED_FIRST = frozenset(("down", "logs", "exec", "shell", "open", "env", "restart", "credentials"))
"""The verbs whose first positional may be the sandbox."""

WITHOUT_SANDBOX = re.compile(r"(^| )(-n|--name|--all|--redis|--help|-h)\b")
WITHOUT_ENGINE = re.compile(r"(^| )(--context|--host|--help|-h|--list|--explain)\b|^devbox (worker|lock|--)")

DOCKER = frozenset(
    ("container", "image", "images", "info", "inspect", "logs", "network", "ps", "pull", "rm", "run", "start", "stop",
     "system", "version", "volume")
)  # fmt: skip
"""The docker command's verbs that ask an engine."""


@dataclass(frozen=True)
class Place:
    """What the command under way acts on: its sandbox, the settings' one, and the words that chose the engine."""

    name: str | None = None
    configured: str | None = None
    engine: tuple[str, ...] = ()
    redis: bool = False
    """It is a Redis of --redis; its address may hold a password, so it is shown as URL."""

    def command(self, text: str) -> str:
        """A command line with what it lacks; any other text as it is."""
        return " && ".join(self._one(part) for part in text.split(" && "))

    def cures(self, cures: Sequence[Cure]) -> tuple[Cure, ...]:
        """The same cures, their commands completed."""
        return tuple(replace(cure, command=self.command(cure.command)) if cure.command else cure for cure in cures)

    def result(self, result: Result) -> Result:
        """A result, its commands completed: what comes next, its error's cures and those of the doctor's findings."""
        if result.error is not None:
            result.error.cures = self.cures(result.error.cures)
        return replace(result, next=self.cures(result.next), data=self._findings(result.data))

    def _findings(self, data: dict[str, Any] | None) -> dict[str, Any] | None:
        if not self.engine or not data or "findings" not in data:
            return data
        return {
            **data,
            "findings": [{**one, "cures": [self._found(c) for c in one["cures"]]} for one in data["findings"]],
        }

    def _found(self, cure: dict[str, Any]) -> dict[str, Any]:
        return {**cure, "command": self.command(cure["command"])} if cure["command"] else cure

    def _one(self, text: str) -> str:
        words = text.split()
        if len(words) < 2:
            return text
        if words[0] == "docker" and words[1] in DOCKER and self.engine:
            return " ".join(["docker", *self.engine, text.removeprefix("docker ")])
        if words[0] != "devbox":
            return text
        own, inner, rest = text.partition(" -- ")
        more = [] if self._named(words, own) else ["-n", str(self.name)]
        if self.redis and words[1] == "queue" and not WITHOUT_SANDBOX.search(own):
            more += ["--redis", "URL"]
        if not WITHOUT_ENGINE.search(own):
            more += self.engine
        return " ".join([own, *more]) + inner + rest

    def _named(self, words: Sequence[str], text: str) -> bool:
        """Whether a command means the sandbox already."""
        verb, after = words[1], (*words[2:], "")[0]
        if self.name is None or verb not in VERBS or WITHOUT_SANDBOX.search(text):
            return True
        if verb in NAMED_FIRST and after and not after.startswith("-"):
            return True
        usual = after.partition(":")[0] if verb == UP else VERBS[verb]
        return self.name == usual and self.configured in (None, self.name)
