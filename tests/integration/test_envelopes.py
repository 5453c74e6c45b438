"""What `--json` prints: one object, exactly these fields, the same facts as the engine has."""

from __future__ import annotations

import json

import pytest

from tests.integration.conftest import First
from tests.integration.support.box import Box
from tests.integration.support.command import Devbox
from tests.integration.support.shapes import check_error, check_sandbox

pytestmark = [pytest.mark.engine, pytest.mark.lab]


def test_of_up(first: First) -> None:
    envelope = first.ran.envelope
    assert {**envelope, "data": None} == {
        "schema": 1, "command": "up", "status": "ok", "data": None, "warnings": [], "error": None,
    }  # fmt: skip
    assert set(envelope["data"]) == {"sandboxes", "changes", "seconds"}
    check_sandbox(first.ran.sandbox)
    assert all(set(change) == {"action", "target", "reason"} for change in envelope["data"]["changes"])
    assert 0 < envelope["data"]["seconds"] <= first.ran.seconds


def test_of_restart(up: Box) -> None:
    ran = up.devbox.json("restart", up.name).ok()
    assert ran.envelope["command"] == "restart"
    assert set(ran.data) == {"sandboxes", "changes", "seconds"}
    check_sandbox(ran.sandbox)


@pytest.mark.parametrize("verb", ["status", "ps"])
def test_of_status(first: First, verb: str) -> None:
    ran = first.box.devbox.json(verb, first.box.name).ok()
    assert ran.envelope["command"] == "status"
    assert set(ran.data) == {"sandboxes"}


def test_of_an_error(devbox: Devbox, lts: str) -> None:
    ran = devbox.json("status", "nothing-of-the-kind").failed("sandbox.unknown")
    assert {**ran.envelope, "error": None} == {
        "schema": 1, "command": "status", "status": "error", "data": None, "warnings": [], "error": None,
    }  # fmt: skip
    check_error(ran.error)


@pytest.mark.parametrize(
    "words",
    [("up", "--no-such"), ("no-such-verb",), (), ("up", "jenkins", "extra"), ("logs", "--tail", "x"), ("exec",)],
)
def test_of_wrong_usage_wherever_json_stands(devbox: Devbox, words: tuple[str, ...], lts: str) -> None:
    for line in (("--json", *words), (*words, "--json")):
        ran = devbox.run(*line)
        assert ran.code == 2, ran
        check_error(ran.error)
        assert ran.error["code"].startswith(("usage.", "option."))
        assert ran.stderr == ""


def test_progress_is_json_too_and_on_stderr(first: First) -> None:
    events = [json.loads(line) for line in first.ran.stderr.splitlines()]
    assert {event["event"] for event in events} >= {"step", "milestone"}


def test_quiet_silences_the_progress(box: Box, lts: str) -> None:
    ran = box.up("jenkins", "--quiet").ok()
    assert ran.stderr == ""
    assert ran.sandbox["state"] == "running"


def test_warnings_are_in_it_once(box: Box, lts: str) -> None:
    ran = box.up("jenkins", "--no-auth").ok()
    (warning,) = ran.envelope["warnings"]
    assert set(warning) == {"code", "message"} and warning["code"] == "signin.off"


FLAGS = [
    ("--json", "-n", "{}", "status"),
    ("-n", "{}", "status", "--json"),
    ("status", "--json", "--name", "{}"),
    ("--name={}", "--json", "--no-color", "-v", "status"),
    ("status", "{}", "-q", "--json"),
    ("--host", "{host}", "status", "{}", "--json"),
    ("status", "{}", "--json", "--host", "{host}"),
    ("-n", "{}", "status", "-n", "{}", "--json"),
]


@pytest.mark.parametrize("words", FLAGS)
def test_flags_stand_before_or_after_the_verb(first: First, words: tuple[str, ...]) -> None:
    line = [word.format(first.box.name, host=first.box.devbox.env["DOCKER_HOST"]) for word in words]
    ran = first.box.devbox.run(*line).ok()
    assert ran.sandbox["name"] == first.box.name


@pytest.mark.parametrize(
    "words", [("-n", "a", "status", "-n", "b"), ("--host", "unix:///a", "status", "--host", "unix:///b")]
)
def test_a_flag_given_twice_in_two_ways_is_wrong(devbox: Devbox, words: tuple[str, ...], lts: str) -> None:
    devbox.json(*words).failed("usage.conflict", 2)
