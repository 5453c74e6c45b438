"""What `--version` and `--help` do not import, and that they need no engine."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.integration.support.command import Devbox

HEAVY = ("docker", "rich", "requests", "yaml", "urllib3", "psutil", "filelock")


@pytest.fixture
def nobody(devbox: Devbox) -> Devbox:
    """A user without an engine."""
    return devbox.having(DOCKER_HOST="unix:///nowhere/docker.sock")


def _imported(devbox: Devbox, *words: str) -> tuple[str, set[str]]:
    """What the command prints, and what it has imported by its end, Python's own report."""
    command = [sys.executable, "-X", "importtime", devbox.program[0], *words]
    done = subprocess.run(command, env=dict(devbox.env), cwd=devbox.cwd, capture_output=True, check=True)
    rows = [line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines() if "import time:" in line]
    return done.stdout.decode(), {row.partition(".")[0] for row in rows}


@pytest.mark.parametrize(
    "words", [("--version",), ("--help",), ("-h",), (), ("up", "--help"), ("status", "-h"), ("down", "--help")]
)
def test_nothing_heavy_is_imported(nobody: Devbox, words: tuple[str, ...]) -> None:
    said, modules = _imported(nobody, *words)
    assert said and "devbox" in modules
    assert not modules & set(HEAVY)


def test_version_imports_nothing_of_the_command_line(nobody: Devbox) -> None:
    said, modules = _imported(nobody, "--version")
    assert said.startswith("devbox ")
    assert "typer" not in modules


def test_module_and_command_are_the_same(nobody: Devbox) -> None:
    module = subprocess.run(
        [sys.executable, "-m", "devbox", "--version"], cwd=nobody.cwd, capture_output=True, check=True
    ).stdout.decode()
    assert module == nobody.run("--version").ok().stdout


def test_help_names_every_verb(nobody: Devbox) -> None:
    said = nobody.run("--help").ok().stdout
    verbs = ("up", "down", "status", "logs", "exec", "shell", "open", "env", "restart", "pull", "credentials", "config")
    assert all(f"  {verb}" in said for verb in verbs)
    assert all(len(line) <= 80 for line in said.splitlines())


def test_completion_knows_the_verbs_and_is_silent_without_an_engine(nobody: Devbox) -> None:
    asking = nobody.having(_DEVBOX_COMPLETE="complete_bash", COMP_WORDS="devbox sta", COMP_CWORD="1")
    ran = asking.run()
    assert ran.stdout.split() == ["status"]
    asking = nobody.having(_DEVBOX_COMPLETE="complete_bash", COMP_WORDS="devbox status ", COMP_CWORD="2")
    ran = asking.run()
    assert (ran.stdout.strip(), ran.stderr) == ("", "")
