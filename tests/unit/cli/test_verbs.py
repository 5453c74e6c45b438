"""What each verb asks of its operation, its exact envelope, and its words at 80 columns."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devbox.errors import Cure, DevboxError, Interrupted
from devbox.events import Step, Warned
from devbox.result import Result, Warning_
from devbox.sandbox.logs import LogLine
from devbox.sandbox.names import Summary
from devbox.sandbox.request import UpRequest, World
from tests.unit.cli.harness import SANDBOX, Devbox, with_calls

CHANGE = {"action": "create", "target": "volume devbox-jenkins_home", "reason": "there is none"}
UP = Result({"sandboxes": [SANDBOX], "changes": [CHANGE], "seconds": 3.14})


def envelope(command: str, data: Any, warnings: list[dict[str, str]] | None = None) -> dict[str, Any]:
    return {
        "schema": 1, "command": command, "status": "ok", "data": data, "warnings": warnings or [], "error": None,
    }  # fmt: skip


def test_up_asks_for_what_the_command_line_says(devbox: Devbox) -> None:
    devbox.calls.results["up"] = UP
    line = "up jenkins:2.555.1 -n second --http-port 9090 --env A=1 --env B=2 --prefix /ci/ --memory 2G --no-auth"
    ran = devbox(*line.split(), "--java-opts", "-Dx='a b'", "--pull", "always", "--strict-ports", "--no-wait",
                 "--timeout", "60", "--keep", "--reset", "--dry-run", "--publish-address", "::1", "--json")  # fmt: skip
    assert ran.json == envelope("up", UP.data)
    world, request = devbox.calls.of("up")
    assert isinstance(world, World)
    assert world.state == devbox.state
    assert request == UpRequest(
        stack="jenkins",
        name="second",
        asked={
            "version": "2.555.1",
            "http_port": 9090,
            "env": {"A": "1", "B": "2"},
            "prefix": "/ci",
            "memory": "2g",
            "no_auth": True,
            "java_opts": "-Dx='a b'",
            "publish_address": "::1",
        },
        settings={},
        pull="always",
        strict_ports=True,
        wait=False,
        timeout=60.0,
        keep=True,
        reset=True,
        dry_run=True,
    )


def test_up_without_flags_asks_for_nothing(devbox: Devbox) -> None:
    devbox.calls.results["up"] = UP
    devbox("up", "jenkins")
    assert devbox.calls.of("up")[1] == UpRequest("jenkins", "jenkins", {}, {})


def test_up_takes_settings_apart_from_what_was_asked(devbox: Devbox) -> None:
    devbox.toml(
        "stack='jenkins'\nname='work'\n[jenkins]\nversion='2.555.1'\nhttp_port=9000\nplugins=['git']\n[queue]\nworkers=2"
    )
    devbox.env = {"DEVBOX_HTTP_PORT": "9001", "DEVBOX_PULL": "never", "DEVBOX_PUBLISH_ADDRESS": "127.0.0.2"}
    devbox.calls.results["up"] = UP
    devbox("up", "--auth")
    request = devbox.calls.of("up")[1]
    assert (request.stack, request.name, request.pull) == ("jenkins", "work", "never")
    assert request.asked == {"no_auth": False}
    assert request.settings == {"version": "2.555.1", "http_port": 9001, "publish_address": "127.0.0.2"}


def test_a_war_is_asked_for_by_its_whole_path(devbox: Devbox) -> None:
    import zipfile

    with zipfile.ZipFile(devbox.project / "my.war", "w") as archive:
        archive.writestr("x", "")
    devbox.calls.results["up"] = UP
    devbox("up", "jenkins", "--war", "my.war")
    assert devbox.calls.of("up")[1].asked == {"war": str(devbox.project / "my.war")}


def test_up_ends_with_what_a_person_needs(devbox: Devbox) -> None:
    devbox.calls.results["up"] = UP
    ran = devbox("up", "jenkins")
    assert ran.out == (
        "Jenkins 2.555.1 is up in 3.1 s\n"
        "\n"
        "  URL      http://127.0.0.1:8080\n"
        "  sign-in  admin, password: devbox credentials\n"
        "  ports    8080, 50000\n"
        "\n"
        "  devbox open             in the browser\n"
        "  devbox logs jenkins -f  what it writes\n"
        "  devbox down jenkins     away with it; its home stays\n"
    )
    assert ran.err == ""


@pytest.mark.parametrize("columns", [60, 80])
def test_what_comes_next_fits_and_breaks_no_word(devbox: Devbox, columns: int) -> None:
    devbox.env = {"COLUMNS": str(columns)}
    cures = (
        Cure("put a job in", """devbox queue enqueue default Echo '["hello"]'"""),
        Cure("stop and remove it, keeping its data", "devbox down queue"),
    )
    devbox.calls.results["up"] = Result({"sandboxes": [{**SANDBOX, "name": "queue", "stack": "queue"}]}, next=cures)
    lines = devbox("up", "queue").out.splitlines()
    assert max(map(len, lines)) <= columns
    assert lines[-2:] == ["  devbox down queue", "      stop and remove it, keeping its data"]
    beside = lines[-3] == """  devbox queue enqueue default Echo '["hello"]'  put a job in"""
    assert beside == (columns == 80)


def test_up_again_says_that_there_was_nothing_to_do(devbox: Devbox) -> None:
    devbox.calls.results["up"] = Result({"sandboxes": [SANDBOX], "changes": [], "seconds": 0.2})
    assert devbox("up", "jenkins").out.startswith("Jenkins 2.555.1 is up already, nothing to do (0.20 s)\n")


def test_a_dry_run_lists_what_would_be_done(devbox: Devbox) -> None:
    devbox.calls.results["up"] = Result({"changes": [CHANGE]})
    ran = devbox("up", "jenkins", "--dry-run")
    assert ran.out == "This would be done:\n  create volume devbox-jenkins_home (there is none)\n"


def test_warnings_are_told_once_each_on_stderr(devbox: Devbox) -> None:
    def up(world: World, _request: UpRequest) -> Result:
        world.emit(Warned("port.moved", "8080 is taken"))
        return Result(UP.data, (Warning_("port.moved", "8080 is taken"), Warning_("signin.off", "open")))

    devbox.calls.results["up"] = up
    assert devbox("up", "jenkins").err == "warning[port.moved]: 8080 is taken\nwarning[signin.off]: open\n"
    warnings = devbox("up", "jenkins", "--json").json["warnings"]
    assert [w["code"] for w in warnings] == ["port.moved", "signin.off"]


def test_progress_is_lines_and_under_json_json_lines(devbox: Devbox) -> None:
    def up(world: World, _request: UpRequest) -> Result:
        world.emit(Step("create", "volume devbox-jenkins_home", "there is none"))
        return UP

    devbox.calls.results["up"] = up
    assert devbox("up", "jenkins").err == "create volume devbox-jenkins_home (there is none)\n"
    assert json.loads(devbox("up", "jenkins", "--json").err) == {"event": "step", "state": "start", **CHANGE}
    assert devbox("up", "jenkins", "--quiet").err == ""
    assert devbox("up", "jenkins", "--json", "-q").err == ""


def test_an_error_is_told_with_cause_tail_and_cures(devbox: Devbox) -> None:
    cures = (Cure("Use another port.", "devbox up jenkins --http-port 9090"), Cure("stop the other one"))
    devbox.calls.results["up"] = DevboxError(
        "port.taken", "port 8080 is taken", cause="bind: in use", cures=cures, tail=("last line",), retryable=True
    )
    ran = devbox("up", "jenkins")
    assert ran.status == 1
    assert ran.out == ""
    assert ran.err == (
        "error[port.taken]: port 8080 is taken\n"
        "  bind: in use\n"
        "  | last line\n"
        "  -> Use another port:  devbox up jenkins --http-port 9090\n"
        "  -> stop the other one\n"
    )
    ran = devbox("up", "jenkins", "--json")
    assert ran.json == {
        "schema": 1,
        "command": "up",
        "status": "error",
        "data": None,
        "warnings": [],
        "error": {
            "code": "port.taken",
            "message": "port 8080 is taken",
            "cause": "bind: in use",
            "retryable": True,
            "log": None,
            "cures": [
                {"text": "Use another port.", "command": "devbox up jenkins --http-port 9090"},
                {"text": "stop the other one", "command": None},
            ],
        },
    }


def test_only_on_a_terminal_an_error_and_a_warning_are_broken_into_lines(devbox: Devbox) -> None:
    def up(world: World, _request: UpRequest) -> Result:
        world.emit(Warned("a.b", "word " * 20))
        raise DevboxError("x.y", "word " * 20)

    devbox.env = {"COLUMNS": "60", "TERM": "dumb"}
    devbox.calls.results["up"] = up
    assert len(devbox("up", "jenkins").err.splitlines()) == 2
    lines = devbox("up", "jenkins", terminals=["stderr"]).err.splitlines()
    assert len(lines) == 4 and max(map(len, lines)) <= 60


def test_a_bug_becomes_a_line_and_a_file_that_only_we_read(devbox: Devbox) -> None:
    devbox.calls.results["up"] = ZeroDivisionError("oops")
    ran = devbox("up", "jenkins", "--json")
    assert ran.status == 1
    error = ran.json["error"]
    assert (error["code"], error["cause"]) == ("internal", "ZeroDivisionError: oops")
    (log,) = (devbox.state / "logs").iterdir()
    assert error["log"] == str(log)
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
    assert "Traceback" not in ran.err + ran.out


def test_partly_failed_is_exit_1(devbox: Devbox) -> None:
    devbox.calls.results["pull"] = Result({"images": []}, status="partial")
    ran = devbox("pull", "--json")
    assert (ran.status, ran.json["status"]) == (1, "partial")


def test_status_is_a_table_of_80_columns(devbox: Devbox) -> None:
    name = "a-name-of-thirty-one-characters"
    kept = {**SANDBOX, "name": name, "state": "kept", "services": [], "url": None, "version": None}
    devbox.calls.results["status"] = Result({"sandboxes": [kept, SANDBOX]})
    lines = devbox("status").out.splitlines()
    assert lines[0].split() == ["NAME", "STACK", "STATE", "VERSION", "AGE", *(["URL,", "PORTS"][: len(lines[0]) // 80])]
    assert max(map(len, lines)) <= 80
    assert any("http://127.0.0.1:8080" in line for line in lines)
    assert f"     devbox up jenkins -n {name}" in lines


def test_several_containers_of_a_service_are_told_apart_as_in_logs(devbox: Devbox) -> None:
    (service,) = SANDBOX["services"]
    workers = [{**service, "name": "worker", "container": f"devbox-q-worker-{n}"} for n in (1, 2)]
    devbox.calls.results["status"] = Result({"sandboxes": [{**SANDBOX, "name": "q", "services": workers}]})
    assert [line.split()[0] for line in devbox("status").out.splitlines()[2:]] == ["worker", "worker#2"]


def test_status_of_nothing_says_how_to_begin(devbox: Devbox) -> None:
    assert devbox("status").out == "No sandboxes.\n  -> bring one up:  devbox up jenkins, or devbox up queue\n"
    assert devbox("ps", "--json").json == envelope("status", {"sandboxes": []})


def test_status_says_how_each_one_that_does_not_run_comes_back(devbox: Devbox) -> None:
    found = [{**SANDBOX, "name": state, "state": state, "services": []} for state in ("kept", "stopped", "partial")]
    devbox.calls.results["status"] = Result({"sandboxes": [SANDBOX, *found]})
    assert devbox("status").out.splitlines()[-6:] == [
        "  -> kept is down, its home is kept; back with:",
        "     devbox up jenkins -n kept",
        "  -> stopped is stopped; back with:",
        "     devbox up jenkins -n stopped",
        "  -> partial is not whole; made whole with:",
        "     devbox up jenkins -n partial",
    ]


def test_status_of_one(devbox: Devbox) -> None:
    devbox("status", "second")
    assert devbox.calls.of("status")[1] == "second"


def test_down_of_the_only_one(devbox: Devbox) -> None:
    removed = [{"kind": "container", "name": "devbox-jenkins-jenkins-1"}]
    kept = [{"kind": "volume", "name": "devbox-jenkins_home"}]
    devbox.calls.results["down"] = Result({"removed": removed, "kept": kept})
    assert devbox("down").out == (
        "  removed  container devbox-jenkins-jenkins-1\n"
        "  kept     volume devbox-jenkins_home\n"
        "  -> remove what was kept, too:  devbox down jenkins --volumes\n"
    )
    _, names, volumes, dry_run = devbox.calls.of("down")
    assert (names, volumes, dry_run) == (["jenkins"], False, False)


def test_down_of_all_with_volumes(devbox: Devbox) -> None:
    devbox.calls.sandboxes = [Summary("a", "jenkins"), Summary("b", "queue")]
    devbox("down", "--all", "--volumes")
    assert devbox.calls.of("down")[1:] == (["a", "b"], True, False)


def test_down_where_nothing_is_is_success(devbox: Devbox) -> None:
    devbox.calls.sandboxes = []
    devbox.calls.results["down"] = Result({"removed": [], "kept": []})
    ran = devbox("down")
    assert (ran.status, ran.out) == (0, "Nothing to remove.\n")
    assert devbox.calls.of("down")[1] == []


def test_which_one_is_asked_when_there_are_several(devbox: Devbox) -> None:
    devbox.calls.sandboxes = [Summary("a", "jenkins"), Summary("b", "jenkins")]
    ran = devbox("down", "--json")
    assert ran.status == 2
    assert ran.json["error"]["code"] == "name.ambiguous"
    assert "down" not in devbox.calls.names()


BOTH = [Summary("ci", "jenkins"), Summary("jobs", "queue")]


def test_what_only_a_jenkins_has_means_the_jenkins(devbox: Devbox) -> None:
    devbox.calls.sandboxes = BOTH
    devbox.calls.results["url"] = "http://127.0.0.1:8080"
    assert devbox("open").status == 0
    assert devbox.calls.of("url")[1] == "ci"


@pytest.mark.parametrize(("service", "meant"), [("worker", "jobs"), ("redis", "jobs"), ("jenkins", "ci")])
def test_a_service_tells_which_stack_is_meant(devbox: Devbox, service: str, meant: str) -> None:
    devbox.calls.sandboxes = BOTH
    devbox.calls.results["log_lines"] = iter(())
    devbox("logs", "-s", service)
    devbox("restart", "-s", service)
    assert devbox.calls.of("log_lines")[1:3] == devbox.calls.of("restart")[1:3] == (meant, service)
    assert devbox("logs", "-s", "nix").status == 2
    assert devbox("logs").status == 2


def test_every_service_is_known_with_its_stack() -> None:
    from devbox.cli.target import SERVED_BY, stack_of
    from devbox.stacks.reader import load

    stacks = {name: [service.name for service in load(name).services] for name in ("jenkins", "queue")}
    assert {service: stack for stack, services in stacks.items() for service in services} == SERVED_BY
    assert stack_of("worker#2") == "queue"


def test_the_name_of_devbox_toml_is_meant_first(devbox: Devbox) -> None:
    devbox.toml("name = 'work'")
    devbox("down")
    assert devbox.calls.of("down")[1] == ["work"]
    assert "existing" not in devbox.calls.names()


@pytest.mark.parametrize(
    ("typed", "terminals", "answer"),
    [("y\n", ("stdin", "stderr"), True), ("\n", ("stdin", "stderr"), False), ("no\n", ("stdin", "stderr"), False)],
)
def test_a_terminal_is_asked(devbox: Devbox, typed: str, terminals: tuple[str, ...], answer: bool) -> None:
    answers = []
    devbox.calls.results["down"] = lambda world, *_: answers.append(world.confirm("Remove it?")) or Result({})
    ran = devbox("down", terminals=terminals, typed=typed)
    assert answers == [answer]
    assert "Remove it? [y/N] " in ran.err


@pytest.mark.parametrize("terminals", [(), ("stdin",), ("stderr",), ("stdout",)])
def test_without_a_terminal_a_question_is_exit_3(devbox: Devbox, terminals: tuple[str, ...]) -> None:
    devbox.calls.results["down"] = lambda world, *_: world.confirm("Remove it?")
    ran = devbox("down", "--json", terminals=terminals, typed="y\n")
    assert ran.status == 3
    assert ran.json["error"]["code"] == "confirm.needed"


@pytest.mark.parametrize("line", ["--yes down", "down -y"])
def test_yes_answers(devbox: Devbox, line: str) -> None:
    answers = []
    devbox.calls.results["down"] = lambda world, *_: answers.append(world.confirm("Remove it?")) or Result({})
    assert devbox(*line.split()).status == 0
    assert answers == [True]


def test_restart_waits_as_long_as_it_may(devbox: Devbox) -> None:
    devbox.calls.results["restart"] = UP
    ran = devbox("restart", "-s", "jenkins", "--timeout", "7.5", "--json")
    assert ran.json == envelope("restart", UP.data)
    assert devbox.calls.of("restart")[1:] == ("jenkins", "jenkins", 7.5)


def test_restart_may_be_tried_dry(devbox: Devbox) -> None:
    devbox.calls.results["status"] = Result({"sandboxes": [SANDBOX]})
    changes = devbox("restart", "--dry-run", "--json").json["data"]["changes"]
    assert changes == [{"action": "restart", "target": "devbox-jenkins-jenkins-1", "reason": "asked for"}]
    assert "restart" not in devbox.calls.names()


def test_pull_of_a_version(devbox: Devbox) -> None:
    images = [{"image": "jenkins/jenkins:2.555.1", "digest": "sha256:" + "a" * 64, "status": "moved"}]
    devbox.calls.results["pull"] = Result({"images": images})
    assert devbox("pull", "jenkins:2.555.1", "--json").json == envelope("pull", {"images": images})
    assert devbox.calls.of("pull")[1:] == ("jenkins", {"version": "2.555.1"}, {})
    assert "jenkins/jenkins:2.555.1  moved" in devbox("pull").out


def test_credentials_are_shown(devbox: Devbox) -> None:
    data = {"url": "http://127.0.0.1:8080", "user": "admin", "password": "s3cret", "token": None}
    devbox.calls.results["credentials"] = Result(data)
    assert devbox("credentials", "--json").json == envelope("credentials", data)
    assert devbox("credentials").out == "  URL       http://127.0.0.1:8080\n  user      admin\n  password  s3cret\n"


@pytest.mark.parametrize(
    ("flags", "line"),
    [
        ((), "JENKINS_URL='http://h/a b'\n"),
        (("--shell", "fish"), "set -gx JENKINS_URL 'http://h/a b'\n"),
        (("--shell", "powershell"), "$env:JENKINS_URL = 'http://h/a b'\n"),
    ],
)
def test_env_is_what_the_shell_reads(devbox: Devbox, flags: tuple[str, ...], line: str) -> None:
    devbox.calls.results["environment"] = Result({"JENKINS_URL": "http://h/a b"})
    ran = devbox("env", *flags)
    assert (ran.out, ran.err) == (line, "")
    assert devbox("env", "--json", *flags).json == envelope("env", {"JENKINS_URL": "http://h/a b"})


def test_env_tells_a_person_how_to_take_the_same_ones(devbox: Devbox) -> None:
    devbox.calls.results["environment"] = Result({"REDIS_URL": "redis://h"})
    for words in (("env", "jobs"), ("env", "-n", "jobs")):
        ran = devbox(*words, terminals=["stdout"])
        assert ran.err == '# to set them here: set -a; eval "$(devbox env -n jobs)"; set +a\n'
    assert devbox("env", "jobs").err == ""


@pytest.mark.parametrize(
    ("env", "opened"), [({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "wayland-0"}, True), ({}, False)]
)
def test_open_uses_a_browser_where_there_is_a_display(devbox: Devbox, env: dict[str, str], opened: bool) -> None:
    devbox.env = env
    devbox.calls.results |= {"url": "http://127.0.0.1:8080", "browse": True}
    assert devbox("open", "--json").json == envelope("open", {"url": "http://127.0.0.1:8080", "opened": opened})
    assert ("browse" in devbox.calls.names()) is opened
    assert devbox("open").out == "http://127.0.0.1:8080\n"


LINES = [
    LogLine("2026-01-01T00:00:00Z", "jenkins", "devbox-jenkins-jenkins-1", "stdout", "hello\x1b]0;evil\x07"),
    LogLine("2026-01-01T00:00:01Z", "redis", "devbox-jenkins-redis-1", "stderr", "world"),
]


def test_logs_are_lines_with_their_service(devbox: Devbox) -> None:
    devbox.calls.results["log_lines"] = lambda *_: iter(LINES)
    ran = devbox("logs", "-f", "--tail", "5", "--since", "1700000000")
    assert ran.out == "jenkins | hello\x1b]0;evil\x07\nredis | world\n"
    assert devbox.calls.of("log_lines")[1:] == ("jenkins", None, True, 5, 1.7e9)


def test_logs_of_one_service_on_a_terminal_cannot_drive_it(devbox: Devbox) -> None:
    devbox.calls.results["log_lines"] = lambda *_: iter(LINES[:1])
    assert devbox("logs", "-s", "jenkins", terminals=["stdout"]).out == "hello?]0;evil?\n"


def test_logs_under_json_are_one_object_a_line(devbox: Devbox) -> None:
    devbox.calls.results["log_lines"] = lambda *_: iter(LINES)
    lines = [json.loads(line) for line in devbox("logs", "--tail", "all", "--json").out.splitlines()]
    assert lines[1] == {
        "service": "redis",
        "container": "devbox-jenkins-redis-1",
        "stream": "stderr",
        "time": "2026-01-01T00:00:01Z",
        "text": "world",
    }
    assert devbox.calls.of("log_lines")[4] is None


def test_every_settings_row_has_name_value_and_source(devbox: Devbox) -> None:
    data = devbox("config", "--json").json["data"]
    assert all(set(row) == {"name", "value", "source"} for row in data["settings"])
    assert max(map(len, devbox("config").out.splitlines())) <= 80


def test_config_tells_a_broken_docker_setup_and_goes_on(devbox: Devbox, tmp_path: Path) -> None:
    from dataclasses import replace

    from devbox.cli.main import run

    def resolve(*_: Any) -> Any:
        raise DevboxError("context.not_found", "no context colima")

    environment = devbox.environment()
    broken = replace(environment, operations=with_calls(environment.operations, resolve=resolve))
    assert run(["config", "--json"], broken) == 0
    rows = json.loads(broken.stdout.getvalue())["data"]["settings"]  # type: ignore[attr-defined]
    assert rows[-1] == {"name": "endpoint", "value": None, "source": "context.not_found: no context colima"}


def test_up_tells_what_was_changed_in_a_sandbox_that_was_there(devbox: Devbox) -> None:
    reason = "recreate jenkins: memory 2g -> 3g"
    changes = [
        {"action": "stop", "target": "devbox-jenkins-jenkins-1", "reason": "memory 2g -> 3g"},
        {"action": "create", "target": "devbox-jenkins-jenkins-1", "reason": reason},
    ]
    devbox.calls.results["up"] = replace(UP, data={**(UP.data or {}), "changes": changes})
    out = devbox("up", "jenkins").out
    assert f"  changed  {reason}\n" in out
    assert "stop devbox" not in out


def test_a_failed_run_tells_its_warnings_and_where_its_log_is(devbox: Devbox) -> None:
    def up(world: World, _request: UpRequest) -> Result:
        world.emit(Warned("port.moved", "8080 is taken"))
        world.emit(Warned("rollback.incomplete", "a volume is left"))
        raise DevboxError("jenkins.boot_failed", "no boot", tail=("SEVERE: x",), log="/state/logs/one.log")

    devbox.calls.results["up"] = up
    told = devbox("up", "jenkins", "--json", "-q").json
    assert [w["code"] for w in told["warnings"]] == ["port.moved", "rollback.incomplete"]
    assert told["error"]["log"] == "/state/logs/one.log"
    assert devbox("up", "jenkins").err.endswith("  | SEVERE: x\n  the whole log: /state/logs/one.log\n")


def test_an_interrupted_run_tells_its_warnings(devbox: Devbox) -> None:
    def up(world: World, _request: UpRequest) -> Result:
        world.emit(Warned("rollback.incomplete", "a volume is left"))
        raise Interrupted

    devbox.calls.results["up"] = up
    told = devbox("up", "jenkins", "--json").json
    assert (told["error"]["code"], [w["code"] for w in told["warnings"]]) == ("interrupted", ["rollback.incomplete"])


def test_down_means_what_has_no_more_than_a_network_too(devbox: Devbox) -> None:
    devbox.calls.sandboxes, devbox.calls.networks = [], [Summary("killed", "jenkins")]
    devbox("down")
    assert devbox.calls.of("down")[1] == ["killed"]
    devbox.calls.made.clear()
    devbox.calls.sandboxes = [Summary("jenkins", "jenkins")]
    devbox("down", "--all")
    assert devbox.calls.of("down")[1] == ["jenkins", "killed"]
    assert devbox("open").status == 0  # a network is nothing to open: only one sandbox can be meant


def test_down_says_that_a_no_was_heard(devbox: Devbox) -> None:
    kept = [{"kind": "container", "name": "devbox-a-jenkins-1"}, {"kind": "volume", "name": "devbox-a_home"}]
    devbox.calls.results["down"] = Result({"removed": [], "kept": kept})
    ran = devbox("down", "a", "--volumes")
    assert ran.status == 0
    assert ran.out.startswith("Nothing was removed.\n  kept  container devbox-a-jenkins-1\n")


@pytest.mark.parametrize("line", ["status", "down", "logs", "config", "credentials", "restart", "pull jenkins"])
def test_a_war_that_was_built_away_matters_to_up_alone(devbox: Devbox, line: str) -> None:
    devbox.toml("[jenkins]\nwar = 'target/jenkins.war'\n")
    devbox.calls.results["log_lines"] = lambda *_: iter(())
    assert devbox(*line.split()).status == 0


def test_a_war_of_the_settings_does_not_matter_where_another_is_asked_for(devbox: Devbox) -> None:
    import zipfile

    devbox.toml("[jenkins]\nwar = 'gone.war'\n")
    with zipfile.ZipFile(devbox.project / "my.war", "w") as archive:
        archive.writestr("x", "")
    assert devbox("up", "jenkins", "--war", "my.war").status == 0


def test_a_setting_without_effect_is_told_by_its_key_and_line(devbox: Devbox) -> None:
    devbox.toml("[jenkins]\nhttp_port = 9000\nplugins = ['git']\ncasc = 'c.yaml'\n[queue]\nworkers = 2\n")
    devbox.calls.results["up"] = UP
    warnings = devbox("up", "jenkins", "--json", "-q").json["warnings"]
    assert [w["code"] for w in warnings] == ["settings.unsupported"] * 2
    assert "devbox.toml:3: jenkins.plugins" in warnings[0]["message"]
    assert "devbox.toml:4: jenkins.casc" in warnings[1]["message"]
    assert devbox("status", "--json").json["warnings"] == []
