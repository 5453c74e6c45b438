"""Taken ports: which of ours Docker refused, who has it, and which comes next."""

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devbox.engine.api import Container, Publish
from devbox.errors import DevboxError
from devbox.sandbox import labels, ports

OURS = (8080, 50000)


@pytest.mark.parametrize(
    ("cause", "port"),
    [
        ("driver failed programming external connectivity on endpoint x (1a2b): Bind for 127.0.0.1:8080 failed: port "
         "is already allocated", 8080),
        ("failed to set up container networking: driver failed: failed to bind host port for 127.0.0.1:50000:172.18.0."
         "2:50000/tcp: address already in use", 50000),
        ("Error starting userland proxy: listen tcp4 127.0.0.1:8080: bind: address already in use", 8080),
        ("Ports are not available: exposing port TCP 127.0.0.1:8080 -> 127.0.0.1:0: listen tcp 127.0.0.1:8080: bind: "
         "An attempt was made to access a socket in a way forbidden by its access permissions.", 8080),
        ("listen tcp6 [::1]:50000: bind: cannot assign requested address", 50000),
        ("port 8080 is already in use", 8080),
        ("container devbox-8080-jenkins-1: Bind for 127.0.0.1:50000 failed: port is already allocated", 50000),
        ("Bind for 127.0.0.1:80800 failed", None),
        ("Bind for 127.0.0.1:18080 failed", None),
        ("Bind for 127.0.0.1:9999 failed", None),
        ("no port is named here", None),
        (None, None),
    ],
)  # fmt: skip
def test_the_refused_port_is_read_from_dockers_words(cause: str | None, port: int | None) -> None:
    assert ports.refused(DevboxError("port.taken", "Docker refused a port", cause=cause), OURS) == port


def test_the_message_counts_too() -> None:
    assert ports.refused(DevboxError("port.taken", "Port 127.0.0.1:8080 is taken."), OURS) == 8080


@given(st.text())
def test_only_one_of_our_ports_is_ever_named(text: str) -> None:
    assert ports.refused(DevboxError("port.taken", text, cause=text), OURS) in (*OURS, None)


def container(name: str, *published: Publish, project: str | None = None) -> Container:
    own = {labels.COMPOSE_PROJECT: project} if project else {}
    return Container(
        id=name, name=name, image="i", image_id="s", labels=own, state="running", health="none", exit_code=None,
        ports=published, created=0.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "clashes"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("0.0.0.0", "127.0.0.1", True),
        ("127.0.0.1", "::", True),
        ("", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("::1", "127.0.0.1", False),
        ("192.168.99.100", "127.0.0.1", False),
    ],
)
def test_the_same_port_on_two_addresses_clashes_where_one_holds_them_all(one: str, other: str, clashes: bool) -> None:
    assert ports.clash(one, other) is clashes
    assert ports.clash(other, one) is clashes


def test_holders_are_those_that_clash_with_our_address() -> None:
    everywhere = container("everywhere", Publish(80, "0.0.0.0", 8080))
    elsewhere = container("elsewhere", Publish(80, "10.0.0.1", 8081))
    both = container("both", Publish(80, "127.0.0.1", 8082), Publish(81, "::", 8083))
    found = ports.holders([everywhere, elsewhere, both], "127.0.0.1")
    assert {port: holder.name for port, holder in found.items()} == {8080: "everywhere", 8082: "both", 8083: "both"}


@pytest.mark.parametrize(
    ("port", "taken", "expected"),
    [
        (8080, [], 8081),
        (8080, [8080], 8081),
        (8080, [8081, 8082, 8084], 8083),
        (65535, [], 1024),
        (65534, [65535, 1024], 1025),
        (80, [81], 82),
    ],
)
def test_the_next_port_is_the_next_up_that_is_free(port: int, taken: list[int], expected: int) -> None:
    assert ports.next_free(port, taken) == expected


@settings(max_examples=25)
@given(st.integers(1, 65535), st.integers(1024, 65535), st.integers(0, 3))
def test_the_last_free_port_is_found_wherever_one_begins(port: int, free: int, more: int) -> None:
    kept = set(range(free, min(free + more, 65535) + 1))
    taken = [number for number in range(1, 65536) if number not in kept]
    if kept <= {port}:
        with pytest.raises(DevboxError):
            ports.next_free(port, taken)
    else:
        assert ports.next_free(port, taken) in kept - {port}


@pytest.mark.parametrize("port", [80, 1024, 8080, 65535])
def test_with_no_port_left_it_says_so(port: int) -> None:
    with pytest.raises(DevboxError) as error:
        ports.next_free(port, range(1, 65536))
    assert error.value.code == "port.none"


def test_the_owner_is_told_with_its_project() -> None:
    theirs = [container("web-1", Publish(80, "0.0.0.0", 8080), project="shop"), container("x", Publish(1, "", 9000))]
    assert ports.owner(8080, theirs, "127.0.0.1", here=True) == "container web-1 of project shop"
    assert ports.owner(9000, theirs, "127.0.0.1", here=True) == "container x"


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_process_that_listens_is_told_by_name_and_number(listening: int) -> None:
    import os

    import psutil

    mine = psutil.Process(os.getpid())
    assert ports.owner(listening, [], "127.0.0.1", here=True) == f"process {mine.name()} (pid {mine.pid})"


def test_a_process_of_this_machine_does_not_hold_the_port_of_a_vm(listening: int) -> None:
    assert ports.owner(listening, [], "192.168.99.100", here=False) == "another process"


def test_an_owner_that_cannot_be_seen_is_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    def forbidden(kind: str) -> list[object]:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "net_connections", forbidden)
    assert ports.owner(8080, [], "127.0.0.1", here=True) == "another process"


def test_a_port_that_stays_taken_is_an_error_with_the_owner_and_the_option() -> None:
    docker = DevboxError("port.reserved", "x", cause="Docker's own words")
    error = ports.taken(50000, "container web-1", "agent_port", docker, name="second", stack="jenkins")
    assert error.code == "port.reserved"
    assert error.message == "port 50000 is taken by container web-1"
    assert error.cause == "Docker's own words"
    assert error.cures[0].command == "devbox up jenkins -n second --agent-port 50001"
    assert error.retryable


def test_after_the_highest_port_a_lower_one_is_proposed() -> None:
    error = ports.taken(65535, "x", "http_port", None, name="jenkins", stack="jenkins")
    assert error.code == "port.taken"
    assert error.cures[0].command == "devbox up jenkins -n jenkins --http-port 8081"
