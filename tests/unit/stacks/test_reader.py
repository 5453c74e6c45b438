"""The reader takes a stated subset of Compose, and refuses everything else with its name and its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.engine.api import Healthcheck, Mount, Publish
from devbox.errors import DevboxError
from devbox.stacks import PortPolicy, Service, Stack, parse
from devbox.stacks.reader import folder

FULL = """\
name: demo
services:
  web:
    image: example/web:1
    command: [serve, --port, "80"]
    environment:
      GREETING: hello $$you
      PORT: "80"
    ports: ["127.0.0.1:8080:80", "127.0.0.1:9000:9000/tcp"]
    volumes: [data:/var/data]
    healthcheck:
      test: [CMD, "true"]
      interval: 1m30s
      timeout: 500ms
      start_period: 1h
      retries: 4
    mem_limit: 512m
    restart: unless-stopped
    stop_grace_period: 20s
    init: true
  helper:
    image: example/helper
volumes:
  data:
x-devbox:
  heap: 60
  ports:
    http: {service: web, container: 80}
    other: {service: web, container: 9000, inside: PORT}
"""


def refusal(text: str) -> DevboxError:
    with pytest.raises(DevboxError) as error:
        parse(text, "demo", "demo.yaml")
    assert error.value.code == "compose.invalid"
    assert len(error.value.message.splitlines()) == 1
    return error.value


def test_all_that_is_read_comes_out_as_typed_values() -> None:
    web = Service(
        name="web",
        image="example/web:1",
        command=("serve", "--port", "80"),
        environment={"GREETING": "hello $you", "PORT": "80"},
        ports=(Publish(80, "127.0.0.1", 8080), Publish(9000, "127.0.0.1", 9000)),
        mounts=(Mount("data", "/var/data"),),
        healthcheck=Healthcheck(("CMD", "true"), interval=90, timeout=0.5, start_period=3600, retries=4),
        memory=512 << 20,
        restart="unless-stopped",
        stop_grace=20,
        init=True,
    )
    assert parse(FULL, "demo", "demo.yaml") == Stack(
        name="demo",
        services=(web, Service(name="helper", image="example/helper")),
        volumes=("data",),
        ports=(PortPolicy("http", "web", 80), PortPolicy("other", "web", 9000, inside="PORT")),
        heap=60,
    )


def test_services_keep_the_order_of_the_file() -> None:
    text = "services:\n  b: {image: x}\n  a: {image: x}\n  c: {image: x}\n"
    assert [service.name for service in parse(text, "demo", "f").services] == ["b", "a", "c"]


def with_line(after: str, line: str) -> tuple[str, int]:
    """The full file with a line more after the one that begins so, and the number of the new line."""
    lines = FULL.splitlines()
    at = next(n for n, found in enumerate(lines, 1) if found.strip().startswith(after))
    return "\n".join([*lines[:at], line, *lines[at:]]), at + 1


SERVICE_KEYS = [
    "build", "privileged", "network_mode", "networks", "cap_add", "cap_drop", "devices", "secrets", "configs", "user",
    "env_file", "depends_on", "deploy", "entrypoint", "container_name", "extra_hosts", "expose", "labels", "logging",
    "pid", "ipc", "security_opt", "sysctls", "tmpfs", "ulimits", "working_dir", "hostname", "profiles", "platform",
    "stdin_open", "tty", "links", "extends", "pull_policy", "read_only", "memswap_limit", "x-anything",
]  # fmt: skip


@pytest.mark.parametrize("key", SERVICE_KEYS)
def test_a_key_of_a_service_that_is_not_read_is_refused_by_name_and_line(key: str) -> None:
    text, line = with_line("web:", f"    {key}: x")
    message = refusal(text).message
    assert f"demo.yaml line {line}:" in message
    assert repr(key) in message


@pytest.mark.parametrize("key", ["version", "networks", "configs", "secrets", "include", "x-other", "Services"])
def test_a_key_of_the_file_that_is_not_read_is_refused_by_name_and_line(key: str) -> None:
    text, line = with_line("name:", f"{key}: x")
    message = refusal(text).message
    assert f"line {line}:" in message
    assert repr(key) in message


@pytest.mark.parametrize(
    ("after", "inserted", "named"),
    [
        ("healthcheck:", "      disable: true", "'disable'"),
        ("healthcheck:", "      start_interval: 1s", "'start_interval'"),
        ("x-devbox:", "  wait: 3", "'wait'"),
        ("data:", "    external: true", "'external'"),
        ("data:", "    driver: nfs", "'driver'"),
        ("image: example/web", "    image: example/other", "'image' twice"),
        ("GREETING:", "      GREETING: again", "'GREETING' twice"),
        ("GREETING:", "      <<: {A: b}", "environment has a key that is no text"),
        ("GREETING:", "      FROM_THE_SHELL:", "FROM_THE_SHELL has no value"),
        ("GREETING:", "      HOMES: ${HOME}/x", "HOMES has a variable"),
        ("GREETING:", "      LIST: [a]", "LIST is not a single value"),
        ("GREETING:", "      ? [a]\n      : b", "environment has a key that is no text"),
    ],
)
def test_what_would_mean_something_else_to_compose_is_refused_where_it_stands(
    after: str, inserted: str, named: str
) -> None:
    text, line = with_line(after, inserted)
    message = refusal(text).message
    assert f"line {line}:" in message
    assert named in message


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("    image: example/web:1\n", "", "service web has no image"),
        ("image: example/web:1", "image:", "image has no value"),
        ("mem_limit: 512m", "mem_limit: much", "'much' is no size"),
        ("mem_limit: 512m", f"mem_limit: {'9' * 400}", "is no size"),
        ("interval: 1m30s", "interval: 90", "'90' is no duration"),
        ("stop_grace_period: 20s", f"stop_grace_period: {'9' * 400}s", "is no duration"),
        ("retries: 4", "retries: many", "'many' is no number"),
        ("retries: 4", "retries: -1", "'-1' is no number"),
        ("restart: unless-stopped", "restart: sometimes", "'sometimes' is no restart policy"),
        ("init: true", "init: yes please", "'yes please' is neither true nor false"),
        ('command: [serve, --port, "80"]', "command: serve", "command is not a list"),
        ('ports: ["127.0.0.1:8080:80"', 'ports: ["8080:80"', "'8080:80' is no port"),
        ('ports: ["127.0.0.1:8080:80"', 'ports: ["127.0.0.1:80800:80"', "'80800' is no number"),
        ("volumes: [data:/var/data]", "volumes: [./data:/var/data]", "is no named volume"),
        ("volumes: [data:/var/data]", "volumes: [other:/var/data]", "'other' is mounted, which the file lacks"),
        ("heap: 60", "heap: 160", "'160' is no number"),
        ("{service: web, container: 80}", "{service: db, container: 80}", "needs a known service"),
        ("{service: web, container: 80}", "{service: web}", "needs a known service"),
        ("{service: web, container: 80}", "{service: web, container: 80, fixed: 1}", "'fixed'"),
        ("{service: web, container: 80}", "3", "x-devbox.ports.http is not a mapping"),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_line(old: str, new: str, named: str) -> None:
    assert FULL.count(old) == 1
    line = FULL[: FULL.index(old)].count("\n") + 1
    message = refusal(FULL.replace(old, new)).message
    assert named in message
    assert f"line {line}:" in message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name: x",
        "services:",
        "services: {}",
        "- a",
        "42",
        "services: [a]",
        "services: {web: 3}",
        "a: b: c",
        "a: [",
        "---\na: 1\n---\nb: 2",
        "\ta: 1",
        '"\\UFFFFFFFF"',
        "\ud800",
        "\x00",
        "a: " + "[" * 500,
        "&a [*a]",
        "services: &a {a: *a}",
        "services: *nowhere",
        "%YAML 99999999999999999999.1\n---\na",
        "services: {web: {image: x, healthcheck: {retries: 3}}}",
    ],
)
def test_a_file_that_is_no_stack_is_one_line_with_a_code(text: str) -> None:
    assert refusal(text).message.startswith("demo.yaml")


@given(st.text())
def test_no_text_at_all_makes_the_reader_fail_in_another_way(text: str) -> None:
    assert_stack_or_refusal(text)


PIECES = [
    "services: ", "web: ", "image: x", "ports: ", "127.0.0.1:1:1", "volumes: ", "x-devbox: ", "heap: ", "- ", "? ",
    ": ", "{", "}", "[", "]", "&a ", "*a ", "!!int ", "$", '"', "'", "%", "#", "<<", "\\", "1e999", "~", ">", "\n",
    "  ", " ",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_no_heap_of_yaml_makes_the_reader_fail_in_another_way(text: str) -> None:
    assert_stack_or_refusal(text)


@given(st.data())
def test_a_damaged_file_of_ours_is_read_or_refused(data: st.DataObject) -> None:
    text = (folder() / "jenkins.yaml").read_text()
    start = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(0, 40))
    assert_stack_or_refusal(text[:start] + data.draw(st.text(max_size=8)) + text[start + length :])


def assert_stack_or_refusal(text: str) -> None:
    try:
        stack = parse(text, "demo", "demo.yaml")
    except DevboxError as error:
        assert error.code == "compose.invalid"
        assert len(error.message.splitlines()) == 1
    else:
        assert stack.services
        assert all(mount.volume in stack.volumes for service in stack.services for mount in service.mounts)
