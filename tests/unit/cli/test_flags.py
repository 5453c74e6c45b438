"""The flags that stand before a verb or after it."""

from __future__ import annotations

import pytest

from devbox.result import Result
from tests.unit.cli.harness import SANDBOX, Devbox


@pytest.fixture(autouse=True)
def _one_sandbox(devbox: Devbox) -> None:
    devbox.calls.results["status"] = Result({"sandboxes": [SANDBOX]})
    devbox.calls.results["down"] = Result({"removed": [], "kept": []})


@pytest.mark.parametrize("line", ["--json status", "status --json", "--json status --json", "ps --json"])
def test_json_before_and_after_the_verb(devbox: Devbox, line: str) -> None:
    assert devbox(*line.split()).json["command"] == "status"


@pytest.mark.parametrize("line", ["-n two down", "down -n two", "-n two down --name two", "--name=two down two"])
def test_the_name_before_and_after_the_verb(devbox: Devbox, line: str) -> None:
    assert devbox(*line.split()).status == 0
    assert devbox.calls.of("down")[1] == ["two"]


def test_two_different_values_are_a_conflict(devbox: Devbox) -> None:
    ran = devbox("--context", "a", "status", "--context", "b", "--json")
    assert ran.status == 2
    assert ran.json["error"]["code"] == "usage.conflict"


@pytest.mark.parametrize("line", ["--dry-run down x", "down x --dry-run"])
def test_dry_run_reaches_the_operation(devbox: Devbox, line: str) -> None:
    devbox.calls.results["down"] = Result({"changes": []})
    devbox(*line.split())
    assert devbox.calls.of("down")[3] is True


def test_dry_run_by_variable_reaches_the_operation(devbox: Devbox) -> None:
    devbox.env["DEVBOX_DRY_RUN"] = "yes"
    devbox.calls.results["down"] = Result({"changes": []})
    assert devbox("down", "x").status == 0
    assert devbox.calls.of("down")[3] is True


def test_a_verb_that_would_act_refuses_dry_run_by_variable_too(devbox: Devbox) -> None:
    devbox.env["DEVBOX_DRY_RUN"] = "1"
    assert devbox("pull", "jenkins").status == 2
    assert devbox.calls.names() == []


def test_json_by_variable(devbox: Devbox) -> None:
    devbox.env["DEVBOX_JSON"] = "1"
    assert devbox("status").json["status"] == "ok"


@pytest.mark.parametrize(
    ("line", "env", "config", "expected"),
    [
        ("status --host tcp://h", {}, "", ("tcp://h", None)),
        ("--context c status", {}, "", (None, "c")),
        ("status --host tcp://h --context c", {}, "", ("tcp://h", "c")),
        ("status --host tcp://h", {"DEVBOX_CONTEXT": "c"}, "", ("tcp://h", None)),
        ("status --context c", {"DEVBOX_HOST": "tcp://h"}, "", (None, "c")),
        ("status", {"DEVBOX_HOST": "tcp://h", "DEVBOX_CONTEXT": "c"}, "", ("tcp://h", "c")),
        ("status", {"DEVBOX_CONTEXT": "c"}, "host = 'tcp://h'", (None, "c")),
        ("status", {"DEVBOX_HOST": "tcp://h"}, "context = 'c'", ("tcp://h", None)),
        ("status", {}, "host = 'tcp://h'", ("tcp://h", None)),
        ("status", {}, "", (None, None)),
    ],
)
def test_host_and_context_of_one_source_go_together(
    devbox: Devbox, line: str, env: dict[str, str], config: str, expected: tuple[str | None, str | None]
) -> None:
    devbox.env = env
    devbox.user_config(config)
    devbox(*line.split())
    assert devbox.calls.of("resolve")[:2] == expected


def test_the_engine_is_asked_once_and_let_go(devbox: Devbox) -> None:
    devbox("status")
    (engine,) = devbox.calls.engines
    assert engine.closed


def test_the_engine_is_let_go_after_an_error_too(devbox: Devbox) -> None:
    devbox.calls.results["status"] = RuntimeError("boom")
    assert devbox("status").status == 1
    assert devbox.calls.engines[0].closed


@pytest.mark.parametrize(
    ("env", "flag", "coloured"),
    [
        ({}, (), True),
        ({}, ("--no-color",), False),
        ({"DEVBOX_NO_COLOR": "1"}, (), False),
        ({"NO_COLOR": "1"}, (), False),
        ({"DEVBOX_NO_COLOR": "1", "FORCE_COLOR": "1"}, (), False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, (), False),
        ({"TERM": "dumb"}, (), False),
    ],
)
def test_colours_on_a_terminal(devbox: Devbox, env: dict[str, str], flag: tuple[str, ...], coloured: bool) -> None:
    devbox.env = env
    assert ("\x1b[" in devbox("status", *flag, terminals=["stdout"]).out) is coloured


def test_colours_are_forced_off_a_terminal(devbox: Devbox) -> None:
    devbox.env = {"FORCE_COLOR": "1"}
    assert "\x1b[" in devbox("status").out


def test_no_colours_off_a_terminal(devbox: Devbox) -> None:
    assert "\x1b" not in devbox("status", terminals=["stderr"]).out
