"""Where facts come from: files of every sort, programs' outputs, ports; nothing of it may end in a traceback."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from devbox.doctor.diagnose import diagnose, examine
from devbox.doctor.facts import (
    Asked,
    EngineFacts,
    Facts,
    Missing,
    Parsed,
    Reach,
    Settings,
    StoredContext,
    Things,
    Where,
    gather,
)
from devbox.doctor.host import LIMIT, Machine, Ran
from devbox.doctor.sources import deep, firewall, others, ports, registries, tools
from devbox.doctor.sources.programs import run, text
from devbox.doctor.sources.settings import settings
from devbox.doctor.sources.sockets import bind, dial, parse_lsof
from devbox.engine.api import Endpoint
from tests.replay import HANG, Answer, ReplayServer, Route
from tests.unit.doctor.facts import PLAIN, Fake, engine, where
from tests.unit.doctor.test_checks import container

Bad = Callable[[Path], None]


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(LIMIT + 100)


BAD: dict[str, tuple[Bad, str]] = {
    "truncated": (lambda path: path.write_text('{"currentContext": "co') and None, "it is no JSON"),
    "a list": (lambda path: path.write_text("[1]") and None, "it holds a list"),
    "a text": (lambda path: path.write_text('"x"') and None, "it holds a text"),
    "a number": (lambda path: path.write_text("7") and None, "it holds a number"),
    "null": (lambda path: path.write_text("null") and None, "it holds a null"),
    "deep": (lambda path: path.write_text("[" * 100_000) and None, "it is no JSON"),
    "binary": (lambda path: path.write_bytes(b"\x89PNG\xff\x00") and None, "it is no text"),
    "huge": (huge, "it is bigger than 4 MB"),
    "a folder": (lambda path: path.mkdir(), "a folder is in its place"),
    "a pipe": (lambda path: os.mkfifo(path), "it cannot be read"),
    "a link to itself": (lambda path: path.symlink_to(path), "it cannot be read"),
    "a dead link": (lambda path: path.symlink_to(path.with_name("nowhere")), ""),
    "empty": (lambda path: path.write_text("") and None, ""),
    "blank": (lambda path: path.write_text(" \n") and None, ""),
    "with a mark": (lambda path: path.write_bytes(b"\xef\xbb\xbf{}") and None, ""),
}


@pytest.mark.parametrize("sort", sorted(BAD))
@pytest.mark.parametrize("name", ["config.json", "daemon.json"])
def test_a_bad_file_is_called_what_it_is(tmp_path: Path, sort: str, name: str) -> None:
    make, problem = BAD[sort]
    (tmp_path / ".docker").mkdir()
    make(tmp_path / ".docker" / name)
    found = settings(Machine({}, tmp_path, "darwin"))
    parsed = found.config if name == "config.json" else found.daemon
    assert parsed.problem.startswith(problem) and bool(parsed.problem) == bool(problem), parsed


@pytest.mark.parametrize("sort", sorted(BAD))
def test_bad_files_everywhere_and_a_whole_diagnosis(tmp_path: Path, sort: str) -> None:
    make, _ = BAD[sort]
    meta = tmp_path / ".docker" / "contexts" / "meta" / hashlib.sha256(b"foo").hexdigest()
    meta.mkdir(parents=True)
    for path in (tmp_path / ".docker" / "config.json", meta / "meta.json", tmp_path / ".docker-java.properties"):
        make(path)
    make(tmp_path / ".testcontainers.properties")
    host = Machine({"DOCKER_HOST": f"unix://{tmp_path}/none.sock", "PATH": ""}, tmp_path)
    for finding in diagnose(host).findings:
        assert "Error:" not in finding.evidence, finding


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    class Locked(Machine):
        def read(self, path: Path, limit: int = LIMIT) -> bytes:
            raise PermissionError(13, "Permission denied", str(path))

    found = settings(Locked({}, tmp_path))
    assert {f.problem for f in (found.config, found.daemon, found.docker_java)} == {
        "it cannot be read: Permission denied"
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("currentContext", "credsStore", "credHelpers", "auths", "proxies", "Name", "Endpoints", "Metadata", "iptables",
        "DefaultAddressPools", "RegistryConfig", "MemTotal", "NCPU", "Architecture", "CgroupVersion", "SecurityOptions",
        "Components", "Version", "ApiVersion", "MinAPIVersion", "OSType", "DockerRootDir", "HttpProxy",
        "FirewallBackend", "OperatingSystem")  # fmt: skip
OBJECTS = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6)


@given(config=OBJECTS, context=OBJECTS, version=OBJECTS, info=OBJECTS, properties=st.text(max_size=60))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_generated_files_and_answers(
    tmp_path_factory: pytest.TempPathFactory, config: Any, context: Any, version: Any, info: Any, properties: str
) -> None:
    home = tmp_path_factory.mktemp("home")
    meta = home / ".docker" / "contexts" / "meta" / hashlib.sha256(b"foo").hexdigest()
    meta.mkdir(parents=True)
    (home / ".docker" / "config.json").write_text(json.dumps(config))
    (meta / "meta.json").write_text(json.dumps(context))
    (home / ".docker-java.properties").write_text(properties)
    host = Machine({"PATH": ""}, home)
    seen = settings(host)
    found = EngineFacts(Reach("ok"), {}, {"ApiVersion": "1.44", **version}, info, "", 0.0)
    about = Facts("linux", "x86_64", {}, where("unix:///x", "default"), seen, found, helpers=tools.helpers(host, seen))
    from devbox.doctor import report
    from devbox.doctor.bundle import plain

    diagnosis = examine(host, about)
    stumbled = [f for f in diagnosis.findings if f.status == "skip" and "Error: " in f.evidence]
    assert not stumbled
    json.dumps(report.data(diagnosis))
    json.dumps(plain(about))


def test_properties_as_java_writes_them(tmp_path: Path) -> None:
    (tmp_path / ".docker-java.properties").write_text(
        "# api.version=1\n! no\napi.version = 1.44\nDOCKER_HOST:tcp\\://x\n\n"
    )
    found = settings(Machine({}, tmp_path)).docker_java
    assert found.value["api.version"] == "1.44"


def test_contexts_good_broken_and_of_a_known_name(tmp_path: Path) -> None:
    meta = tmp_path / "docker" / "contexts" / "meta"

    def put(name: str, content: str) -> None:
        folder = meta / hashlib.sha256(name.encode()).hexdigest()
        folder.mkdir(parents=True)
        (folder / "meta.json").write_text(content)

    put("foo", json.dumps({"Name": "foo", "Endpoints": {"docker": {"Host": "unix:///x"}}}))
    put("bar", json.dumps({"Name": "bar", "Metadata": {}, "Endpoints": {"kubernetes": {}}}))
    put("used", "{")
    put("unknown", "{")
    (meta / "no-digest").mkdir()
    env = {"DOCKER_CONFIG": str(tmp_path / "docker"), "DOCKER_CONTEXT": "used"}
    found = {context.name: context.problem for context in settings(Machine(env, tmp_path)).contexts}
    unknown = hashlib.sha256(b"unknown").hexdigest()
    assert set(found) == {"foo", "bar", "used", unknown}
    assert found["foo"] == ""
    assert found["bar"].startswith("it has no docker endpoint")
    assert found["used"].startswith("it is no JSON")


# Programs


def test_a_program_and_its_children_end_at_the_deadline() -> None:
    ran = run(("sh", "-c", "echo so far; sleep 600 & wait"), 1.0, b"", os.environ)
    assert (ran.code, ran.failure) == (None, "timed out")
    assert run(("devbox-no-such-program",), 5, b"", os.environ).failure == "not found"
    assert run(("/etc/passwd",), 5, b"", os.environ).failure == "not allowed"
    assert run(("sh", "-c", "cat; exit 3"), 60, b"hello", os.environ) == Ran(
        ("sh", "-c", "cat; exit 3"), 3, "hello", ""
    )


def test_wsl_speaks_utf_16() -> None:
    assert text("Ubuntu Running".encode("utf-16")) == "Ubuntu Running"
    assert text("Ubuntu Running".encode("utf-16-le")) == "Ubuntu Running"
    assert text("läuft".encode()) == "läuft"


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({("docker", "--version"): "Docker version 28.2.2, build e6534b4"}, {"docker": "28.2.2"}),
        ({("docker", "--version"): "Docker version 20.10.24+dfsg1, build 297e128"}, {"docker": "20.10.24+dfsg1"}),
        ({("docker", "compose", "version", "--short"): "2.40.3\n"}, {"docker": "", "compose": "2.40.3"}),
        (
            {("docker", "buildx", "version"): "github.com/docker/buildx v0.29.1 a32761a"},
            {"docker": "", "buildx": "0.29.1"},
        ),
        ({("docker-compose", "version", "--short"): "1.29.2"}, {"docker": "", "docker-compose": "1.29.2"}),
    ],
)
def test_clients_tell_their_versions(answers: Any, found: dict[str, str]) -> None:
    unknown = Ran((), 1, "", "docker: unknown command: docker compose\n\nRun 'docker --help' for more information")
    usual = {("docker", "compose", "version", "--short"): unknown, ("docker", "buildx", "version"): unknown}
    programs = {"docker": "/bin/docker", "docker-compose": "/bin/docker-compose"}
    host = Fake({}, Path("/nonexistent"), programs=programs, answers={**usual, **answers})
    seen = {tool.name: tool.version for tool in tools.tools(host)}
    assert found.items() <= {**{"docker": ""}, **seen}.items()
    assert "buildx" in found or "buildx" not in seen


def test_a_client_that_hangs_or_fails_says_so() -> None:
    host = Fake(
        {}, Path("/"), programs={"docker": "/bin/docker"},
        answers={("docker", "--version"): Ran((), None, failure="timed out")},
    )  # fmt: skip
    assert ("docker", "timed out") in {(tool.name, tool.problem) for tool in tools.tools(host)}


def test_testcontainers_in_the_caches(tmp_path: Path) -> None:
    for version in ("1.9.1", "1.19.8", "resolver-status.properties"):
        (tmp_path / ".m2/repository/org/testcontainers/testcontainers" / version).mkdir(parents=True)
    (tmp_path / "g/caches/modules-2/files-2.1/org.testcontainers/testcontainers/2.0.2").mkdir(parents=True)
    found = tools.libraries(Machine({"GRADLE_USER_HOME": str(tmp_path / "g")}, tmp_path))
    assert found.testcontainers == ("1.9.1", "1.19.8", "2.0.2")


def test_only_variables_of_dockers_are_kept() -> None:
    env = {
        "DOCKER_HOST": "x",
        "http_proxy": "y",
        "AWS_SECRET_ACCESS_KEY": "z",
        "HOME": "/",
        "COMPOSE_PROJECT_NAME": "p",
    }
    assert set(tools.environment(env)) == {"DOCKER_HOST", "http_proxy", "COMPOSE_PROJECT_NAME"}


def test_what_lsof_says() -> None:
    said = "p1\ncControlCe\nn*:5000\nn*:7000\np42\ncjava\nn127.0.0.1:8080\nn[::1]:8081\nnwhat\n"
    found = [(listener.ip, listener.port, listener.pid, listener.program) for listener in parse_lsof(said)]
    assert found == [
        ("0.0.0.0", 5000, 1, "ControlCe"),
        ("0.0.0.0", 7000, 1, "ControlCe"),
        ("127.0.0.1", 8080, 42, "java"),
        ("::1", 8081, 42, "java"),
    ]


def test_windows_ranges_in_any_language() -> None:
    said = "\nProtokoll: tcp\n\nStartport    Endport\n---------    -------\n  80        80\n   50000   50059 *\n"
    argv = ("netsh", "interface", "ipv4", "show", "excludedportrange", "protocol=tcp")
    host = Fake({}, Path("/"), "win32", answers={argv: said})
    assert ports._reserved(host) == ((80, 80), (50000, 50059))
    assert ports._reserved(Fake({}, Path("/"), "linux")) == ()


def test_ports_are_really_tried() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert bind("127.0.0.1", port, "linux") == "in use"
        assert dial("127.0.0.1", port, 60) == ""
    assert bind("127.0.0.1", port, "linux") == ""
    assert dial("127.0.0.1", port, 60) != ""
    assert bind("192.0.2.1", 8080, "linux") == "no such address"


def test_a_sandbox_that_was_just_stopped_is_no_silent_one(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[str, int]] = []

    def dial(_self: object, name: str, port: int, _seconds: float) -> str:
        tried.append((name, port))
        return "" if port == 1 else "Connection refused"

    monkeypatch.setattr(Fake, "dial", dial)
    host, here = Fake({}, Path("/"), "linux"), where("unix:///x", "default")
    both, rest = Things((container("a", 1), container("b", 2))), Things((container("a", 1),))
    assert ports.answers(host, here, both, lambda: rest) == {("127.0.0.1", 1): ""}
    assert ports.answers(host, here, both, lambda: both) == {
        ("127.0.0.1", 1): "",
        ("127.0.0.1", 2): "Connection refused",
    }
    assert ports.answers(host, where("ssh://x", publish=None), both, lambda: both) == {}


# Engines elsewhere, mirrors, the packet filter


def test_engines_that_answer_elsewhere(tmp_path: Path) -> None:
    (tmp_path / ".colima" / "work").mkdir(parents=True)
    (tmp_path / ".rd").mkdir()
    stored = StoredContext("mine", f"unix://{tmp_path}/mine.sock", Path("/m"))
    (tmp_path / ".rd" / "docker.sock").write_text("not a socket")
    with (
        ReplayServer(unix=tmp_path / ".colima" / "work" / "docker.sock"),
        ReplayServer(unix=tmp_path / "mine.sock"),
    ):
        found = others.others(
            Machine({}, tmp_path),
            Where(Endpoint("unix:///nowhere.sock", "default")),
            Settings(PLAIN.config, (stored,), *(Parsed(Path("/x"), False),) * 3),
        )
    assert {(other.name, other.stored) for other in found if other.name != "default"} == {
        ("mine", True),
        ("colima-work", False),
    }


def test_mirrors_of_any_shape() -> None:
    named = ["https://m.example", "http://127.0.0.1:5000/", "what", "http://[", 7]
    found = registries.mirrors({"RegistryConfig": {"Mirrors": named}})
    assert [place[1:] for place in found] == [("m.example", 443), ("127.0.0.1", 5000)]
    assert registries.mirrors({"RegistryConfig": None}) == []


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        (Ran((), 1, "", "iptables: No chain/target/match by that name."), ("DOCKER (nat)",)),
        (Ran((), 0, "Chain DOCKER (2 references)"), ()),
        (Ran((), 4, "", "Another app is currently holding the xtables lock"), None),
    ],
)
def test_the_packet_filter(monkeypatch: pytest.MonkeyPatch, said: Ran, missing: tuple[str, ...] | None) -> None:
    monkeypatch.setattr(firewall, "_own_rules", lambda host, where: "")
    look = ("iptables", "-w", "1", "-t")
    host = Fake(
        {}, Path("/"), "linux", programs={"iptables": "/sbin/iptables"},
        answers={(*look, "nat", "-n", "-L", "DOCKER"): said, (*look, "filter", "-n", "-L", "DOCKER"): "Chain DOCKER"},
    )  # fmt: skip
    monkeypatch.setattr(Fake, "is_admin", lambda self: True)
    found = firewall.firewall(host, where("unix:///var/run/docker.sock"), PLAIN, engine())
    assert (
        isinstance(found, Missing) if missing is None else not isinstance(found, Missing) and found.missing == missing
    )


@pytest.mark.parametrize(
    ("url", "more", "why"),
    [
        ("tcp://pc:2375", {}, "not this machine's"),
        ("unix:///x.sock", {"FirewallBackend": {"Driver": "nftables"}}, "does not use iptables"),
        ("unix:///x.sock", {}, "not the system's own"),
    ],
)
def test_where_the_packet_filter_is_none_of_ours(
    monkeypatch: pytest.MonkeyPatch, url: str, more: Any, why: str
) -> None:
    monkeypatch.setattr(Fake, "is_admin", lambda self: True)
    host = Fake({}, Path("/"), "linux", programs={"iptables": "/sbin/iptables"})
    found = firewall.firewall(host, where(url), PLAIN, engine(**more))
    assert isinstance(found, Missing) and why in found.reason


def test_what_df_says() -> None:
    said = "devbox\nFilesystem     1024-blocks      Used Available Capacity Mounted on\n/dev/vda1 100 60 40 60% /data\n"
    space = deep.disk_of(said)
    assert space is not None and (space.total, space.free) == (102400, 40960)
    assert deep.disk_of("devbox\nwhat") is None


# All together


def test_a_source_that_hangs_is_given_up_and_the_rest_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from devbox.doctor.sources import things

    monkeypatch.setattr(things, "SECONDS", 1.0)
    with ReplayServer({"GET /containers/json": HANG, "*": Answer(body=[])}) as server:
        found = gather(Machine({"DOCKER_HOST": server.url, "PATH": ""}, tmp_path), Asked(ports={1: "x"}))
    assert found.engine.reach.ok
    assert isinstance(found.things, Missing)
    assert isinstance(found.settings, Settings)


def test_some_checks_need_some_sources_only(tmp_path: Path) -> None:
    routes: dict[str, Route] = {"*": Answer(body=[])}
    with ReplayServer(routes) as server:
        host = Machine({"DOCKER_HOST": server.url, "PATH": ""}, tmp_path)
        diagnosis = diagnose(host, checks=("api.devbox",))
        assert [finding.id for finding in diagnosis.findings] == ["api.devbox"]
        assert not server.asked("GET", "/containers/json")
        assert diagnosis.facts.ports == Missing("not asked for")
        area = diagnose(host, checks=("versions",))
    assert {finding.id for finding in area.findings} >= {"api.devbox", "api.docker-cli", "sdk.neighbours"}


def test_looking_changes_nothing(tmp_path: Path) -> None:
    with ReplayServer({"*": Answer(body=[])}) as server:
        diagnose(Machine({"DOCKER_HOST": server.url, "PATH": os.environ["PATH"]}, tmp_path))
        assert {seen.method for seen in server.seen} == {"GET"}
    assert list(tmp_path.iterdir()) == []
