"""Which engine is meant: the docker CLI's rules, and an error by name for everything that is broken."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.engine.api import Endpoint
from devbox.engine.contexts import load_config
from devbox.engine.endpoint import resolve
from devbox.engine.hosts import parse_host
from devbox.errors import Exit, UsageError


def find(
    home: Path,
    *,
    host: str | None = None,
    context: str | None = None,
    platform: str = "linux",
    env: Mapping[str, str] | None = None,
) -> Endpoint:
    return resolve(host=host, context=context, env=env or {}, platform=platform, home=home)


def refused(home: Path, **given_: Any) -> UsageError:
    with pytest.raises(UsageError) as caught:
        find(home, **given_)
    assert caught.value.exit == Exit.USAGE
    assert "\n" not in caught.value.message
    assert caught.value.cures
    return caught.value


def add_context(home: Path, name: str, meta: object, *, tls: Mapping[str, str] | None = None) -> Path:
    digest = hashlib.sha256(name.encode()).hexdigest()
    path = home / ".docker/contexts/meta" / digest / "meta.json"
    path.parent.mkdir(parents=True)
    path.write_text(meta if isinstance(meta, str) else json.dumps(meta))
    folder = home / ".docker/contexts/tls" / digest / "docker"
    for file, text in (tls or {}).items():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text)
    return path


def docker_meta(host: str, **endpoint: Any) -> dict[str, Any]:
    return {"Name": "x", "Metadata": {}, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": False, **endpoint}}}


def set_current(home: Path, name: object) -> None:
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker/config.json").write_text(json.dumps({"currentContext": name}))


class TestPrecedence:
    """--host or --context, DOCKER_HOST, DOCKER_CONTEXT, current context, default."""

    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        add_context(tmp_path, "flag", docker_meta("unix:///flag.sock"))
        add_context(tmp_path, "variable", docker_meta("unix:///variable.sock"))
        add_context(tmp_path, "current", docker_meta("unix:///current.sock"))
        set_current(tmp_path, "current")
        return tmp_path

    ENV = {"DOCKER_HOST": "unix:///env.sock", "DOCKER_CONTEXT": "variable"}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("given_", "env", "url", "rule", "context"),
        [
            ({"host": "unix:///h.sock"}, ENV, "unix:///h.sock", "--host", None),
            ({"context": "flag"}, ENV, "unix:///flag.sock", "--context", "flag"),
            ({}, ENV, "unix:///env.sock", "DOCKER_HOST", None),
            ({}, {"DOCKER_CONTEXT": "variable"}, "unix:///variable.sock", "DOCKER_CONTEXT", "variable"),
            ({}, {}, "unix:///current.sock", "current context", "current"),
            ({}, {"DOCKER_HOST": "", "DOCKER_CONTEXT": ""}, "unix:///current.sock", "current context", "current"),
            ({"context": "default"}, {}, "unix:///var/run/docker.sock", "--context", "default"),
            ({"context": "default"}, ENV, "unix:///env.sock", "--context", "default"),
            ({}, {"DOCKER_CONTEXT": "default"}, "unix:///var/run/docker.sock", "DOCKER_CONTEXT", "default"),
        ],
    )
    def test_the_first_rule_that_speaks_decides(
        self, home: Path, given_: dict[str, str], env: dict[str, str], url: str, rule: str, context: str | None
    ) -> None:
        endpoint = find(home, env=env, **given_)  # type: ignore[arg-type]
        assert (endpoint.url, endpoint.rule, endpoint.context) == (url, rule, context)

    def test_both_flags_at_once_are_refused(self, home: Path) -> None:
        assert refused(home, host="unix:///h.sock", context="flag").code == "endpoint.conflict"

    def test_nothing_said_is_the_default_socket(self, tmp_path: Path) -> None:
        endpoint = find(tmp_path)
        assert (endpoint.url, endpoint.rule, endpoint.context) == ("unix:///var/run/docker.sock", "default", None)

    def test_nothing_said_on_windows_is_the_default_pipe(self, tmp_path: Path) -> None:
        assert find(tmp_path, platform="win32").url == "npipe:////./pipe/docker_engine"

    def test_docker_config_moves_the_store(self, home: Path, tmp_path: Path) -> None:
        env = {"DOCKER_CONFIG": str(home / ".docker")}
        assert find(tmp_path / "elsewhere", env=env).url == "unix:///current.sock"


class TestBrokenFiles:
    """Never a silent fall back to the default socket."""

    def test_a_context_that_does_not_exist(self, tmp_path: Path) -> None:
        error = refused(tmp_path, context="ghost")
        assert error.code == "context.not_found"
        assert "ghost" in error.message
        assert "docker context ls" in {cure.command for cure in error.cures}

    def test_a_current_context_that_does_not_exist(self, tmp_path: Path) -> None:
        set_current(tmp_path, "ghost")
        assert refused(tmp_path).code == "context.not_found"

    @pytest.mark.parametrize("name", ["../../etc", "a/b", "", " ", "-x", "ä", "x" * 300, "\ud800"])
    def test_a_name_that_no_context_has(self, tmp_path: Path, name: str) -> None:
        assert refused(tmp_path, env={"DOCKER_CONTEXT": name or " "}).code == "context.not_found"

    @pytest.mark.parametrize(
        "meta",
        [
            "",
            "{",
            "[]",
            "null",
            "7",
            '"text"',
            "{}",
            '{"Endpoints": null}',
            '{"Endpoints": []}',
            '{"Endpoints": {"kubernetes": {"Host": "x"}}}',
            '{"Endpoints": {"docker": null}}',
            '{"Endpoints": {"docker": {"Host": 7}}}',
            '{"Endpoints": {"docker": {"Host": "x", "SkipTLSVerify": "no"}}}',
            "\x00",
            "[" * 100_000,
        ],
    )
    def test_a_meta_file_that_is_corrupt_or_has_the_wrong_shape(self, tmp_path: Path, meta: str) -> None:
        path = add_context(tmp_path, "bad", meta)
        error = refused(tmp_path, context="bad")
        assert error.code == "context.corrupt"
        assert str(path) in error.message
        assert error.cause

    def test_a_meta_file_that_is_a_folder(self, tmp_path: Path) -> None:
        path = add_context(tmp_path, "bad", "{}")
        path.unlink()
        path.mkdir()
        assert refused(tmp_path, context="bad").code == "context.corrupt"

    @pytest.mark.parametrize(
        "text",
        [
            "{",
            "[]",
            "null",
            "7",
            '"x"',
            '{"currentContext": 7}',
            '{"currentContext": ["a"]}',
            "\xff\x00",
            "[" * 100_000,
        ],
    )
    def test_a_config_that_is_corrupt_or_has_the_wrong_shape(self, tmp_path: Path, text: str) -> None:
        (tmp_path / ".docker").mkdir()
        (tmp_path / ".docker/config.json").write_bytes(text.encode("latin-1"))
        error = refused(tmp_path)
        assert error.code == "config.corrupt"
        assert "config.json" in error.message

    def test_a_corrupt_config_is_not_needed_when_a_host_is_given(self, tmp_path: Path) -> None:
        (tmp_path / ".docker").mkdir()
        (tmp_path / ".docker/config.json").write_text("{")
        assert find(tmp_path, host="unix:///x").url == "unix:///x"

    @pytest.mark.parametrize("text", ["", "  \n", "{}", '\ufeff{"currentContext": ""}', '{"currentContext": null}'])
    def test_an_empty_config_is_none(self, tmp_path: Path, text: str) -> None:
        (tmp_path / ".docker").mkdir()
        (tmp_path / ".docker/config.json").write_text(text)
        assert find(tmp_path).rule == "default"

    @given(garbage=st.binary(max_size=200))
    def test_any_config_is_read_or_refused(self, tmp_path_factory: pytest.TempPathFactory, garbage: bytes) -> None:
        folder = tmp_path_factory.mktemp("config")
        (folder / "config.json").write_bytes(garbage)
        try:
            assert isinstance(load_config(folder), dict)
        except UsageError as error:
            assert error.code == "config.corrupt"

    @given(
        meta=st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(st.sampled_from(["Endpoints", "docker", "Host", "SkipTLSVerify"]), inner, max_size=3)
            ),
        )
    )
    def test_any_meta_file_is_read_or_refused(self, tmp_path_factory: pytest.TempPathFactory, meta: object) -> None:
        home = tmp_path_factory.mktemp("meta")
        add_context(home, "some", json.dumps(meta))
        try:
            assert find(home, context="some").context == "some"
        except UsageError as error:
            assert error.code in ("context.corrupt", "endpoint.invalid")


class TestTls:
    @pytest.fixture
    def certs(self, tmp_path: Path) -> Path:
        folder = tmp_path / "certs"
        folder.mkdir()
        for name in ("ca.pem", "cert.pem", "key.pem"):
            (folder / name).write_text("x")
        return folder

    def test_the_files_of_docker_cert_path(self, tmp_path: Path, certs: Path) -> None:
        env = {"DOCKER_HOST": "tcp://10.0.0.1", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(certs)}
        endpoint = find(tmp_path, env=env)
        assert endpoint.url == "tcp://10.0.0.1:2376"
        assert endpoint.tls == tuple(str(certs / name) for name in ("ca.pem", "cert.pem", "key.pem"))
        assert endpoint.tls_verify

    def test_tls_without_verification(self, tmp_path: Path, certs: Path) -> None:
        env = {"DOCKER_HOST": "tcp://10.0.0.1", "DOCKER_TLS": "1", "DOCKER_CERT_PATH": str(certs)}
        assert not find(tmp_path, env=env).tls_verify

    def test_a_path_alone_turns_nothing_on(self, tmp_path: Path, certs: Path) -> None:
        env = {"DOCKER_HOST": "tcp://10.0.0.1", "DOCKER_CERT_PATH": str(certs)}
        endpoint = find(tmp_path, env=env)
        assert (endpoint.url, endpoint.tls) == ("tcp://10.0.0.1:2375", None)

    def test_tls_without_a_host_is_the_local_tls_port(self, tmp_path: Path) -> None:
        assert find(tmp_path, env={"DOCKER_TLS_VERIFY": "1"}).url == "tcp://localhost:2376"

    def test_a_socket_needs_no_tls(self, tmp_path: Path, certs: Path) -> None:
        env = {"DOCKER_HOST": "unix:///x", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(certs)}
        assert find(tmp_path, env=env).tls is None

    @pytest.mark.parametrize("lost", [("ca.pem",), ("cert.pem",), ("key.pem",), ("ca.pem", "cert.pem", "key.pem")])
    def test_files_that_are_missing(self, tmp_path: Path, certs: Path, lost: tuple[str, ...]) -> None:
        for name in lost:
            (certs / name).unlink()
        env = {"DOCKER_HOST": "tcp://10.0.0.1", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(certs)}
        error = refused(tmp_path, env=env)
        assert error.code == "tls.missing"
        assert lost[0] in error.message

    def test_a_folder_that_is_missing(self, tmp_path: Path) -> None:
        env = {"DOCKER_HOST": "tcp://10.0.0.1", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path / "no")}
        assert refused(tmp_path, env=env).code == "tls.missing"

    def test_the_files_of_a_context(self, tmp_path: Path) -> None:
        add_context(
            tmp_path, "vm", docker_meta("tcp://10.0.0.1:2376"), tls={"ca.pem": "", "cert.pem": "", "key.pem": ""}
        )
        endpoint = find(tmp_path, context="vm")
        assert endpoint.tls is not None
        assert all(path and Path(path).is_file() for path in endpoint.tls)
        assert endpoint.tls_verify

    def test_half_a_key_pair_of_a_context(self, tmp_path: Path) -> None:
        add_context(tmp_path, "vm", docker_meta("tcp://10.0.0.1:2376"), tls={"ca.pem": "", "cert.pem": ""})
        assert refused(tmp_path, context="vm").code == "tls.missing"

    def test_a_context_that_skips_verification(self, tmp_path: Path) -> None:
        add_context(tmp_path, "vm", docker_meta("tcp://10.0.0.1:2376", SkipTLSVerify=True))
        endpoint = find(tmp_path, context="vm")
        assert (endpoint.tls, endpoint.tls_verify) == ((None, None, None), False)

    def test_a_context_without_tls(self, tmp_path: Path) -> None:
        add_context(tmp_path, "vm", docker_meta("tcp://10.0.0.1:2375"))
        assert find(tmp_path, context="vm").tls is None


class TestWherePortsAreReached:
    @pytest.mark.parametrize(
        ("host", "env", "publish", "reach"),
        [
            ("unix:///x", {}, "127.0.0.1", "127.0.0.1"),
            ("tcp://127.0.0.1:2375", {}, "127.0.0.1", "127.0.0.1"),
            ("tcp://localhost:2375", {}, "127.0.0.1", "127.0.0.1"),
            ("tcp://[::1]:2375", {}, "127.0.0.1", "127.0.0.1"),
            ("tcp://:2375", {}, "127.0.0.1", "127.0.0.1"),
            ("tcp://192.168.59.103:2375", {}, "192.168.59.103", "192.168.59.103"),
            ("tcp://192.168.99.100:2375", {}, "192.168.99.100", "192.168.99.100"),
            ("tcp://192.168.39.7:2375", {"MINIKUBE_ACTIVE_DOCKERD": "minikube"}, "192.168.39.7", "192.168.39.7"),
            ("tcp://172.16.5.5:2375", {"DOCKER_MACHINE_NAME": "dev"}, "172.16.5.5", "172.16.5.5"),
            ("tcp://10.1.1.1:2375", {"DOCKER_CERT_PATH": "/h/.docker/machine/machines/dev"}, "10.1.1.1", "10.1.1.1"),
            ("tcp://10.1.1.1:2375", {"DOCKER_CERT_PATH": "/h/.boot2docker/certs/b"}, "10.1.1.1", "10.1.1.1"),
            # A machine in a cloud: its address is the world's, not this machine's alone.
            ("tcp://52.1.2.3:2375", {"DOCKER_MACHINE_NAME": "aws"}, None, "52.1.2.3"),
            ("tcp://10.1.1.1:2375", {}, None, "10.1.1.1"),
            ("tcp://build.example:2375", {}, None, "build.example"),
            ("ssh://me@build.example:22", {}, None, "build.example"),
            ("ssh://127.0.0.1", {}, None, "127.0.0.1"),
        ],
    )
    def test_only_what_this_machine_alone_sees_is_published_on(
        self, tmp_path: Path, host: str, env: dict[str, str], publish: str | None, reach: str
    ) -> None:
        endpoint = find(tmp_path, env={**env, "DOCKER_HOST": host})
        assert (endpoint.publish, endpoint.reach) == (publish, reach)

    def test_variables_of_another_vm_say_nothing_about_a_context(self, tmp_path: Path) -> None:
        add_context(tmp_path, "far", docker_meta("tcp://10.1.1.1:2375"))
        assert find(tmp_path, context="far", env={"DOCKER_MACHINE_NAME": "dev"}).publish is None


class TestHostStrings:
    @pytest.mark.parametrize(
        ("text", "url"),
        [
            ("tcp://h", "tcp://h:2375"),
            ("tcp://", "tcp://127.0.0.1:2375"),
            ("h:99", "tcp://h:99"),
            ("10.0.0.1", "tcp://10.0.0.1:2375"),
            ("http://h:99", "tcp://h:99"),
            ("https://h", "tcp://h:2376"),
            ("tcp://h:99/", "tcp://h:99"),
            ("tcp://[fe80::1]:99", "tcp://[fe80::1]:99"),
            ("unix://", "unix:///var/run/docker.sock"),
            ("unix:///a b/c.sock", "unix:///a b/c.sock"),
            ("unix://run/c.sock", "unix:///run/c.sock"),
            (" unix:///x ", "unix:///x"),
            ("ssh://me@h:2222", "ssh://me@h:2222"),
            ("ssh://h/run/d.sock", "ssh://h/run/d.sock"),
        ],
    )
    def test_what_the_docker_cli_takes(self, text: str, url: str) -> None:
        assert parse_host(text, tls=False, platform="linux").url == url

    @pytest.mark.parametrize(
        "text",
        [
            "fd://",
            "ftp://h",
            "npipe:////./pipe/docker_engine",
            "tcp://h:port",
            "tcp://h:99999",
            "tcp://h:0",
            "tcp://h:-1",
            "tcp://h/path",
            "tcp://u@h:1",
            "tcp://u:p@h:1",
            "tcp://h?x=1",
            "tcp://h#x",
            "tcp://[::1",
            "tcp://h h:1",
            "ssh://",
            "ssh://u:p@h",
            "ssh://-oProxyCommand=x",
            "ssh://-l@h",
            "ssh://h;x",
            "unix:///a\0b",
            "tcp://a\nb",
            "://",
            "x://",
        ],
    )
    def test_what_it_does_not(self, tmp_path: Path, text: str) -> None:
        error = refused(tmp_path, host=text)
        assert error.code == "endpoint.invalid"
        assert error.cause

    def test_a_pipe_on_windows(self) -> None:
        assert parse_host("npipe:////./pipe/d", tls=False, platform="win32").url == "npipe:////./pipe/d"

    def test_a_unix_socket_on_windows_is_refused(self, tmp_path: Path) -> None:
        assert refused(tmp_path, host="unix:///x", platform="win32").code == "endpoint.invalid"

    @given(
        text=st.text(max_size=40)
        | st.from_regex(r"(tcp|ssh|unix|http|npipe)://[^ ]{0,20}(:[0-9]{0,6})?", fullmatch=True),
        tls=st.booleans(),
        platform=st.sampled_from(["linux", "darwin", "win32"]),
    )
    def test_any_text_is_read_or_refused(self, text: str, tls: bool, platform: str) -> None:
        try:
            host = parse_host(text, tls=tls, platform=platform)
        except UsageError as error:
            assert error.code == "endpoint.invalid"
        else:
            assert parse_host(host.url, tls=host.scheme == "tls", platform=platform) == host
