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
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: int | None = subprocess.DEVNULL,
    timeout: float = 900,
) -> str:
    """Run to the end and give stdout; raises `LabError` with the last output lines. `timeout` in seconds."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words, cwd=cwd, env=env, stdin=stdin, capture_output=True, text=True, errors="replace", timeout=timeout
    )
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-25:])
        raise LabError(f"{' '.join(words[:6])} ... ended with {done.returncode}:\n{tail}")
    return done.stdout


def pipe(producer: Sequence[str | Path], consumer: Sequence[str | Path]) -> str:
    """`producer | consumer`; gives the consumer's stdout, raises `LabError` when either fails."""
    source = subprocess.Popen([str(w) for w in producer], stdout=subprocess.PIPE)
    assert source.stdout is not None
    try:
        out = run(consumer, stdin=source.stdout.fileno())
    finally:
        source.stdout.close()
        status = source.wait()
    if status != 0:
        raise LabError(f"{producer[0]} ended with {status}")
    return out
