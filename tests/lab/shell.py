"""Running the programs the lab is made with: loud when they fail, silent when they do not."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class LabError(Exception):
    """The lab cannot be brought up; the message holds what the program that failed said."""


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    data: bytes | None = None,
    both: bool = False,
    timeout: float = 900,
) -> str:
    """Run to the end and give stdout (`both`: with stderr in it); `data` is its input, `timeout` in seconds.

    Raises `LabError` with the last lines of its output.
    """
    words = [str(word) for word in command]
    errors = subprocess.STDOUT if both else subprocess.PIPE
    done = subprocess.run(
        words, env=env, input=data or b"", stdout=subprocess.PIPE, stderr=errors, timeout=timeout
    )  # fmt: skip
    if done.returncode != 0:
        said = (done.stdout + (done.stderr or b"")).decode(errors="replace")
        tail = "\n".join(said.splitlines()[-25:])
        raise LabError(f"{' '.join(words[:6])} ... ended with {done.returncode}:\n{tail}")
    return done.stdout.decode(errors="replace")


def pipe(producer: Sequence[str], consumer: Sequence[str]) -> None:
    """`producer | consumer`; raises `LabError` when either fails."""
    with subprocess.Popen(producer, stdout=subprocess.PIPE) as source:
        done = subprocess.run(consumer, stdin=source.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for words, status in ((producer, source.returncode), (consumer, done.returncode)):
        if status != 0:
            raise LabError(f"{' '.join(words[:6])} ... ended with {status}:\n{done.stderr.decode(errors='replace')}")
