"""The engine's words in ours."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.engine import convert
from devbox.engine.api import ContainerSpec, Mount, Publish
from devbox.engine.provider import provider
from devbox.engine.streams import Demultiplexer
from devbox.engine.window import Api
from devbox.errors import DevboxError


@pytest.mark.parametrize(
    ("status", "health", "code", "state"),
    [
        ("Up 3 minutes", "none", None, "running"),
        ("Up 3 minutes (healthy)", "healthy", None, "running"),
        ("Up 1 second (health: starting)", "starting", None, "running"),
        ("Up About an hour (unhealthy)", "unhealthy", None, "running"),
        ("Up 2 days (Paused)", "none", None, "paused"),
        ("Exited (0) 3 minutes ago", "none", 0, "exited"),
        ("Exited (137) Less than a second ago", "none", 137, "exited"),
        ("Exited (-1) 3 minutes ago", "none", -1, "exited"),
        ("Restarting (1) 5 seconds ago", "none", 1, "restarting"),
        ("Created", "none", None, "created"),
        ("Dead", "none", None, "dead"),
        ("Removal In Progress", "none", None, "removing"),
        ("", "none", None, "created"),
    ],
)
def test_a_status_text_tells_health_exit_code_and_state(status: str, health: str, code: int | None, state: str) -> None:
    assert convert.status_health(status) == health
    assert convert.status_exit_code(status) == code
    assert convert.status_state(status) == state


@given(status=st.text(max_size=40))
def test_any_status_is_read(status: str) -> None:
    found = convert.container({"Status": status})
    assert found.health in ("healthy", "starting", "unhealthy", "none")
    assert found.state in ("created", "running", "restarting", "exited", "paused", "dead", "removing")


def test_a_row_of_the_list() -> None:
    found = convert.container(
        {
            "Id": "abc",
            "Names": ["/other/alias", "/devbox-a-1"],
            "Image": "img:1",
            "ImageID": "sha256:1",
            "Created": 1700000000,
            "Labels": {"a": "b"},
            "State": "running",
            "Status": "Up 1 second (healthy)",
            "Ports": [
                {"IP": "127.0.0.1", "PrivatePort": 8080, "PublicPort": 80, "Type": "tcp"},
                {"IP": "127.0.0.1", "PrivatePort": 8080, "PublicPort": 80, "Type": "tcp"},
                {"IP": "::", "PrivatePort": 53, "PublicPort": 53, "Type": "udp"},
                {"PrivatePort": 50000, "Type": "tcp"},
            ],
            "Mounts": [
                {"Type": "volume", "Name": "v", "Destination": "/data"},
                {"Type": "bind", "Source": "/x", "Destination": "/y"},
            ],
        }
    )
    assert (found.name, found.health, found.ports) == ("devbox-a-1", "healthy", (Publish(8080, "127.0.0.1", 80),))
    assert found.mounts == (Mount("v", "/data"),)
    assert found.created == 1700000000.0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "Id",
                    "Names",
                    "Ports",
                    "Mounts",
                    "Labels",
                    "State",
                    "Config",
                    "Env",
                    "NetworkSettings",
                    "Volumes",
                    "80/tcp",
                    "Status",
                    "Health",
                    "HostPort",
                    "Type",
                    "PublicPort",
                    "RepoTags",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    item=st.dictionaries(
        st.sampled_from(
            [
                "Id",
                "Names",
                "Ports",
                "Mounts",
                "Labels",
                "State",
                "Status",
                "Config",
                "Created",
                "NetworkSettings",
                "RepoTags",
                "RepoDigests",
                "Size",
            ]
        ),
        json_values,
    )
)
def test_any_object_is_read(item: dict[str, Any]) -> None:
    for read in (convert.container, convert.container_state, convert.image, convert.network, convert.volume):
        read(item)


@pytest.mark.parametrize("answer", [None, [], {}, {"Id": 7}, "abc"])
def test_a_create_that_names_nothing(answer: object) -> None:
    with pytest.raises(DevboxError) as caught:
        convert.made_id(answer)
    assert caught.value.code == "engine.not_docker"


@pytest.mark.parametrize("restart", ["no", "always", "unless-stopped", "on-failure:10"])
def test_restart_policies(restart: str) -> None:
    spec = ContainerSpec("n", "i", "s", {}, "net", restart=restart)
    policy = convert.create_body(spec, Api(1, 41))["HostConfig"]["RestartPolicy"]
    assert policy["Name"] == restart.partition(":")[0]
    assert policy["MaximumRetryCount"] == (10 if ":" in restart else 0)


@given(
    frames=st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(min_size=1, max_size=20)), max_size=8),
    cut=st.integers(1, 25),
)
def test_frames_come_apart_however_they_are_cut_up(frames: list[tuple[int, bytes]], cut: int) -> None:
    data = b"".join(bytes([n, 0, 0, 0]) + len(text).to_bytes(4, "big") + text for n, text in frames)
    demultiplexer = Demultiplexer()
    found = [piece for at in range(0, len(data), cut) for piece in demultiplexer.feed(data[at : at + cut])]
    for stream in (1, 2):
        assert b"".join(t for n, t in found if n == stream) == b"".join(t for n, t in frames if n == stream)


@given(pieces=st.lists(st.binary(max_size=30), max_size=6), raw=st.booleans())
def test_any_stream_comes_apart_somehow(pieces: list[bytes], raw: bool) -> None:
    demultiplexer = Demultiplexer(raw=raw)
    found = b"".join(data for piece in pieces for _, data in demultiplexer.feed(piece))
    assert found == b"".join(pieces) or not raw


@pytest.mark.parametrize(
    ("version", "info", "name"),
    [
        ({}, {"OperatingSystem": "Docker Desktop"}, "docker-desktop"),
        ({}, {"Name": "docker-desktop"}, "docker-desktop"),
        ({}, {"Name": "colima"}, "colima"),
        ({}, {"Name": "lima-docker"}, "lima"),
        ({}, {"Name": "lima-rancher-desktop"}, "rancher-desktop"),
        ({}, {"OperatingSystem": "OrbStack"}, "orbstack"),
        ({}, {"OperatingSystem": "Boot2Docker 19.03"}, "boot2docker"),
        ({"Components": [{"Name": "Podman Engine"}]}, {}, "podman"),
        ({}, {"SecurityOptions": ["name=seccomp", "name=rootless"]}, "rootless"),
        ({}, {"OperatingSystem": "Debian GNU/Linux 12", "Name": "host"}, "engine"),
        ({"Components": 7}, {"SecurityOptions": 7}, "engine"),
    ],
)
def test_whose_engine_it_is(version: dict[str, Any], info: dict[str, Any], name: str) -> None:
    assert provider(version, info) == name
