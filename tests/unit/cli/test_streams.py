"""Closed streams, odd environments, and what the shell completes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from devbox.cli.completion import complete_name, complete_stack
from devbox.cli.environment import Environment
from devbox.errors import DevboxError
from devbox.result import Result
from devbox.sandbox.names import Summary
from tests.unit.cli.harness import SANDBOX, Closed, Devbox, with_calls


def test_a_reader_that_has_gone_is_no_error_worth_a_word(devbox: Devbox) -> None:
    ran = devbox("status", stdout=Closed())
    assert (ran.status, ran.err) == (0, "")
    devbox.calls.results["status"] = Result(None, status="error", error=DevboxError("x.y", "no"))
    assert devbox("status", "--json", stdout=Closed()).status == 1
    assert devbox("nonsense", "--json", stdout=Closed()).status == 2


def test_a_disk_that_is_full_is_told(devbox: Devbox) -> None:
    class Full(Closed):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    ran = devbox("status", "--json", stdout=Full())
    assert ran.status == 1
    assert ran.err == "error[output.failed]: the result could not be written to stdout\n  No space left on device\n"


def test_a_closed_stderr_does_not_stop_anything(devbox: Devbox) -> None:
    devbox.calls.results["status"] = Result({"sandboxes": [SANDBOX]})
    assert devbox("status", stderr=Closed()).status == 0
    assert devbox("nonsense", stderr=Closed()).status == 2


def test_a_pipe_closed_early_leaves_no_trace(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as pipe:
        env = {**os.environ, "DEVBOX_CONFIG_DIR": str(tmp_path), "DEVBOX_STATE_DIR": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-m", "devbox", "config"], stdout=pipe, stderr=subprocess.PIPE, env=env, check=False
        )
    assert (done.returncode, done.stderr) == (0, b"")
    assert not list(tmp_path.rglob("*.log"))


@pytest.mark.parametrize(("columns", "width"), [("132", 132), ("", 80), ("0", 80), ("wide", 80)])
def test_the_width_is_that_of_columns_or_80(devbox: Devbox, columns: str, width: int) -> None:
    devbox.env = {"COLUMNS": columns}
    assert devbox.environment().width == width


def test_what_the_terminal_cannot_show_is_escaped() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "devbox", "up", "caf\u00e9"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        check=False,
    )
    assert done.returncode == 2
    assert rb"caf\xe9" in done.stderr


def test_bytes_go_through_unchanged(devbox: Devbox) -> None:
    raw = io.BytesIO()
    environment = devbox.environment(stdout=io.TextIOWrapper(raw))
    environment.out_bytes(b"\xff\x00\r\n")
    assert raw.getvalue() == b"\xff\x00\r\n"


def test_the_home_is_the_platforms(devbox: Devbox) -> None:
    from dataclasses import replace

    devbox.env = {"USERPROFILE": "C:\\Users\\me"}
    environment: Environment = devbox.environment()
    assert environment.home == devbox.folder
    assert replace(environment, platform="win32").home == Path("C:\\Users\\me")


class Context:
    """What Typer gives a completion."""

    def __init__(self, environment: Environment, **params: Any) -> None:
        self.obj = self
        self.environment = environment
        self.parent = None
        self.params = params


def test_names_complete_from_the_engine(devbox: Devbox) -> None:
    devbox.calls.sandboxes = [Summary("work", "jenkins"), Summary("jenkins", "jenkins"), Summary("web", "jenkins")]
    context: Any = Context(devbox.environment(), common_host="tcp://h")
    assert complete_name(context, "w") == ["web", "work"]
    assert devbox.calls.of("resolve")[0] == "tcp://h"
    assert devbox.calls.engines[0].closed


@pytest.mark.parametrize("failure", [DevboxError("engine.unreachable", "none"), ValueError("odd")])
def test_completion_never_fails_and_never_prints(
    devbox: Devbox, failure: Exception, capfd: pytest.CaptureFixture[str]
) -> None:
    from dataclasses import replace

    def connect(_endpoint: Any) -> Any:
        sys.stderr.write("noise")
        raise failure

    environment = devbox.environment()
    context: Any = Context(replace(environment, operations=with_calls(environment.operations, connect=connect)))
    assert complete_name(context, "") == []
    assert capfd.readouterr() == ("", "")


def test_stacks_complete() -> None:
    assert complete_stack("j") == ["jenkins"]
    assert complete_stack("") == ["jenkins", "queue"]


def test_the_shell_is_given_verbs_and_stacks(tmp_path: Path) -> None:
    def completed(words: str, index: int) -> list[str]:
        env = {**os.environ, "_DEVBOX_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(index)}
        env |= {"HOME": str(tmp_path), "DEVBOX_HOST": f"unix://{tmp_path}/none.sock"}
        done = subprocess.run([sys.executable, "-m", "devbox"], capture_output=True, text=True, env=env, check=True)
        assert done.stderr == ""
        return done.stdout.split()

    assert completed("devbox sta", 1) == ["status"]
    assert completed("devbox up j", 2) == ["jenkins"]
    assert completed("devbox down ", 2) == []


def test_completion_is_installed_for_a_shell(tmp_path: Path) -> None:
    env = {**os.environ, "HOME": str(tmp_path), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "devbox", "--install-completion", "bash"],
        capture_output=True, text=True, env=env, check=True,
    )  # fmt: skip
    assert "bash completion installed" in done.stdout
    assert "_DEVBOX_COMPLETE" in (tmp_path / ".bash_completions" / "devbox.sh").read_text()
