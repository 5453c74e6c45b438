"""`credentials`, `env`, `open`, `config`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.integration.conftest import First
from tests.integration.support.box import Box
from tests.integration.support.command import Devbox

pytestmark = [pytest.mark.engine, pytest.mark.lab]


def test_credentials_are_url_user_password_and_token(first: First) -> None:
    box = first.box
    ran = box.devbox.json("credentials", box.name).ok()
    assert ran.envelope["command"] == "credentials"
    assert ran.data == {
        "url": box.url,
        "user": "admin",
        "password": box.file("devbox/admin.password").strip(),
        "token": box.file("devbox/admin.token").strip(),
    }


def test_credentials_in_words_hold_them_all(first: First) -> None:
    data = first.box.devbox.json("credentials", first.box.name).ok().data
    said = first.box.devbox.run("credentials", first.box.name).ok().stdout
    assert all(value in said for value in data.values())


def test_credentials_of_a_stopped_one_are_there_too(up: Box) -> None:
    before = up.devbox.json("credentials", up.name).ok().data
    up.docker.api.stop(up.container)
    assert up.devbox.json("credentials", up.name).ok().data == before


def test_credentials_of_a_kept_home_say_how_to_get_them(up: Box) -> None:
    up.down().ok()
    ran = up.devbox.json("credentials", up.name).failed("sandbox.kept")
    assert ran.error["cures"][0]["command"] == f"devbox up jenkins -n {up.name}"


def test_env_is_for_eval(first: First) -> None:
    devbox = first.box.devbox
    line = f'eval "$({devbox.program[0]} env {first.box.name})"; printf %s "$JENKINS_URL"'
    said = subprocess.run(["sh", "-c", line], env=dict(devbox.env), cwd=devbox.cwd, capture_output=True, check=True)
    assert said.stdout.decode() == first.box.url


@pytest.mark.parametrize(
    ("shell", "line"),
    [("sh", "JENKINS_URL={}"), ("fish", "set -gx JENKINS_URL {}"), ("powershell", "$env:JENKINS_URL = '{}'")],
)
def test_env_speaks_other_shells(first: First, shell: str, line: str) -> None:
    said = first.box.devbox.run("env", first.box.name, "--shell", shell).ok().stdout
    wanted = line.format(first.box.url)
    assert said.replace("'", "").replace('"', "").rstrip(";\n") == wanted.replace("'", "")


def test_env_as_json(first: First) -> None:
    assert first.box.devbox.json("env", first.box.name).ok().data == {"JENKINS_URL": first.box.url}


def test_open_without_a_display_prints_the_url(first: First) -> None:
    ran = first.box.devbox.run("open", first.box.name).ok()
    assert first.box.url in ran.stdout
    assert first.box.devbox.json("open", first.box.name).ok().data == {"url": first.box.url, "opened": False}


def test_open_calls_the_browser(first: First, tmp_path: Path) -> None:
    browser, called = tmp_path / "browser", tmp_path / "called"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {called}\n')
    browser.chmod(0o755)
    ran = first.box.devbox.having(BROWSER=browser).run("open", first.box.name, "--json").ok()
    assert called.read_text() == first.box.url
    assert ran.data == {"url": first.box.url, "opened": True}


def test_open_of_a_stopped_one_says_how_to_start_it(up: Box) -> None:
    up.docker.api.stop(up.container)
    up.devbox.json("open", up.name).failed("service.stopped")


def test_config_shows_every_setting_and_where_it_comes_from(devbox: Devbox, lts: str) -> None:
    (devbox.cwd / "devbox.toml").write_text('[jenkins]\nmemory = "3g"\nenv = { TOKEN = "sesame" }\n')
    config = Path(devbox.env["DEVBOX_CONFIG_DIR"])
    config.mkdir()
    (config / "config.toml").write_text("timeout = 77\n")
    ran = devbox.having(DEVBOX_HTTP_PORT="9999").json("config").ok()
    found = {row["name"]: (row["value"], row["source"]) for row in ran.data["settings"]}
    assert found["jenkins.memory"] == ("3g", str(devbox.cwd / "devbox.toml"))
    assert found["jenkins.http_port"] == (9999, "DEVBOX_HTTP_PORT")
    assert found["timeout"] == (77.0, str(config / "config.toml"))
    assert found["jenkins.prefix"] == (None, "default")
    assert found["endpoint"] == (devbox.env["DOCKER_HOST"], "DOCKER_HOST")
    assert "sesame" not in ran.stdout and "TOKEN" in ran.stdout
