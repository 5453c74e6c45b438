"""Where ports are published, and under which address they are reached from here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.engine.api import Container, Endpoint, Publish
from devbox.errors import DevboxError
from devbox.sandbox import address, labels

LOCAL = Endpoint("unix:///var/run/docker.sock", "default")
MACHINE = Endpoint("tcp://192.168.99.100:2376", "DOCKER_HOST", publish="192.168.99.100", reach="192.168.99.100")
REMOTE = Endpoint("ssh://me@build.example.org", "current context", publish=None, reach="build.example.org")


def test_a_local_engine_publishes_on_loopback() -> None:
    assert address.publish_on(LOCAL, None, (8080,)) == "127.0.0.1"


def test_a_virtual_machine_publishes_on_its_own_address() -> None:
    assert address.publish_on(MACHINE, None, (8080,)) == "192.168.99.100"


@pytest.mark.parametrize("endpoint", [LOCAL, MACHINE, REMOTE])
def test_what_is_asked_for_is_done(endpoint: Endpoint) -> None:
    assert address.publish_on(endpoint, "0.0.0.0", (8080,)) == "0.0.0.0"


def test_a_remote_engine_is_refused_with_the_tunnel_that_helps() -> None:
    with pytest.raises(DevboxError) as error:
        address.publish_on(REMOTE, None, (8080, 50000))
    assert error.value.code == "engine.remote"
    commands = [cure.command for cure in error.value.cures]
    assert "ssh -N -L 8080:127.0.0.1:8080 -L 50000:127.0.0.1:50000 me@build.example.org" in commands
    assert any("--publish-address 127.0.0.1" in (command or "") for command in commands)


@pytest.mark.parametrize(
    ("url", "login"),
    [("ssh://me@far:2222", "-p 2222 me@far"), ("ssh://far", "far"), ("tcp://10.1.2.3:2376", "build.example.org")],
)
def test_the_tunnel_goes_where_the_endpoint_goes(url: str, login: str) -> None:
    endpoint = Endpoint(url, "DOCKER_HOST", publish=None, reach="build.example.org")
    with pytest.raises(DevboxError) as error:
        address.publish_on(endpoint, None, (8080,))
    assert f"ssh -N -L 8080:127.0.0.1:8080 {login}" in [cure.command for cure in error.value.cures]


@pytest.mark.parametrize(
    ("endpoint", "published", "host"),
    [
        (LOCAL, "127.0.0.1", "127.0.0.1"),
        (LOCAL, "0.0.0.0", "127.0.0.1"),
        (LOCAL, "::", "127.0.0.1"),
        (LOCAL, "::1", "[::1]"),
        (LOCAL, "10.1.2.3", "10.1.2.3"),
        (MACHINE, "192.168.99.100", "192.168.99.100"),
        (REMOTE, "0.0.0.0", "build.example.org"),
        (REMOTE, "127.0.0.1", "127.0.0.1"),
    ],
)
def test_a_port_is_reached_where_it_is_published(endpoint: Endpoint, published: str, host: str) -> None:
    assert address.reach(endpoint, published) == host


@pytest.mark.parametrize(
    ("endpoint", "published", "public"),
    [
        (LOCAL, "127.0.0.1", False),
        (LOCAL, "127.0.0.2", False),
        (LOCAL, "::1", False),
        (LOCAL, "0.0.0.0", True),
        (LOCAL, "::", True),
        (LOCAL, "10.1.2.3", True),
        (MACHINE, "192.168.99.100", False),
        (MACHINE, "0.0.0.0", True),
        (REMOTE, "127.0.0.1", False),
        (REMOTE, "0.0.0.0", True),
    ],
)
def test_what_others_may_reach_is_told(endpoint: Endpoint, published: str, public: bool) -> None:
    assert address.is_public(published, endpoint) is public


@given(st.ip_addresses())
def test_every_address_is_reached_somewhere_in_a_url(published: object) -> None:
    url = address.base_url(address.reach(LOCAL, str(published)), 8080, "/p")
    assert url.startswith("http://")
    assert url.endswith(":8080/p")


@pytest.mark.parametrize(("prefix", "url"), [("", "http://h:1"), ("/jenkins", "http://h:1/jenkins")])
def test_a_url_has_no_slash_at_its_end(prefix: str, url: str) -> None:
    assert address.base_url("h", 1, prefix) == url


def container(*ports: Publish, **own: str) -> Container:
    return Container(
        id="c", name="c", image="i", image_id="s", labels={labels.HTTP: "8080", **own}, state="running", health="none",
        exit_code=None, ports=ports, created=0.0,
    )  # fmt: skip


def test_a_containers_url_is_that_of_its_web_port_with_its_prefix() -> None:
    choices = {labels.CHOICES: '{"choices": {"prefix": "/jenkins"}}'}
    ports = (Publish(50000, "127.0.0.1", 50001), Publish(8080, "127.0.0.1", 8081))
    assert address.of_container(container(*ports, **choices), LOCAL) == "http://127.0.0.1:8081/jenkins"


def test_a_port_published_anywhere_is_reached_at_the_engine() -> None:
    assert address.of_container(container(Publish(8080, "0.0.0.0", 8080)), MACHINE) == "http://192.168.99.100:8080"
    assert address.of_container(container(Publish(8080, "", 8080)), LOCAL) == "http://127.0.0.1:8080"


def test_a_container_that_publishes_nothing_has_no_url() -> None:
    assert address.of_container(container(), LOCAL) is None
    assert address.of_container(container(Publish(9999, "127.0.0.1", 9999)), LOCAL) is None
