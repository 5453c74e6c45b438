"""The wheel: built, installed in an empty environment, used."""

from __future__ import annotations

import secrets
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.integration.support.command import Devbox
from tests.integration.support.docker import Docker
from tests.integration.support.ports import free_port
from tests.integration.support.queue import IMAGES, QueueBox

pytestmark = [pytest.mark.engine, pytest.mark.lab]

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Installed:
    """A wheel and the environment that it is installed in, and nothing else but what it asks for."""

    wheel: Path
    folder: Path


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    place = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place), str(ROOT))
    (wheel,) = place.glob("devbox-*.whl")
    _run(sys.executable, "-m", "venv", "--without-pip", str(place / "venv"))
    pip = (sys.executable, "-m", "pip", "--python", str(place / "venv/bin/python"), "--disable-pip-version-check")
    _run(*pip, "install", "--quiet", str(wheel))
    yield Installed(wheel, place / "venv")


def _run(*words: str) -> None:
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()[-2000:]


@pytest.fixture
def theirs(installed: Installed, devbox: Devbox) -> Devbox:
    """Its user, in a folder that has nothing to do with the checkout."""
    return replace(devbox, program=(str(installed.folder / "bin/devbox"),))


def test_it_holds_the_stack_the_script_and_the_types_and_no_tests(installed: Installed) -> None:
    names = set(zipfile.ZipFile(installed.wheel).namelist())
    assert {"devbox/_compose/jenkins.yaml", "devbox/jenkins/groovy/00-devbox.groovy", "devbox/py.typed"} <= names
    assert {
        "devbox/_compose/queue.yaml",
        "devbox/_compose/worker/sample_jobs.py",
        "devbox/queue/lua/step.lua",
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "compose/"))]


def test_it_says_its_version(theirs: Devbox, devbox: Devbox) -> None:
    assert theirs.run("--version").ok().stdout == devbox.run("--version").ok().stdout


def test_it_plans_an_up(theirs: Devbox, lts: str) -> None:
    ran = theirs.json("up", "jenkins", "-n", "t-wheel", "--dry-run").ok()
    assert ("create", "devbox-t-wheel-jenkins-1") in ran.changes


def test_it_brings_a_jenkins_up_and_down(theirs: Devbox, box: object, lts: str) -> None:
    from tests.integration.support.box import Box

    assert isinstance(box, Box)
    mine = replace(box, devbox=theirs)
    mine.up().ok()
    assert mine.jenkins().answers()
    (found,) = mine.docker.containers(label=[f"dev.devbox.name={mine.name}"])
    file = Path(found["Labels"]["com.docker.compose.project.config_files"])
    assert file.is_file() and "_compose" in file.parts
    mine.down("--volumes", "-y").ok()
    assert mine.parts() == set()


def test_it_brings_a_queue_up_whose_workers_run_a_job(theirs: Devbox, docker: Docker) -> None:
    for image in IMAGES:
        docker.have(image)
    queue = QueueBox(f"q{secrets.token_hex(4)}", theirs, docker, free_port())
    try:
        queue.up().ok()
        queue.queue("enqueue", "sample", "Echo", '["from a wheel"]').ok()
        queue.settled(processed=1)
        assert "from a wheel" in queue.log()
    finally:
        docker.sweep(queue.name)
