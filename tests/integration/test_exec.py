"""`devbox exec`: the command's streams and its exit status are ours."""

from __future__ import annotations

import hashlib
import subprocess

import pytest

from tests.integration.conftest import First
from tests.integration.support.box import Box
from tests.integration.support.command import Devbox

pytestmark = [pytest.mark.engine, pytest.mark.lab]


@pytest.mark.parametrize("code", [0, 1, 3, 125, 255])
def test_the_exit_status_is_the_commands(first: First, code: int) -> None:
    assert first.box.devbox.run("exec", first.box.name, "--", "sh", "-c", f"exit {code}").code == code


def test_streams_stay_apart(first: First) -> None:
    ran = first.box.devbox.run("exec", "-n", first.box.name, "--", "sh", "-c", "echo out; echo err >&2")
    assert (ran.code, ran.stdout, ran.stderr) == (0, "out\n", "err\n")


def test_stdin_goes_in_to_its_end(first: First) -> None:
    data = bytes(range(256)) * 20_000
    ran = first.box.devbox.run("exec", first.box.name, "--", "sha256sum", stdin=data).ok()
    assert ran.stdout.split()[0] == hashlib.sha256(data).hexdigest()


def test_bytes_come_out_as_they_are(first: First) -> None:
    devbox = first.box.devbox
    words = [*devbox.program, "exec", first.box.name, "--", "head", "-c", "3000000", "/usr/share/jenkins/jenkins.war"]
    out = subprocess.run(
        words, env=dict(devbox.env), cwd=devbox.cwd, capture_output=True, check=True, timeout=60
    ).stdout
    assert len(out) == 3_000_000 and out.startswith(b"PK")


def test_a_command_that_reads_nothing_does_not_wait_for_stdin(first: First) -> None:
    devbox = first.box.devbox
    process = subprocess.Popen(
        [*devbox.program, "exec", first.box.name, "--", "true"], env=dict(devbox.env), cwd=devbox.cwd,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.wait(90) == 0
    process.communicate()


def test_words_with_blanks_and_dashes_are_passed_as_they_are(first: First) -> None:
    ran = first.box.devbox.run("exec", first.box.name, "--", "printf", "[%s]", "a b", "--json", "-n", "", "$HOME")
    assert (ran.code, ran.stdout) == (0, "[a b][--json][-n][][$HOME]")


def test_runs_as_the_images_user(first: First) -> None:
    assert first.box.devbox.run("exec", first.box.name, "--", "id", "-un").ok().stdout == "jenkins\n"


def test_as_json(first: First) -> None:
    ran = first.box.devbox.run("--json", "exec", first.box.name, "--", "sh", "-c", "echo out; echo err >&2; exit 3")
    assert ran.code == 3
    assert (ran.envelope["command"], ran.envelope["status"]) == ("exec", "ok")
    assert ran.data == {"exit_code": 3, "stdout": "out\n", "stderr": "err\n"}


def test_devbox_own_failure_is_125(devbox: Devbox, lts: str) -> None:
    devbox.json("exec", "nothing-of-the-kind", "--", "true").failed("sandbox.unknown", 125)


def test_a_service_that_is_not_there_is_125(first: First) -> None:
    first.box.devbox.json("exec", first.box.name, "-s", "redis", "--", "true").failed("service.unknown", 125)


def test_a_command_that_is_not_there_is_what_docker_makes_of_it(first: First) -> None:
    ran = first.box.devbox.run("exec", first.box.name, "--", "no-such-command")
    assert ran.code in (125, 126, 127)
    assert "no-such-command" in ran.stdout + ran.stderr


def test_no_command_is_wrong_usage(first: First) -> None:
    first.box.devbox.json("exec", first.box.name).failed("usage.argument", 2)
    first.box.devbox.json("exec", first.box.name, "--").failed("usage.argument", 2)


def test_in_a_stopped_one_it_says_so(up: Box) -> None:
    up.docker.api.stop(up.container)
    ran = up.devbox.json("exec", up.name, "--", "true").failed("service.stopped", 125)
    assert any("devbox up" in (cure["command"] or "") for cure in ran.error["cures"])
