"""One pull against scripted engines: in-stream errors as what they are, silence, interruption, credentials."""

from __future__ import annotations

import base64
import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.engine.api import LayerProgress
from devbox.engine.pulling import failure_of, layer_progress, messages
from devbox.errors import DevboxError
from tests.replay import HANG, Answer, ReplayServer, Route
from tests.unit.engine.conftest import Serve, engine_of

LAYER = "0123456789ab"
GOOD = (
    {"status": "Pulling from jenkins/jenkins", "id": "lts"},
    {"status": "Pulling fs layer", "progressDetail": {}, "id": LAYER},
    {"status": "Downloading", "progressDetail": {"current": 10, "total": 100}, "id": LAYER},
    {"status": "Pull complete", "progressDetail": {}, "id": LAYER},
    {"status": "Digest: sha256:abc"},
    {"status": "Status: Downloaded newer image for jenkins/jenkins:lts"},
)
IMAGE = {"Id": "sha256:1", "RepoTags": ["jenkins/jenkins:lts"], "Config": {"User": "jenkins"}}
FOUND: dict[str, Route] = {"GET /images/jenkins/jenkins:lts/json": Answer(body=IMAGE)}
DIGEST = "sha256:" + "0" * 64
REF = "jenkins/jenkins:lts"


def stream(*said: object, then: Any = "end") -> Answer:
    return Answer(chunks=tuple(json.dumps(one).encode() + b"\r\n" for one in said), then=then)


def failing(text: str) -> Answer:
    return stream(*GOOD[:3], {"errorDetail": {"message": text}, "error": text})


def pull(server: ReplayServer, ref: str = REF, **options: Any) -> list[LayerProgress]:
    seen: list[LayerProgress] = []
    engine_of(server).pull(ref, seen.append, **options)
    return seen


def failure(server: ReplayServer, ref: str = REF, **options: Any) -> DevboxError:
    with pytest.raises(DevboxError) as caught:
        pull(server, ref, **options)
    return caught.value


@pytest.fixture(autouse=True)
def docker_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The docker CLI's folder of this test."""
    folder = tmp_path / "docker"
    folder.mkdir()
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    return folder


def test_layers_are_told_from_messages_about_the_image(serve: Serve) -> None:
    server = serve({"POST /images/create": stream(*GOOD), **FOUND})
    seen = pull(server)
    assert [(p.id, p.current, p.total) for p in seen][:4] == [
        ("", 0, 0),
        (LAYER, 0, 0),
        (LAYER, 10, 100),
        (LAYER, 0, 0),
    ]
    (asked,) = server.asked("POST", "/images/create")
    assert asked.target.endswith("?fromImage=jenkins%2Fjenkins&tag=lts")
    assert "x-registry-auth" not in asked.headers


@pytest.mark.parametrize(
    ("ref", "asked"),
    [
        ("redis", "fromImage=redis&tag=latest"),
        ("localhost:5000/a/b", "fromImage=localhost%3A5000%2Fa%2Fb&tag=latest"),
        ("localhost:5000/a/b:1", "fromImage=localhost%3A5000%2Fa%2Fb&tag=1"),
        (f"redis@{DIGEST}", f"fromImage=redis&tag={DIGEST.replace(':', '%3A')}"),
        (f"redis:8@{DIGEST}", f"fromImage=redis&tag={DIGEST.replace(':', '%3A')}"),
    ],
)
def test_one_tag_is_asked_for_and_never_all_of_them(tmp_path: Path, ref: str, asked: str) -> None:
    with ReplayServer({"POST /images/create": failing("manifest unknown")}, unix=tmp_path / "s") as server:
        failure(server, ref)
        assert server.asked("POST", "/images/create")[0].target.partition("?")[2] == asked


@pytest.mark.parametrize(
    ("text", "code", "retryable"),
    [
        ("toomanyrequests: You have reached your pull rate limit.", "image.rate_limit", False),
        ("failed to register layer: write /x: no space left on device", "disk.full", False),
        ("manifest for jenkins/jenkins:lts not found: manifest unknown: manifest unknown", "image.not_found", False),
        ("no matching manifest for linux/arm64/v8 in the manifest list entries", "image.platform", False),
        ("pull access denied for jenkins/jenkins, repository does not exist or may require", "image.denied", False),
        ("read tcp 10.0.0.1:5->10.0.0.2:443: read: connection reset by peer", "registry.unreachable", True),
        ("unexpected EOF", "registry.unreachable", True),
        ('Get "https://r/v2/": x509: certificate signed by unknown authority', "registry.tls", False),
        ("something nobody has heard of", "image.pull_failed", False),
    ],
)
def test_an_error_in_the_stream_is_reported_as_what_it_is(serve: Serve, text: str, code: str, retryable: bool) -> None:
    error = failure(serve({"POST /images/create": failing(text), **FOUND}))
    assert (error.code, error.cause, error.retryable) == (code, text, retryable)
    assert error.cures
    assert "jenkins/jenkins:lts" in error.message or code in ("disk.full", "registry.tls")


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (404, {"message": "manifest for x not found: manifest unknown"}, "image.not_found"),
        (404, {"message": "pull access denied for x, repository does not exist"}, "image.denied"),
        (500, {"message": 'Get "https://registry-1.docker.io/v2/": dial tcp: i/o timeout'}, "registry.unreachable"),
        (400, {"message": "invalid reference format"}, "image.invalid"),
        (500, {"message": "toomanyrequests: pull rate limit"}, "image.rate_limit"),
    ],
)
def test_an_error_before_the_stream_is_reported_the_same(serve: Serve, status: int, body: Any, code: str) -> None:
    assert failure(serve({"POST /images/create": Answer(status, body)})).code == code


def test_the_older_error_field_alone_counts_too() -> None:
    assert failure_of({"error": "no space left on device"}) == "no space left on device"
    assert failure_of({"errorDetail": {"code": 7}}) == '{"errorDetail": {"code": 7}}'
    assert failure_of({"status": "fine"}) is None


def test_a_daemon_that_dies_in_the_middle_is_no_finished_pull(serve: Serve) -> None:
    assert failure(serve({"POST /images/create": stream(*GOOD[:3], then="cut"), **FOUND})).code == "engine.unreachable"


def test_a_stream_that_ends_without_the_image_is_no_finished_pull(serve: Serve) -> None:
    server = serve({"POST /images/create": stream(*GOOD[:3]), "*": Answer(404, {"message": "No such image: x"})})
    assert failure(server).code == "image.pull_failed"


def test_silence_is_no_hang_while_pings_come_back(serve: Serve) -> None:
    server = serve({"POST /images/create": stream(GOOD[0], then="hang"), **FOUND})
    failed: list[DevboxError] = []
    puller = threading.Thread(target=lambda: failed.append(failure(server)))
    puller.start()
    end = time.monotonic() + 10
    while len(server.asked("GET", "/_ping")) < 3 and time.monotonic() < end:
        time.sleep(0.02)
    assert puller.is_alive()
    server.frozen.set()
    puller.join(60)
    assert [error.code for error in failed] == ["engine.timeout"]
    assert server.left.wait(60), "the pull's connection is closed"


@pytest.mark.parametrize("answer", [HANG, stream(GOOD[0], then="hang")])
def test_a_pull_is_stopped_from_outside_at_once_and_its_connection_closed(serve: Serve, answer: Answer) -> None:
    server = serve({"POST /images/create": answer})
    stop = threading.Event()
    stopper = threading.Thread(target=lambda: (server.hanging.wait(60), stop.set()))
    stopper.start()
    begin = time.monotonic()
    assert failure(server, stop=stop).code == "engine.stopped"
    assert time.monotonic() - begin < 20
    assert server.left.wait(60)
    stopper.join()


class TestCredentials:
    def sent(self, server: ReplayServer, ref: str = REF) -> dict[str, str] | None:
        failure(server, ref)
        header = server.asked("POST", "/images/create")[0].headers.get("x-registry-auth")
        return json.loads(base64.urlsafe_b64decode(header)) if header else None

    @pytest.fixture
    def server(self, serve: Serve) -> ReplayServer:
        return serve({"POST /images/create": failing("manifest unknown")})

    @pytest.mark.parametrize(
        "config",
        [
            {"credsStore": "there-is-no-such-helper"},
            {"credHelpers": {"https://index.docker.io/v1/": "there-is-no-such-helper"}},
            {"credsStore": "../../bin/sh"},
            {"credsStore": 7, "auths": 7, "credHelpers": 7},
            {"auths": {"https://index.docker.io/v1/": {}}},
            {"auths": {"https://index.docker.io/v1/": {"auth": "***"}}},
            {"auths": {"https://index.docker.io/v1/": 7}},
            {"auths": {"other.example": {"auth": base64.b64encode(b"me:pw").decode()}}},
        ],
    )
    def test_what_does_not_work_does_not_stop_a_public_image(
        self, tmp_path: Path, docker_config: Path, config: object
    ) -> None:
        (docker_config / "config.json").write_text(json.dumps(config))
        with ReplayServer({"POST /images/create": failing("manifest unknown")}, unix=tmp_path / "s") as server:
            assert self.sent(server) is None

    def test_a_helper_that_is_missing_does_not_stop_one_over_tcp_either(
        self, server: ReplayServer, docker_config: Path
    ) -> None:
        (docker_config / "config.json").write_text(json.dumps({"credsStore": "there-is-no-such-helper"}))
        assert self.sent(server) is None

    @pytest.mark.parametrize("config", [{"auths": 7}, {"auths": {"r": 7}}, {"auths": {"r": {"auth": "***"}}}, [7]])
    def test_a_config_that_the_sdk_cannot_take_is_named(self, docker_config: Path, config: object) -> None:
        (docker_config / "config.json").write_text(json.dumps(config))
        with ReplayServer() as server, pytest.raises(DevboxError) as caught:
            engine_of(server)
        assert caught.value.code == "config.corrupt"

    def test_a_broken_config_does_not_stop_one_either(self, server: ReplayServer, docker_config: Path) -> None:
        engine_of(server)
        (docker_config / "config.json").write_text("{")
        with ReplayServer({"POST /images/create": failing("manifest unknown")}, unix=docker_config / "s") as other:
            assert self.sent(other) is None

    @pytest.mark.parametrize(
        ("key", "ref"),
        [
            ("https://index.docker.io/v1/", "jenkins/jenkins:lts"),
            ("docker.io", "redis"),
            ("reg.example:5000", "reg.example:5000/a:1"),
            ("https://reg.example:5000/v2/", "reg.example:5000/a:1"),
        ],
    )
    def test_those_of_the_config_go_to_their_own_registry(
        self, server: ReplayServer, docker_config: Path, key: str, ref: str
    ) -> None:
        auth = base64.b64encode(b"me:pw:with:colons").decode()
        (docker_config / "config.json").write_text(json.dumps({"auths": {key: {"auth": auth}}}))
        sent = self.sent(server, ref)
        assert sent is not None
        assert (sent["username"], sent["password"]) == ("me", "pw:with:colons")

    def test_a_helper_that_works_is_asked(
        self, server: ReplayServer, docker_config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        helper = docker_config / "docker-credential-test"
        helper.write_text(
            '#!/bin/sh\nread server\necho "{\\"Username\\": \\"<token>\\", \\"Secret\\": \\"$server\\"}"\n'
        )
        helper.chmod(0o755)
        monkeypatch.setenv("PATH", str(docker_config), prepend=":")
        (docker_config / "config.json").write_text(json.dumps({"credHelpers": {"reg.example": "test"}}))
        assert self.sent(server, "reg.example/a:1") == {"identitytoken": "reg.example", "serveraddress": "reg.example"}

    @pytest.mark.parametrize("script", ["exit 1", "echo nonsense", 'echo "[]"', 'echo "{}"'])
    def test_a_helper_that_fails_is_gone_on_without(
        self, server: ReplayServer, docker_config: Path, monkeypatch: pytest.MonkeyPatch, script: str
    ) -> None:
        helper = docker_config / "docker-credential-test"
        helper.write_text(f"#!/bin/sh\n{script}\n")
        helper.chmod(0o755)
        monkeypatch.setenv("PATH", str(docker_config), prepend=":")
        (docker_config / "config.json").write_text(json.dumps({"credsStore": "test"}))
        assert self.sent(server) is None


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
said = st.dictionaries(
    st.sampled_from(["status", "id", "progressDetail", "error", "errorDetail", "message", "x"]),
    json_values | st.fixed_dictionaries({"current": json_values, "total": json_values, "message": json_values}),
)


@given(objects=st.lists(said, max_size=5), cut=st.integers(1, 20))
def test_messages_come_whole_however_the_stream_is_cut_up(objects: list[dict[str, Any]], cut: int) -> None:
    data = b"\r\n".join(json.dumps(one, ensure_ascii=False).encode() for one in objects)
    pieces = (data[at : at + cut] for at in range(0, len(data), cut))
    assert list(messages(pieces)) == objects


@given(pieces=st.lists(st.binary(max_size=30), max_size=8))
def test_any_stream_is_read_to_its_end(pieces: list[bytes]) -> None:
    assert all(isinstance(one, dict) for one in messages(iter(pieces)))


@given(message=said)
def test_any_message_is_progress_or_a_failure(message: dict[str, Any]) -> None:
    failed = failure_of(message)
    assert failed is None or isinstance(failed, str)
    progress = layer_progress(message)
    assert progress.current >= 0
    assert progress.total >= 0
    assert len(progress.id) in (0, 12)
