"""Other people's programs: node-resque and pyres, each installed once into the lab's cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from devbox.lock import exclusive
from tests.lab.places import places

NODE_RESQUE = "9.7.1"
PYRES = "1.5"
RQ = "2.6.1"
HERE = Path(__file__).parent


def _once(name: str, make: list[list[str]]) -> Path:
    """A folder in the cache, made by these commands in it (`{}` is the folder); whole or not at all."""
    folder = places().cache / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(folder.with_suffix(".lock"), "tests", lambda _holder: None):
        if folder.exists():
            return folder
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        for command in make:
            words = [word.replace("{}", str(part)) for word in command]
            done = subprocess.run(words, cwd=part, capture_output=True, text=True, timeout=900)
            assert done.returncode == 0, done.stdout + done.stderr
        part.rename(folder)
    return folder


def node_resque() -> Path:
    """The folder that holds node-resque's `node_modules`."""
    assert shutil.which("npm"), "npm is not installed"
    install = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--prefix", "{}"]
    return _once(f"node-resque-{NODE_RESQUE}", [[*install, f"node-resque@{NODE_RESQUE}"]])


def python_package(name: str, version: str) -> Path:
    """A folder for PYTHONPATH with a Python package of its own: it need not get along with ours."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", "{}"]
    return _once(f"{name}-{version}-py{sys.version_info[0]}{sys.version_info[1]}", [[*pip, f"{name}=={version}"]])


def node(*words: str, port: int) -> subprocess.Popen[str]:
    """The node program of this folder, against a Redis."""
    env = {**os.environ, "NODE_PATH": str(node_resque() / "node_modules"), "REDIS_PORT": str(port)}
    program = ["node", str(HERE / "peer.js"), *words]
    return subprocess.Popen(program, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def pyres(*words: str, port: int) -> subprocess.Popen[str]:
    """The pyres program of this folder, against a Redis."""
    where = os.pathsep.join((str(python_package("pyres", PYRES)), str(HERE)))
    program = [sys.executable, str(HERE / "pyres_peer.py"), str(port), *words]
    env = {**os.environ, "PYTHONPATH": where}
    return subprocess.Popen(program, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
