"""`devbox plugin deploy` against the bare upload, and against the bare upload and restart: HTTP and docker alone."""

from __future__ import annotations

import itertools
import json
import subprocess
import tempfile
import time
from pathlib import Path

import requests

from tests.bench.timing import DEVBOX, Figures, in_turn, run
from tests.lab import Lab
from tests.lab.plugin import Plugin, hpi

NAME = "benchdeploy"
CONTAINER = f"devbox-{NAME}-jenkins-1"


def rows(lab: Lab, env: dict[str, str], count: int) -> list[tuple[str, Figures, str, str]]:
    """A plugin that is new to Jenkins, and another version of one that it has loaded."""
    run([DEVBOX, "up", "jenkins", "-n", NAME, "--http-port", "18180", "--agent-port", "15180"], env)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            return _rows(lab, env, count, Path(scratch))
    finally:
        run([DEVBOX, "down", NAME, "--volumes", "--yes"], env)


def _rows(lab: Lab, env: dict[str, str], count: int, scratch: Path) -> list[tuple[str, Figures, str, str]]:
    numbers = itertools.count(1)

    def made(name: str) -> Path:
        return hpi(lab.places, Plugin(name, version=f"1.{next(numbers)}"), scratch)

    def new() -> Path:
        return made(f"bench{next(numbers)}")

    def again() -> Path:
        return made("bench")

    def devbox(file: Path) -> float:
        return run([DEVBOX, "plugin", "deploy", "-n", NAME, str(file)], env)

    devbox(again())
    first, bare = in_turn(count, lambda: devbox(new()), lambda: _timed(env, new(), restart=False))
    second, slow = in_turn(count, lambda: devbox(again()), lambda: _timed(env, again(), restart=True))
    upload, slower = f"bare upload {bare.median:.3f} s", f"upload, restart {slow.median:.3f} s"
    return [
        ("plugin deploy, first", first, f"{upload}: {first.median - bare.median:+.3f} s", ""),
        ("plugin deploy, again", second, f"{slower}: {second.median - slow.median:+.3f} s", ""),
    ]


def _timed(env: dict[str, str], file: Path, *, restart: bool) -> float:
    shown = subprocess.run([DEVBOX, "credentials", NAME, "--json"], env=env, check=True, capture_output=True)
    access = json.loads(shown.stdout)["data"]
    began = time.perf_counter()
    with requests.Session() as jenkins:
        jenkins.auth = (access["user"], access["token"])
        session = _upload(jenkins, access["url"], file)
        if restart:
            subprocess.run(["docker", "restart", CONTAINER], env=env, check=True, capture_output=True)
            _until_another(jenkins, access["url"], session)
    return time.perf_counter() - began


def _upload(jenkins: requests.Session, url: str, file: Path) -> str:
    """Upload, and wait for the newest job; the session that answered."""
    parts = {"name": (file.name, file.read_bytes()), "pluginUrl": (None, "")}
    jenkins.post(f"{url}/pluginManager/uploadPlugin", files=parts, allow_redirects=False).raise_for_status()
    while True:
        answer = jenkins.get(f"{url}/updateCenter/api/json?depth=1")
        if not {job.get("status", {}).get("type") for job in answer.json()["jobs"]} & {"Pending", "Installing"}:
            return answer.headers["X-Jenkins-Session"]
        time.sleep(0.01)


def _until_another(jenkins: requests.Session, url: str, session: str) -> None:
    while True:
        try:
            answer = jenkins.get(f"{url}/api/json?tree=mode", timeout=1)
            if answer.status_code == 200 and answer.headers["X-Jenkins-Session"] != session:
                return
        except requests.RequestException:
            pass
        time.sleep(0.01)
