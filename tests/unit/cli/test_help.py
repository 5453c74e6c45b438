"""`--help`, `--version` and the bare command: examples first, and nothing heavy imported."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from devbox import __version__
from devbox.cli.app import build
from devbox.cli.verbs import VERBS
from tests.unit.cli.harness import Devbox

HEAVY = {"docker", "rich", "requests", "urllib3", "yaml", "platformdirs", "filelock", "psutil"}

PROBE = """
import json, sys
sys.argv = ["devbox", *sys.argv[1:]]
from devbox.__main__ import main
status = main()
sys.stderr.write(json.dumps([status, sorted(sys.modules)]))
"""


def modules(*arguments: str) -> tuple[int, set[str], str]:
    """Exit status, the modules that a fresh process has loaded at the end, and its stdout."""
    done = subprocess.run([sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, check=True)
    status, names = json.loads(done.stderr)
    return status, set(names), done.stdout


def test_the_version_is_told_before_anything_is_imported() -> None:
    status, loaded, out = modules("--version")
    assert (status, out) == (0, f"devbox {__version__}\n")
    assert {name for name in loaded if name.startswith("devbox")} == {"devbox", "devbox.__main__"}
    assert not loaded & {*HEAVY, "typer", "dataclasses"}


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), (), *((verb, "--help") for verb in VERBS)])
def test_help_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    status, loaded, out = modules(*arguments)
    assert status == 0
    assert "devbox" in out
    assert not loaded & HEAVY


def test_the_version_with_another_flag(devbox: Devbox) -> None:
    assert devbox("--json", "--version").out == f"devbox {__version__}\n"


@pytest.mark.parametrize("verb", VERBS)
def test_a_verbs_help_leads_with_examples(devbox: Devbox, verb: str) -> None:
    ran = devbox(verb, "-h")
    assert ran.status == 0
    assert ran.out.index("Examples:") < ran.out.index("Options:")
    assert f"devbox {verb}" in ran.out[ran.out.index("Examples:") :]
    assert max(map(len, ran.out.splitlines())) <= 80


def test_help_lists_every_verb(devbox: Devbox) -> None:
    out = devbox("--help").out
    assert all(f"  {name} " in out for name in VERBS)
    assert max(map(len, out.splitlines())) <= 82


def test_bare_devbox_is_a_short_help_and_under_json_an_error(devbox: Devbox) -> None:
    assert devbox().out.count("\n") < 10
    ran = devbox("--json")
    assert (ran.status, ran.json["error"]["code"]) == (2, "usage.command")


def test_every_verb_takes_the_common_flags() -> None:
    group = build()
    for name in VERBS.keys() - {"lock"}:  # it has setlock's and no others
        command = group.get_command(None, name)  # type: ignore[attr-defined]
        spelled = {spelling for parameter in command.params for spelling in parameter.opts}
        assert {"-n", "--context", "--host", "--json", "-q", "-v", "-y", "--no-color"} <= spelled, name


def test_python_m_devbox_is_devbox() -> None:
    done = subprocess.run([sys.executable, "-m", "devbox", "up", "nope"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error[stack.unknown]")


@pytest.mark.parametrize("words", [(), ("queue",), ("up",), ("queue", "enqueue")])
def test_typers_own_flags_are_told_as_ours_are(devbox: Devbox, words: tuple[str, ...]) -> None:
    out = devbox(*words, "--help").out
    assert "Show " not in out.partition("Options:")[2].partition("Commands:")[0]
    assert out.count("show this help") == 1


def test_the_usage_of_exec_says_where_the_command_stands(devbox: Devbox) -> None:
    assert devbox("exec", "--help").out.startswith("Usage: devbox exec [OPTIONS] [NAME] -- CMD...\n")
    assert "--" not in devbox("shell", "--help").out.splitlines()[0]
