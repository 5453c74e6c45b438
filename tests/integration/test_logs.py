"""`devbox logs`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from tests.integration.conftest import First
from tests.integration.support.box import Box
from tests.integration.support.shapes import check_time
from tests.integration.support.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.lab]


def _whole(box: Box) -> list[str]:
    text: bytes = box.docker.api.logs(box.container)
    return text.decode(errors="replace").splitlines()


def test_are_what_docker_has(first: First) -> None:
    ran = first.box.devbox.run("logs", first.box.name, "-s", "jenkins").ok()
    whole = [line.rstrip() for line in _whole(first.box)]
    assert [line.rstrip() for line in ran.stdout.splitlines()][: len(whole)] == whole
    assert "Jenkins is fully up and running" in ran.stdout


def test_of_all_services_name_the_service(first: First) -> None:
    ran = first.box.devbox.run("logs", first.box.name, "--tail", "2").ok()
    assert len(ran.stdout.splitlines()) == 2
    assert all(line.startswith("jenkins") for line in ran.stdout.splitlines())


@pytest.mark.parametrize(("tail", "count"), [("0", 0), ("1", 1), ("7", 7)])
def test_tail_gives_that_many(first: First, tail: str, count: int) -> None:
    ran = first.box.devbox.run("logs", first.box.name, "--tail", tail).ok()
    assert len(ran.stdout.splitlines()) == count


def test_since_leaves_out_what_is_older(first: First) -> None:
    every = [
        json.loads(line) for line in first.box.devbox.run("--json", "logs", first.box.name).ok().stdout.splitlines()
    ]
    middle = every[len(every) // 2]["time"]
    some = first.box.devbox.run("--json", "logs", first.box.name, "--since", middle).ok().stdout.splitlines()
    times = [json.loads(line)["time"] for line in some]
    assert 0 < len(times) < len(every)
    assert min(times)[:19] >= middle[:19]
    assert first.box.devbox.run("logs", first.box.name, "--since", "1h").ok().stdout


def test_json_is_one_object_a_line(first: First) -> None:
    ran = first.box.devbox.run("logs", first.box.name, "--json").ok()
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(lines) >= 10
    for line in lines:
        assert set(line) == {"service", "container", "stream", "time", "text"}
        assert (line["service"], line["container"]) == ("jenkins", first.box.container)
        assert line["stream"] in ("stdout", "stderr")
        check_time(line["time"])
    assert {line["stream"] for line in lines} == {"stdout", "stderr"}


def test_follow_shows_what_comes_and_ends_on_ctrl_c(first: First) -> None:
    jenkins = first.box.jenkins()
    running = first.box.devbox.start("logs", first.box.name, "-f", "--tail", "0")

    def shown() -> bool:
        jenkins.script("System.out.println('a line for those who follow')")
        return "a line for those who follow" in running.text("stdout")

    until(shown, "the line is shown")
    running.signal(signal.SIGINT)
    ran = running.end()
    assert ran.code == 130
    assert "Traceback" not in ran.stderr


def test_follow_ends_with_the_container(up: Box) -> None:
    running = up.devbox.start("logs", up.name, "--follow")
    running.sees("Jenkins is fully up", "stdout")
    up.docker.api.stop(up.container)
    assert running.end().code == 0


def test_a_reader_who_goes_away_is_no_error(first: First) -> None:
    """`devbox logs | head -1`."""
    devbox = first.box.devbox
    read_one = [sys.executable, "-c", "import sys; sys.stdin.readline()"]
    writer = subprocess.Popen(
        [*devbox.program, "logs", first.box.name, "-f"], cwd=devbox.cwd, env=dict(devbox.env),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert writer.stdout is not None and writer.stderr is not None
    subprocess.run(read_one, stdin=writer.stdout, check=True, timeout=120)
    writer.stdout.close()
    jenkins = first.box.jenkins()

    def gone() -> bool:
        jenkins.script("System.out.println('a line that nobody reads')")
        return writer.poll() is not None

    until(gone, "the writer has noticed")
    assert writer.returncode == 0
    assert writer.stderr.read() == b""


def test_a_service_that_is_not_there(first: First) -> None:
    ran = first.box.devbox.run("logs", first.box.name, "-s", "redis")
    assert ran.code == 1 and "error[service.unknown]" in ran.stderr
    assert "jenkins" in ran.stderr


def test_of_a_stopped_one_are_there_still(up: Box) -> None:
    up.docker.api.stop(up.container)
    assert "fully up" in up.devbox.run("logs", up.name).ok().stdout
