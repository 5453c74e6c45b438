"""The generated password is in the home, mode 0600, and nowhere else."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.integration.conftest import First
from tests.integration.support.box import HOME, Box
from tests.integration.support.command import Running

pytestmark = [pytest.mark.engine, pytest.mark.lab]


@pytest.fixture(scope="module")
def secrets(first: First) -> list[str]:
    """The password and the token, from where they are kept."""
    found = [first.box.file("devbox/admin.password").strip(), first.box.file("devbox/admin.token").strip()]
    assert all(len(secret) >= 20 for secret in found)
    return found


def test_the_files_are_for_jenkins_user_alone(first: First) -> None:
    for name in ("admin.password", "admin.token", "sandbox.json"):
        _content, info = first.box.docker.read(first.box.container, f"{HOME}/devbox/{name}")
        assert (info.mode & 0o777, info.uid, info.gid) == (0o600, 1000, 1000), name


def test_no_inspection_shows_them(first: First, secrets: list[str]) -> None:
    docker, box = first.box.docker, first.box
    container = docker.container(box.container)
    assert container is not None
    shown = json.dumps([
        container,
        docker.api.inspect_image(container["Image"]),
        docker.volume(box.volume),
        docker.api.inspect_network(box.network),
        docker.containers(),
    ])  # fmt: skip
    assert not [secret for secret in secrets if secret in shown]


def test_the_log_does_not_hold_them(first: First, secrets: list[str]) -> None:
    log = first.box.docker.api.logs(first.box.container).decode(errors="replace")
    assert "devbox: sign-in on" in log
    assert not [secret for secret in secrets if secret in log]


def test_devbox_own_folders_do_not_hold_them(first: First, secrets: list[str]) -> None:
    folder = first.box.devbox.state.parent
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files, "not even a lock: the wrong folder"
    assert not [file for file in files for secret in secrets if secret.encode() in file.read_bytes()]


def test_results_do_not_hold_them(first: First, secrets: list[str]) -> None:
    box = first.box
    said = first.ran.stdout + first.ran.stderr
    for words in (("status",), ("up", "jenkins", "-v"), ("env",), ("config",), ("logs",), ("pull",)):
        ran = box.devbox.run(*words, *(() if words[0] in ("config", "pull") else ("-n", box.name)))
        assert ran.code == 0, ran
        said += ran.stdout + ran.stderr
    assert not [secret for secret in secrets if secret in said]


def test_while_up_works_no_process_has_it_among_its_words_or_variables(box: Box, lts: str) -> None:
    seen = _watch_processes(box.starts("jenkins", "-v"))
    password = box.file("devbox/admin.password").strip().encode()
    assert any(b"devbox" in text for text in seen), "nothing was watched"
    assert not [text for text in seen if password in text]


def _watch_processes(running: Running) -> set[bytes]:
    seen: set[bytes] = set()
    while True:
        for place in ("cmdline", "environ"):
            seen |= {_content(file) for file in Path("/proc").glob(f"[0-9]*/{place}")}
        try:
            running.process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
        running.end().ok()
        return seen


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
