"""Bad input: one row per kind of failure. One clear line with a code and a cure, nothing changed, no traceback."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.integration.support.box import Box
from tests.integration.support.command import Devbox
from tests.integration.support.docker import Docker
from tests.integration.support.shapes import check_error
from tests.lab import Lab
from tests.lab.throwaway import throwaway

pytestmark = [pytest.mark.engine]


def _nothing(_devbox: Devbox) -> None:
    """Nothing has to be there first."""


def _toml(text: str) -> Callable[[Devbox], None]:
    return lambda devbox: _write(devbox.cwd / "devbox.toml", text)


def _write(file: Path, content: str | bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())


def _work(name: str, content: bytes) -> Callable[[Devbox], None]:
    return lambda devbox: _write(devbox.cwd / name, content)


def _docker(name: str, content: str) -> Callable[[Devbox], None]:
    return lambda devbox: _write(Path(devbox.env["HOME"]) / ".docker" / name, content)


def _zip(devbox: Devbox) -> None:
    """A zip file that is no WAR of Jenkins."""
    with zipfile.ZipFile(devbox.cwd / "other.war", "w") as archive:
        archive.writestr("readme.txt", "no manifest")


@dataclass(frozen=True)
class Row:
    """Words after `devbox`, what they get, and what has to be there first; `says` is in the message."""

    words: tuple[str, ...]
    code: str
    exit: int = 2
    says: str = ""
    first: Callable[[Devbox], None] = _nothing
    env: dict[str, str] = field(default_factory=dict)


UP = ("up", "jenkins", "-n", "t-bad")
CONTEXT = "contexts/meta/e24f7b4c7e6d2a5e0a2cb0b1b0ae7d5d/meta.json"

ROWS = {
    "unknown stack": Row(("up", "jenkin"), "stack.unknown", says="jenkin"),
    "no stack": Row(("up",), "stack.missing"),
    "version that is no tag": Row(("up", "jenkins:not a tag"), "version.invalid", says="not a tag"),
    "empty version": Row(("up", "jenkins:"), "version.invalid"),
    "port out of range": Row((*UP, "--http-port", "65536"), "option.invalid", says="65536"),
    "port zero": Row((*UP, "--agent-port", "0"), "option.invalid", says="--agent-port"),
    "port that is text": Row((*UP, "--http-port", "http"), "option.invalid", says="http"),
    "broken quotes": Row((*UP, "--java-opts", "-Da='b"), "java_opts.invalid", says="--java-opts"),
    "no such WAR": Row((*UP, "--war", "nowhere.war"), "war.invalid", says="nowhere.war"),
    "WAR that is no zip": Row((*UP, "--war", "x.war"), "war.invalid", says="x.war", first=_work("x.war", b"PK no")),
    "zip that is no WAR": Row((*UP, "--war", "other.war"), "war.invalid", says="other.war", first=_zip),
    "WAR that is a folder": Row((*UP, "--war", "."), "war.invalid"),
    "bad name": Row(("up", "jenkins", "-n", "Not_A_Name"), "name.invalid", says="Not_A_Name"),
    "name too long": Row(("up", "jenkins", "-n", "a" * 32), "name.invalid"),
    "bad name elsewhere": Row(("status", "../etc"), "name.invalid"),
    "variable without =": Row((*UP, "--env", "NOTHING"), "env.invalid", says="NOTHING"),
    "variable without a name": Row((*UP, "--env", "=x"), "env.invalid"),
    "size": Row((*UP, "--memory", "much"), "option.invalid", says="much"),
    "image reference": Row((*UP, "--image", "a/b:c:d"), "image.invalid", says="a/b:c:d"),
    "image and version": Row(("up", "jenkins:lts", "--image", "a/b:c"), "option.conflict"),
    "prefix": Row((*UP, "--prefix", "no slash"), "prefix.invalid", says="no slash"),
    "address": Row((*UP, "--publish-address", "all"), "option.invalid", says="all"),
    "pull policy": Row((*UP, "--pull", "sometimes"), "option.invalid", says="sometimes"),
    "time-out": Row((*UP, "--timeout", "-1"), "option.invalid"),
    "option of another stack": Row((*UP, "--workers", "3"), "option.stack", says="--workers"),
    "option of another stack, the other way": Row(("up", "queue", "--http-port", "1234"), "option.stack"),
    "unknown option": Row((*UP, "--htpp-port", "1"), "usage.option", says="--http-port"),
    "unknown command": Row(("upp",), "usage.command", says="up"),
    "flag of a variable": Row(UP, "option.invalid", says="DEVBOX_HTTP_PORT", env={"DEVBOX_HTTP_PORT": "x"}),
    "boolean of a variable": Row(UP, "option.invalid", says="DEVBOX_YES", env={"DEVBOX_YES": "perhaps"}),
    "devbox.toml: broken": Row(UP, "settings.invalid", says="devbox.toml", first=_toml("name = \n")),
    "devbox.toml: unknown key": Row(
        UP, "settings.unknown_key", says="devbox.toml:2", first=_toml("[jenkins]\nhttp_prot = 1\n")
    ),
    "devbox.toml: nearest key": Row(
        UP, "settings.unknown_key", says="http_port", first=_toml("[jenkins]\nhttp_prot = 1\n")
    ),
    "devbox.toml: wrong type": Row(
        UP, "settings.invalid", says="devbox.toml:3", first=_toml('[jenkins]\n\nhttp_port = "x"\n')
    ),
    "devbox.toml: wrong value": Row(UP, "name.invalid", says="devbox.toml:1", first=_toml('name = "Bad Name"\n')),
    "devbox.toml: not a project's to say": Row(UP, "settings.unknown_key", says="yes", first=_toml("yes = true\n")),
    "devbox.toml: not text": Row(UP, "settings.invalid", first=_work("devbox.toml", b"\xff\xfe\0")),
    "context and host": Row((*UP, "--context", "a", "--host", "unix:///b"), "endpoint.conflict"),
    "context that is gone": Row((*UP, "--context", "gone"), "context.not_found", says="gone"),
    "context of a variable": Row(
        UP, "context.not_found", says="gone", env={"DOCKER_HOST": "", "DOCKER_CONTEXT": "gone"}
    ),
    "current context that is gone": Row(
        UP, "context.not_found", env={"DOCKER_HOST": ""}, first=_docker("config.json", '{"currentContext": "gone"}')
    ),
    "docker's config broken": Row(
        UP, "config.corrupt", says="config.json", env={"DOCKER_HOST": ""}, first=_docker("config.json", "{")
    ),
    "host that is no URL": Row((*UP, "--host", "tcp://a b:1"), "endpoint.invalid"),
    "TLS files missing": Row(
        UP, "tls.missing", env={"DOCKER_HOST": "tcp://127.0.0.1:9", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/no"}
    ),
    "no engine there": Row(UP, "engine.unreachable", 1, env={"DOCKER_HOST": "unix:///no/docker.sock"}),
    "jobs that are nowhere": Row(("up", "queue", "--jobs", "nowhere"), "jobs.invalid", says="nowhere"),
    "a command without an image": Row(
        ("up", "queue", "--worker-command", "true"), "option.conflict", says="--worker-image"
    ),
    "sandbox that is not there": Row(("restart", "t-nowhere"), "sandbox.unknown", 1, says="t-nowhere"),
    "lines that are no number": Row(("logs", "x", "--tail", "few"), "option.invalid", says="--tail"),
    "time that is none": Row(("logs", "x", "--since", "yesterday"), "option.invalid", says="--since"),
    "nothing after --": Row(("exec", "x", "--"), "usage.argument"),
    "too many words": Row(("status", "a", "b"), "usage.argument"),
    "something after -- where nothing goes": Row(("status", "--", "ls"), "usage.argument"),
    "dry run of what acts": Row(("pull", "jenkins", "--dry-run"), "usage.option"),
    "shell as JSON": Row(("shell", "x"), "usage.conflict"),
}


def _made(docker: Docker) -> set[str]:
    """What there is of the sandboxes that these commands would make; other tests use the same engine meanwhile."""
    return docker.of("t-bad") | docker.of("jenkins") | docker.of("queue")


@pytest.mark.parametrize("kind", ROWS)
def test_gets_one_line_with_a_code_and_changes_nothing(devbox: Devbox, docker: Docker, kind: str) -> None:
    row = ROWS[kind]
    row.first(devbox)
    before = _made(docker)
    user = devbox.having(**row.env)
    ran = user.json(*row.words) if "--" not in row.words else user.run("--json", *row.words)
    assert _made(docker) == before
    ran.failed(row.code, row.exit)
    check_error(ran.error)
    assert row.says in ran.error["message"], ran
    assert ran.data is None
    assert ran.error["cures"], "an error without a cure"
    assert not [event for event in ran.stderr.splitlines() if '"step"' in event]


@pytest.mark.parametrize("kind", ["unknown stack", "port out of range", "devbox.toml: unknown key", "no engine there"])
def test_in_words_the_error_is_short_and_ends_with_a_cure(devbox: Devbox, kind: str) -> None:
    row = ROWS[kind]
    row.first(devbox)
    ran = devbox.having(**row.env).run(*row.words)
    assert ran.code == row.exit and ran.stdout == ""
    lines = ran.stderr.splitlines()
    assert lines[0].startswith(f"error[{row.code}]: ")
    assert len(lines) <= 7 and "Traceback" not in ran.stderr


def test_a_cures_command_is_there_for_each_error_that_a_command_can_cure(devbox: Devbox) -> None:
    for kind in ("unknown stack", "no stack", "context that is gone", "option of another stack"):
        row = ROWS[kind]
        ran = devbox.having(**row.env).json(*row.words)
        assert [cure for cure in ran.error["cures"] if cure["command"]], kind


def test_a_corrupt_context_is_named_and_no_other_engine_is_taken(devbox: Devbox) -> None:
    import hashlib

    digest = hashlib.sha256(b"mine").hexdigest()
    for text in ("{", "[]", '{"Name": "mine", "Endpoints": 3}'):
        _docker(f"contexts/meta/{digest}/meta.json", text)(devbox)
        devbox.having(DOCKER_HOST="").json("status", "--context", "mine").failed("context.corrupt", 2)


@pytest.fixture
def checkout(devbox: Devbox) -> Iterator[Path]:
    """A devbox of one's own to break."""
    folder = devbox.cwd.parent / "checkout"
    root = Path(__file__).parents[2]
    for name in ("devbox", "compose"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    yield folder


@pytest.mark.parametrize("text", ["services: [", "services: {jenkins: {image: x, privileged: true}}", "services: {}"])
def test_a_stack_file_that_is_broken_is_named_with_its_line(
    devbox: Devbox, docker: Docker, checkout: Path, text: str
) -> None:
    import sys

    (checkout / "compose" / "jenkins.yaml").write_text(f"# line 1\n{text}\n")
    before = _made(docker)
    own = replace(devbox, program=(sys.executable, "-m", "devbox"), cwd=checkout)
    ran = own.json("up", "jenkins", "-n", "t-bad").failed("compose.invalid")
    assert _made(docker) == before
    assert "jenkins.yaml line " in ran.error["message"]


@pytest.mark.lab
def test_an_image_that_does_not_exist(box: Box, lab: Lab) -> None:
    ref = f"{lab.registry.address}/jenkins/jenkins:9.9.9"
    ran = box.up("jenkins", "--image", ref).failed("image.not_found")
    assert box.parts() == set()
    assert ref in ran.error["message"]


@pytest.mark.lab
def test_an_image_without_what_jenkins_needs(box: Box, lts: str) -> None:
    """A container that has no such command: Docker refuses its start."""
    repository = f"{box.name}/empty"
    box.docker.api.import_image_from_data(b"\0" * 10240, repository=repository, tag="1")
    ran = box.up("jenkins", "--image", f"{repository}:1")
    assert box.parts() == set()
    box.docker.forget(f"{repository}:1")
    assert ran.code == 1 and "Traceback" not in ran.stderr
    check_error(ran.error)


@pytest.mark.lab
def test_a_full_disk(lab: Lab, tmp_path: Path) -> None:
    """An engine with 48 MB for everything."""
    import subprocess

    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "none", str(small)], check=True)
    try:
        with throwaway(replace(lab.places, cache=small), "20.10", "") as engine:
            devbox = Devbox.at(tmp_path / "user", engine.docker_host)
            image = f"{lab.registry.address}/jenkins/jenkins:lts"
            ran = devbox.json("up", "jenkins", "-n", "t-full", "--image", image).failed("disk.full")
            assert Docker.at(engine.docker_host).of("t-full") == set()
            assert any("docker system df" in (cure["command"] or "") for cure in ran.error["cures"])
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_json_holds_nothing_but_json_even_for_nonsense(devbox: Devbox) -> None:
    for words in (["--json", "\x1b[31m"], ["--json", "up", "\u202ejenkins"], ["--json", "status", "-n", "é" * 200]):
        ran = devbox.run(*words)
        assert ran.code == 2
        assert json.loads(ran.stdout)["status"] == "error"
