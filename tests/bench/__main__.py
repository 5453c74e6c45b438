"""`python -m tests.bench [COUNT]`: devbox against the floor, as a table of medians and ratios."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import devbox
from tests.bench import deploying, floor, loop, queue
from tests.bench.timing import DEVBOX, Figures, in_turn, run
from tests.lab import Lab

NAME = "bench"
PARTS = {"loop": lambda lab, env, count: loop.rows(lab, env, count * 4), "deploy": deploying.rows, "queue": queue.rows}
"""What can be measured by itself: `python -m tests.bench 5 deploy`."""
SANDBOXES = 50


def main(count: int) -> None:
    """Measure and print."""
    lab = Lab.ensure()
    compileall.compile_dir(Path(devbox.__file__).parent, quiet=1)  # as pip does where it installs
    with tempfile.TemporaryDirectory() as scratch:
        env = {**os.environ, "DOCKER_HOST": lab.docker_host, "DEVBOX_STATE_DIR": scratch, "HOME": scratch}
        for variable in ("DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
            env.pop(variable, None)
        run([DEVBOX, "pull", "jenkins"], env)
        rows = [] if sys.argv[2:] else _rows(env, count, Path(scratch))
        for name, part in PARTS.items():
            if sys.argv[2:] in ([], [name]):
                rows += part(lab, env, count)
    print(f"\n{count} runs of each, in turn, after one that does not count; median (least to most)\n")
    for name, figures, against, wanted in rows:
        print(f"{name:34}{figures!s:32}{against:46}{wanted}")


def _rows(env: dict[str, str], count: int, scratch: Path) -> list[tuple[str, Figures, str, str]]:
    up, low, down, low_down = _up_and_down(env, count)
    rows = [
        ("up, image present", up, f"floor {low.median:.3f} s, so {up.median - low.median:+.3f} s", "at most +0.3 s"),
        ("down", down, f"stop && rm {low_down.median:.3f} s, ratio {down.median / low_down.median:.2f}", ""),
    ]
    run([DEVBOX, "up", "jenkins", "-n", NAME], env)
    try:
        (again,) = in_turn(count * 2, lambda: run([DEVBOX, "up", "jenkins", "-n", NAME], env))
        (one,) = in_turn(count * 2, lambda: run([DEVBOX, "status"], env))
        made = floor.clones(env, f"devbox-{NAME}-jenkins-1", SANDBOXES - 1)
        try:
            (many,) = in_turn(count * 2, lambda: run([DEVBOX, "status"], env))
        finally:
            subprocess.run(["docker", "rm", "-fv", *made], env=env, check=True, capture_output=True)
    finally:
        run([DEVBOX, "down", NAME, "--volumes", "--yes"], env)
    bare = [sys.executable, "-c", "pass"]
    version, usage, python = in_turn(
        count * 4, lambda: run([DEVBOX, "--version"], env), lambda: run([DEVBOX, "--help"], env), lambda: run(bare, env)
    )
    rows += [
        ("up again", again, "", "at most 0.4 s"),
        ("status, 1 sandbox", one, "", "at most 0.25 s"),
        (f"status, {SANDBOXES} sandboxes", many, f"ratio {many.median / one.median:.2f}", "at most 1.5 times"),
        ("--version", version, f"bare interpreter {python.median:.3f} s", "0.030 s"),
        ("--help", usage, f"bare interpreter {python.median:.3f} s", "0.130 s"),
    ]
    return rows


def _up_and_down(env: dict[str, str], count: int) -> list[Figures]:
    downs: list[float] = []
    low_downs: list[float] = []

    def by_devbox() -> float:
        took = run([DEVBOX, "up", "jenkins", "-n", NAME], env)
        downs.append(run([DEVBOX, "down", NAME], env))
        run([DEVBOX, "down", NAME, "--volumes", "--yes"], env)
        return took

    def by_hand() -> float:
        floor.clear(env)
        took = floor.up(env)
        low_downs.append(floor.down(env))
        floor.clear(env)
        return took

    try:
        up, low = in_turn(count, by_devbox, by_hand)
    finally:
        floor.clear(env)
    return [up, low, Figures(tuple(downs[1:])), Figures(tuple(low_downs[1:]))]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
