"""Where settings come from, which one wins, and what is said about a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.cli import toml
from devbox.cli.options import BY_NAME, OPTIONS
from devbox.errors import UsageError
from tests.unit.cli.harness import Devbox


def setting(devbox: Devbox, name: str, *flags: str) -> tuple[object, str]:
    """Value and source of a setting as `devbox config` shows it."""
    rows = devbox("config", "--json", *flags).json["data"]["settings"]
    (row,) = [row for row in rows if row["name"] == name]
    return row["value"], row["source"]


def test_each_source_gives_way_to_the_one_before_it(devbox: Devbox) -> None:
    assert setting(devbox, "name") == (None, "default")
    user = devbox.user_config("name = 'user'\n")
    assert setting(devbox, "name") == ("user", str(user))
    project = devbox.toml("name = 'project'\n")
    assert setting(devbox, "name") == ("project", str(project))
    devbox.env["DEVBOX_NAME"] = "variable"
    assert setting(devbox, "name") == ("variable", "DEVBOX_NAME")
    assert setting(devbox, "name", "-n", "flag") == ("flag", "--name")


def test_a_devbox_toml_above_counts_and_the_nearest_one_wins(devbox: Devbox) -> None:
    above = devbox.project.parent / "devbox.toml"
    above.write_text("[jenkins]\nhttp_port = 9000\n")
    assert setting(devbox, "jenkins.http_port") == (9000, str(above))
    nearest = devbox.toml("[jenkins]\nagent_port = 9001\n")
    assert setting(devbox, "jenkins.http_port") == (None, "default")
    assert setting(devbox, "jenkins.agent_port") == (9001, str(nearest))


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("redis://:hunter2@h:1", "redis://:***@h:1"),
        ("rediss://me:hunter2@h:1/2?password=hunter2", "rediss://me:***@h:1/2?password=***"),
        ("h:1", "redis://h:1/0"),
        ("redis:/:hunter2@h", "***"),
    ],
)
def test_a_redis_is_shown_without_its_password(devbox: Devbox, address: str, shown: str) -> None:
    user = devbox.user_config(f"redis = '{address}'\n")
    assert setting(devbox, "redis") == (shown, str(user))
    devbox.env["DEVBOX_REDIS"] = address
    assert setting(devbox, "redis") == (shown, "DEVBOX_REDIS")
    text = devbox("config").out
    assert shown in text and "hunter2" not in text and "h=***" not in text


def test_the_user_may_set_what_a_project_may_not(devbox: Devbox) -> None:
    user = devbox.user_config("yes = true\ncontext = 'colima'\nallow = 'restart'\n")
    assert setting(devbox, "yes") == (True, str(user))
    assert setting(devbox, "context") == ("colima", str(user))
    assert setting(devbox, "allow") == ("restart", str(user))


def test_every_key_of_the_interface_is_known(devbox: Devbox) -> None:
    devbox.toml(
        """
        stack = "jenkins"
        name = "work"
        [jenkins]
        version = "2.555.1"
        image = "jenkins/jenkins:lts"
        http_port = 9090
        agent_port = 50001
        plugins = ["git", "junit:1.0"]
        plugins_file = "plugins.txt"
        plugin_dir = "."
        agents = 2
        casc = "casc.yaml"
        java_opts = "-Xmx1g -Dx='a b'"
        env = { TZ = "UTC" }
        prefix = "/ci/"
        memory = "2g"
        [queue]
        workers = 4
        queues = ["high", "low"]
        redis_port = 6380
        jobs = "jobs"
        worker_image = "python:3.13-slim"
        worker_command = "python -m work"
        durable = true
        """
    )
    assert setting(devbox, "jenkins.prefix")[0] == "/ci"
    assert setting(devbox, "jenkins.plugin_dir")[0] == str(devbox.project)
    assert setting(devbox, "queue.queues")[0] == ["high", "low"]
    assert setting(devbox, "queue.durable")[0] is True


def test_a_path_is_meant_from_its_files_folder(devbox: Devbox) -> None:
    (devbox.project.parent / "devbox.toml").write_text("[jenkins]\ncasc = 'conf/casc.yaml'\n")
    assert setting(devbox, "jenkins.casc")[0] == str(devbox.project.parent / "conf" / "casc.yaml")


def test_values_of_variables_are_masked(devbox: Devbox) -> None:
    devbox.env["DEVBOX_ENV"] = "TOKEN=s3cr3t"
    assert setting(devbox, "jenkins.env") == ({"TOKEN": "***"}, "DEVBOX_ENV")
    assert "s3cr3t" not in devbox("config").out


def test_every_option_has_a_variable_of_its_own() -> None:
    variables = [option.variable for option in OPTIONS]
    assert len(set(variables)) == len(variables)
    assert BY_NAME["http_port"].variable == "DEVBOX_HTTP_PORT"
    assert BY_NAME["no_auth"].variable == "DEVBOX_NO_AUTH"
    assert BY_NAME["dry_run"].variable == "DEVBOX_DRY_RUN"


def test_the_engines_address_and_who_chose_it_are_shown(devbox: Devbox) -> None:
    assert setting(devbox, "endpoint") == ("unix:///run/fake.sock", "default")


def test_an_empty_variable_is_none(devbox: Devbox) -> None:
    devbox.env["DEVBOX_HTTP_PORT"] = ""
    assert setting(devbox, "jenkins.http_port") == (None, "default")


def test_a_file_that_is_no_text_is_an_error_by_name(devbox: Devbox) -> None:
    (devbox.project / "devbox.toml").write_bytes(b"name = '\xff'")
    error = devbox("status", "--json").json["error"]
    assert error["code"] == "settings.invalid"
    assert "UTF-8" in error["message"]


def test_a_byte_order_mark_and_windows_line_ends_are_no_harm(devbox: Devbox) -> None:
    (devbox.project / "devbox.toml").write_bytes(b"\xef\xbb\xbf# mine\r\n[jenkins]\r\nhttp_prt = 1\r\n")
    assert "devbox.toml:3:" in devbox("status").err


@given(text=st.text("ab=[]{}\"'.,\n #1é\\", max_size=40))
def test_any_file_is_settings_or_a_usage_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "generated.toml"
    file.write_text(text)
    try:
        toml.read(file, "user")
    except UsageError as error:
        assert error.code in ("settings.invalid", "settings.unknown_key")
        assert str(file) in error.message


FILLERS = ["", "# key = 1", "other = 1", "many = [\n  1,\n  2,\n]", 'long = """\nkey = 1\n"""', "dotted.path = 1"]


@given(before=st.lists(st.sampled_from(range(len(FILLERS))), unique=True), table=st.booleans())
def test_the_line_of_a_key_is_where_its_statement_begins(before: list[int], table: bool) -> None:
    head = "\n".join(FILLERS[index] for index in before)
    text = f"{head}\n[section]\nkey = 2\n" if table else f"{head}\nkey = 2\n"
    path = ("section", "key") if table else ("key",)
    assert toml.line_of(text, path) == text[: text.rindex("key = 2")].count("\n") + 1


def test_a_value_over_several_lines_is_told_by_its_first() -> None:
    assert toml.line_of("a = 1\nkey = [\n 1,\n 2,\n]\n", ("key",)) == 2


def test_the_users_config_is_found_without_a_variable(devbox: Devbox, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = devbox.environment()
    assert isinstance(environment.env, dict)
    del environment.env["DEVBOX_CONFIG_DIR"], environment.env["DEVBOX_STATE_DIR"]
    monkeypatch.setenv("XDG_CONFIG_HOME", "/tmp/x")
    assert environment.config_dir.name == "devbox"
    assert environment.state_dir.name == "devbox"
    assert environment.config_dir != environment.state_dir
    assert isinstance(environment.config_dir, Path)
