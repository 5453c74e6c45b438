"""Every kind of bad input: its code, exit 2, one clear line, nothing called."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.unit.cli.harness import Devbox


@dataclass(frozen=True)
class Bad:
    """A command line (with variables and a devbox.toml), the error it gets, and words its message must have."""

    arguments: str
    code: str
    words: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    toml: str = ""


ROWS = [
    Bad("up jenkis", "stack.unknown", ("'jenkis'", "there are jenkins and queue", "devbox up jenkins")),
    Bad("up quue", "stack.unknown", ("devbox up queue",)),
    Bad("up queue --workers 0", "option.invalid", ("1 to 1000",)),
    Bad("up queue --queues a,,b", "option.invalid"),
    Bad("up queue --queues !a", "option.invalid", ("--queues", "names no queue", "'*,!a'")),
    Bad("up queue", "option.invalid", ("DEVBOX_QUEUES",), env={"DEVBOX_QUEUES": "!a,!b"}),
    Bad("queue enqueue --from f --times 5", "usage.conflict", ("--from and --times",)),
    Bad("up queue --jobs gone", "jobs.invalid", ("--jobs", "gone")),
    Bad("up queue --worker-image a:b:c", "image.invalid"),
    Bad('up queue --worker-image a --worker-command "b', "option.invalid", ("--worker-command",)),
    Bad("up jenkins", "war.invalid", ("devbox.toml:2:", "jenkins.war"), toml="[jenkins]\nwar = 'built-away.war'"),
    Bad("up jenkins", "war.invalid", ("DEVBOX_WAR",), env={"DEVBOX_WAR": "gone.war"}),
    Bad("up", "stack.missing", ("devbox.toml",)),
    Bad("up jenkins:no/tag", "version.invalid", ("no/tag",)),
    Bad("up jenkins:", "version.invalid"),
    Bad("up jenkins:.dot", "version.invalid"),
    Bad("up jenkins --http-port 0", "option.invalid", ("--http-port", "'0'", "65535")),
    Bad("up jenkins --http-port 65536", "option.invalid"),
    Bad("up jenkins --http-port http", "option.invalid", ("--http-port",)),
    Bad("up jenkins --agent-port -1", "option.invalid", ("--agent-port",)),
    Bad("up jenkins --memory much", "option.invalid", ("--memory", "'much'")),
    Bad("up jenkins --env NOVALUE", "env.invalid", ("--env", "'='")),
    Bad("up jenkins --env =x", "env.invalid", ("--env",)),
    Bad("up jenkins --java-opts -Dx='a", "java_opts.invalid", ("--java-opts", "quotation")),
    Bad("up jenkins --war nowhere.war", "war.invalid", ("nowhere.war", "No such file")),
    Bad("up jenkins --war .", "war.invalid", ("directory",)),
    Bad("up jenkins --war devbox.toml", "war.invalid", ("zip",), toml="name = 'x'"),
    Bad("up jenkins --prefix jenkins", "prefix.invalid", ("--prefix",)),
    Bad("up jenkins --prefix /a/../b", "prefix.invalid"),
    Bad("up jenkins --image Jenkins:LTS:x", "image.invalid", ("--image",)),
    Bad("up jenkins --publish-address here", "option.invalid", ("--publish-address", "IP")),
    Bad("up jenkins --pull sometimes", "option.invalid", ("missing, always, never",)),
    Bad("up jenkins --timeout 0", "option.invalid", ("--timeout",)),
    Bad("up jenkins --timeout nan", "option.invalid"),
    Bad("up jenkins --workers 3", "option.stack", ("--workers", "queue", "jenkins")),
    Bad("up jenkins --queues a,b", "option.stack"),
    Bad("up queue --http-port 8080", "option.stack", ("--http-port",)),
    Bad("up queue --no-auth", "option.stack"),
    Bad("up jenkins -n Bad_Name", "name.invalid", ("Bad_Name",)),
    Bad("up jenkins -n " + "a" * 32, "name.invalid"),
    Bad("up jenkins second", "usage.argument", ("second",)),
    Bad("up jenkins --htp-port 1", "usage.option", ("--htp-port", "did you mean --http-port?")),
    Bad("up jenkins --http-port", "usage.option", ("requires an argument",)),
    Bad("stats", "usage.command", ("stats", "did you mean status?")),
    Bad("frobnicate", "usage.command", ("frobnicate",)),
    Bad("--frobnicate", "usage.option", ("--frobnicate",)),
    Bad("-n one down two -n three", "usage.conflict", ("'one'", "'three'")),
    Bad("down one -n two", "name.conflict", ("one", "two")),
    Bad("status one -n two", "name.conflict"),
    Bad("down one --all", "usage.conflict", ("--all",)),
    Bad("down Bad_Name", "name.invalid"),
    Bad("logs --tail few", "option.invalid", ("--tail",)),
    Bad("logs --since yesterday", "option.invalid", ("--since",)),
    Bad("logs -- x", "usage.argument", ("'--'",)),
    Bad("exec jenkins", "usage.argument", ("'--'",)),
    Bad("exec jenkins --", "usage.argument"),
    Bad("shell", "shell.no_terminal"),
    Bad("restart --timeout -3", "option.invalid", ("--timeout",)),
    Bad("pull nothing", "stack.unknown", ("devbox pull jenkins", "devbox pull queue")),
    Bad("pull jenkis", "stack.unknown", ("devbox pull jenkins",)),
    Bad("--dry-run pull jenkins", "usage.option", ("--dry-run",)),
    Bad("env --shell tcsh", "option.invalid", ("--shell", "fish")),
    Bad("status", "option.invalid", ("DEVBOX_HTTP_PORT", "'x'"), env={"DEVBOX_HTTP_PORT": "x"}),
    Bad("status", "option.invalid", ("DEVBOX_QUIET", "maybe"), env={"DEVBOX_QUIET": "maybe"}),
    Bad("status", "env.invalid", ("DEVBOX_ENV",), env={"DEVBOX_ENV": "A"}),
    Bad("status", "env.invalid", ("DEVBOX_ENV",), env={"DEVBOX_ENV": "A='b"}),
    Bad("status", "name.invalid", ("DEVBOX_NAME",), env={"DEVBOX_NAME": "No"}),
    Bad(
        "status",
        "settings.unknown_key",
        ("devbox.toml:2:", "jenkins.http_port", "correct it there"),
        toml="[jenkins]\nhttp_prt = 1",
    ),
    Bad("status", "settings.unknown_key", ("devbox.toml:1:", "did you mean jenkins"), toml="[jenkin]\nversion='x'"),
    Bad("status", "settings.unknown_key", ("devbox.toml:1:", "jenkins.http_port"), toml="http_port = 1"),
    Bad("status", "settings.unknown_key", ("devbox.toml:3:",), toml="name='a'\n[queue]\nversion='8'"),
    Bad("status", "settings.unknown_key", ("cannot be set by a project",), toml="yes = true"),
    Bad("status", "settings.unknown_key", ("cannot be set by a project",), toml="host = 'tcp://evil'"),
    Bad("status", "settings.unknown_key", ("cannot be set by a project",), toml="context = 'other'"),
    Bad("status", "settings.unknown_key", ("cannot be set by a project",), toml="allow = 'destroy'"),
    Bad("status", "settings.invalid", ("devbox.toml:2:", "a number"), toml="[jenkins]\nhttp_port = '80'"),
    Bad("status", "settings.invalid", ("devbox.toml:2:", "text"), toml="[jenkins]\nversion = 2.555"),
    Bad("status", "settings.invalid", ("devbox.toml:2:", "a number"), toml="[jenkins]\nagents = true"),
    Bad("status", "settings.invalid", ("devbox.toml:2:", "a list"), toml="[jenkins]\nplugins = 'git'"),
    Bad("status", "settings.invalid", ("devbox.toml:1:", "a table"), toml="jenkins = 1"),
    Bad("status", "settings.invalid", ("devbox.toml:1:", "no TOML"), toml="name = "),
    Bad("status", "option.invalid", ("devbox.toml:3:", "jenkins.http_port"), toml="\n[jenkins]\nhttp_port = 0"),
    Bad("status", "env.invalid", ("devbox.toml:1:", "PORT"), toml="[jenkins.env]\nPORT = 1"),
    Bad("up", "option.invalid", ("devbox.toml:1:", "stack"), toml="stack = 'k8s'"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.code}: {row.arguments} {row.env or ''}{row.toml!r}")
def test_bad_input_is_told_in_one_line_and_nothing_is_touched(devbox: Devbox, row: Bad) -> None:
    devbox.env = row.env
    if row.toml:
        devbox.toml(row.toml)
    ran = devbox(*row.arguments.split())
    assert ran.status == 2
    assert ran.out == ""
    first = ran.err.splitlines()[0]
    assert first.startswith(f"error[{row.code}]: ")
    assert all(word in ran.err for word in row.words), ran.err
    assert "Traceback" not in ran.err
    assert devbox.calls.names() == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.code}: {row.arguments} {row.env or ''}{row.toml!r}")
def test_bad_input_under_json_is_one_envelope(devbox: Devbox, row: Bad) -> None:
    devbox.env = row.env
    if row.toml:
        devbox.toml(row.toml)
    ran = devbox("--json", *row.arguments.split())
    envelope = ran.json
    assert ran.status == 2
    assert set(envelope) == {"schema", "command", "status", "data", "warnings", "error"}
    assert (envelope["schema"], envelope["status"], envelope["data"]) == (1, "error", None)
    assert envelope["error"]["code"] == (row.code if row.code != "shell.no_terminal" else "usage.conflict")
    assert set(envelope["error"]) == {"code", "message", "cause", "retryable", "log", "cures"}
    assert "\n" not in envelope["error"]["message"]
    assert ran.err == ""


def test_json_after_the_faulty_argument_counts_too(devbox: Devbox) -> None:
    ran = devbox("up", "jenkins", "--bogus", "--json")
    assert ran.json["command"] == "up"
    assert ran.json["error"]["code"] == "usage.option"


def test_json_of_a_command_inside_is_not_ours(devbox: Devbox) -> None:
    ran = devbox("exec", "one", "-n", "two", "--", "tool", "--json")
    assert ran.out == ""
    assert ran.err.startswith("error[name.conflict]")


@pytest.mark.parametrize(
    ("line", "command"),
    [("doctor --allow", "doctor"), ("queue stats --interval", "queue stats"), ("ps --context", "status")],
)
def test_an_option_without_its_value_is_of_its_command(devbox: Devbox, line: str, command: str) -> None:
    ran = devbox("--json", *line.split())
    assert (ran.status, ran.json["command"]) == (2, command)
    assert ran.json["error"]["cures"][0]["command"] == f"devbox {command} --help"
