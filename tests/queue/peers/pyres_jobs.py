"""Jobs for pyres' worker, and for ours."""

from __future__ import annotations

from pathlib import Path


class Write:
    queue = "py"

    @staticmethod
    def perform(path: str, text: str) -> None:
        with Path(path).open("a") as file:
            file.write(text + "\n")


class Boom:
    queue = "py"

    @staticmethod
    def perform(what: str) -> None:
        raise KeyError(what)
