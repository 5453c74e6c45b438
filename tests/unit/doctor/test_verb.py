"""`devbox doctor` on the command line: its flags, its table, its JSON."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from devbox.cli.environment import Environment
from devbox.cli.main import run
from devbox.doctor.checks import AREAS, CHECKS
from tests.replay import Answer, ReplayServer, Route
from tests.unit.cli.harness import Stream
from tests.unit.doctor.facts import INFO

QUOTED = (
    ("client and server don't have same version (client : 1.19, server: 1.15)", "api.client-newer"),
    ("client version 1.32 is too old. Minimum supported API version is 1.44", "api.client-older"),
)


class Person:
    """Who types `devbox doctor` on a machine of its own."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder = folder
        self.env = {"HOME": str(folder), "PATH": "", "DEVBOX_STATE_DIR": str(folder / "state"), **env}
        self.env.setdefault("DEVBOX_CONFIG_DIR", str(folder / "config"))

    def types(self, *words: str, stdin: str = "", terminal: bool = False) -> tuple[int, str, str]:
        out, err = Stream(terminal=terminal), Stream(terminal=terminal)
        environment = Environment(Stream(stdin, terminal), out, err, self.env, self.folder, "linux")
        status = run(["doctor", *words], environment)
        return status, out.getvalue(), err.getvalue()

    def json(self, *words: str) -> tuple[int, dict[str, Any]]:
        status, out, _ = self.types("--json", *words)
        return status, json.loads(out)


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path, DOCKER_HOST=f"unix://{tmp_path}/docker.sock")


def engine(**answers: Route) -> dict[str, Route]:
    return {"GET /info": Answer(body=INFO), "*": Answer(body=[]), **answers}


def test_a_healthy_engine(person: Person) -> None:
    with ReplayServer(engine(), unix=person.folder / "docker.sock") as server:
        status, envelope = person.json()
        assert (status, envelope["status"], envelope["error"]) == (0, "ok", None)
        data = envelope["data"]
        assert data["ok"] is True and data["repaired"] == []
        assert data["engine"] == {
            "version": "20.10.24",
            "api": "1.41",
            "min_api": "1.12",
            "provider": "engine",
            "endpoint": server.url,
            "context": None,
            "chosen_by": "DOCKER_HOST",
        }
        assert [finding["id"] for finding in data["findings"]] == [check.id for check in CHECKS if not check.deep]
        for finding in data["findings"]:
            assert set(finding) >= {"id", "status", "title", "evidence", "cures"}
            for cure in finding["cures"]:
                assert set(cure) == {"text", "command", "risk", "automatic"}
        status, out, err = person.types()
    assert status == 0 and err == ""
    assert out.startswith("Docker Engine 20.10.24 (API 1.12 to 1.41)\n")
    assert "0 problems" not in out and out.rstrip().endswith("(-v shows all)")
    assert max(len(line) for line in out.splitlines() if str(person.folder) not in line) <= 80


def test_an_engine_that_is_not_there(person: Person) -> None:
    status, envelope = person.json()
    assert (status, envelope["status"], envelope["error"]["code"]) == (1, "error", "doctor.findings")
    assert envelope["data"]["ok"] is False and envelope["data"]["engine"] is None
    (failing,) = [f for f in envelope["data"]["findings"] if f["status"] == "fail"]
    assert (failing["id"], failing["case"]) == ("engine.reachable", "socket.missing")
    assert envelope["error"]["cures"][0]["command"] == "devbox doctor --fix"
    status, out, err = person.types()
    assert status == 1
    assert "✗ no Docker Engine is there" in out and "1 problem" in out
    assert err.startswith("error[doctor.findings]: ") and "devbox doctor --fix" in err


def test_verbose_shows_what_is_fine_and_why_the_rest_was_not_looked_at(person: Person) -> None:
    with ReplayServer(engine(), unix=person.folder / "docker.sock"):
        _, out, _ = person.types("-v")
    assert "✓" in out and "could not look: " in out
    assert "api.devbox" in out


def test_list(person: Person) -> None:
    status, out, _ = person.types("--list")
    assert status == 0
    assert all(check.id in out for check in CHECKS)
    _, envelope = person.json("--list")
    assert [check["id"] for check in envelope["data"]["checks"]] == [check.id for check in CHECKS]
    assert {check.area for check in CHECKS} == set(AREAS)


def test_some_checks(person: Person) -> None:
    _, envelope = person.json("engine.reachable", "api.pinned")
    assert [finding["id"] for finding in envelope["data"]["findings"]] == ["engine.reachable", "api.pinned"]
    status, envelope = person.json("api.pined")
    assert status == 2
    assert envelope["error"]["code"] == "doctor.unknown_check"
    assert "api.pinned" in envelope["error"]["message"]


@pytest.mark.parametrize(("text", "id"), QUOTED)
def test_explain(person: Person, text: str, id: str) -> None:
    status, envelope = person.json("--explain", f"Error response from daemon: {text}")
    assert status == 0
    (match,) = envelope["data"]["matches"]
    assert match["id"] == id
    assert set(match) >= {"id", "title", "cause", "cures"}
    assert match["cause"] and match["cures"]
    assert person.types("--explain", stdin=text) == person.types("--explain", "-", stdin=text)
    status, out, _ = person.types("--explain", "-", stdin=text)
    assert status == 0 and match["title"].split(".")[0] in " ".join(out.split())


def test_explain_names_the_releases_behind_the_versions(person: Person) -> None:
    _, envelope = person.json("--explain", QUOTED[0][0])
    title = envelope["data"]["matches"][0]["title"]
    assert "API 1.19 (Docker 1.7)" in title and "API 1.15 (Docker 1.3)" in title


def test_explain_what_nobody_knows(person: Person) -> None:
    status, envelope = person.json("--explain", "the dog ate it")
    assert status == 1
    assert envelope["data"] == {"matches": []}
    assert envelope["error"]["code"] == "doctor.not_known"
    assert person.json("--explain", " ")[0] == 2


def test_only_one_of_them(person: Person) -> None:
    status, envelope = person.json("--list", "--backups")
    assert (status, envelope["error"]["code"]) == (2, "usage.conflict")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("--context nosuch --host tcp://x:1", "endpoint.conflict"),
        ("--allow bogus", "option.invalid"),
        ("--fix --allow bogus", "option.invalid"),
        ("--confirm vm", "usage.argument"),
        ("--allow", "usage.option"),
    ],
)
def test_wrong_usage_is_2_wherever_it_stands(person: Person, line: str, code: str) -> None:
    status, envelope = person.json(*line.split())
    assert (status, envelope["error"]["code"], envelope["data"]) == (2, code, None)


def test_a_flag_that_names_no_engine_is_not_blamed_on_a_variable(person: Person) -> None:
    status, envelope = person.json("--context", "nosuch")
    (found,) = [one for one in envelope["data"]["findings"] if one["id"] == "engine.endpoint"]
    commands = [cure["command"] for cure in found["cures"]]
    assert status == 1 and commands[0] == "docker context ls" and commands.count("docker context ls") == 1
    assert "--context" in found["cures"][0]["text"]
    assert not any("unset" in (command or "") for command in commands)
    assert envelope["error"]["cures"][0]["command"] == "devbox doctor --fix --context nosuch"


def test_a_cure_of_a_finding_reaches_the_engine_that_was_looked_at(person: Person) -> None:
    status, envelope = person.json("--host", f"unix://{person.folder}/none")
    (found,) = [one for one in envelope["data"]["findings"] if one["id"] == "engine.reachable"]
    assert status == 1 and "--host" in found["cures"][0]["text"]


def test_explain_knows_a_registry_without_tls(person: Person) -> None:
    status, envelope = person.json("--explain", "http: server gave HTTP response to HTTPS client")
    (match,) = envelope["data"]["matches"]
    assert status == 0 and match["id"] == "registry.plain" and "plain HTTP" in match["title"]


def test_a_bundle_beside_the_findings(person: Person) -> None:
    status, envelope = person.json("--bundle", "report.zip")
    assert status == 1
    assert envelope["data"]["bundle"] == str(person.folder / "report.zip")
    assert (person.folder / "report.zip").is_file()


def test_a_dry_run_shows_the_ladder(person: Person) -> None:
    status, envelope = person.json("--dry-run")
    assert status == 0
    assert [change["finding"] for change in envelope["data"]["changes"]]


def test_nothing_was_saved_yet(person: Person) -> None:
    status, envelope = person.json("--backups")
    assert (status, envelope["data"]) == (0, {"backups": []})


def test_a_secret_in_an_address_is_on_no_screen(tmp_path: Path) -> None:
    person = Person(tmp_path, DOCKER_HOST=f"unix://{tmp_path}/none", HTTPS_PROXY="http://me:topsecret@proxy:1")
    for words in ((), ("--json",), ("-v",)):
        status, out, err = person.types(*words)
        assert status == 1 and "topsecret" not in out + err


# Other commands


def test_another_command_offers_the_doctor(person: Person) -> None:
    err = io.StringIO()
    environment = Environment(Stream(), Stream(), err, person.env, person.folder, "linux")
    assert run(["status"], environment) == 1
    assert err.getvalue().startswith("error[engine.unreachable]")
    assert err.getvalue().rstrip().endswith("devbox doctor --fix")


@pytest.mark.parametrize(("answer", "runs"), [("y\n", True), ("\n", False), ("", False)])
def test_on_a_terminal_it_is_asked_for(person: Person, answer: str, runs: bool) -> None:
    out, err = Stream(terminal=True), Stream(terminal=True)
    person.env["TERM"] = "dumb"
    environment = Environment(Stream(answer, True), out, err, person.env, person.folder, "linux")
    assert run(["status"], environment) == 1
    assert "Run devbox doctor --fix now? [y/N]" in err.getvalue()
    assert ("no Docker Engine is there" in out.getvalue()) is runs


def test_who_wants_json_is_not_asked(person: Person) -> None:
    out, err = Stream(terminal=True), Stream(terminal=True)
    environment = Environment(Stream("y\n", True), out, err, person.env, person.folder, "linux")
    assert run(["--json", "status"], environment) == 1
    cures = json.loads(out.getvalue())["error"]["cures"]
    assert cures[-1]["command"] == "devbox doctor --fix"
    assert "[y/N]" not in err.getvalue()
