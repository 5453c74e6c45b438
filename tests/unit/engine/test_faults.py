"""The table of known error texts: each row has a sample as an engine, a client or a registry really words it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.engine.fault_table import FAULTS
from devbox.engine.faults import explain, explain_all

SAMPLES: tuple[tuple[str, str, str], ...] = (
    # Docker 1.3, by its own command; 1.5 and 1.6; 1.7.0; 1.7.1 and 1.8; 1.9 to 1.12; from 17.11 on
    (
        "api.client-newer",
        "",
        "Error response from daemon: client and server don't have same version (client : 1.19, server: 1.15)",
    ),
    (
        "api.client-newer",
        "",
        "FATA[0000] Error response from daemon: "
        "client and server don't have same version (client : 1.19, server: 1.18)",
    ),
    (
        "api.client-newer",
        "",
        "client and server don't have same version (client API version: 1.20, server API version: 1.19)",
    ),
    ("api.client-newer", "", "client is newer than server (client API version: 1.24, server API version: 1.20)"),
    ("api.client-newer", "", "client is newer than server (client API version: 1.24, server API version: 1.21)"),
    ("api.client-newer", "", "client version 1.99 is too new. Maximum supported API version is 1.41"),
    # 1.7.1 and 1.8; from 1.9 on; before a mend of February 2016 some named their maximum as the minimum
    (
        "api.client-older",
        "",
        "client is too old, minimum supported API version is 1.21, please upgrade your client to a newer version",
    ),
    (
        "api.client-older",
        "",
        "client version 1.32 is too old. Minimum supported API version is 1.44, please upgrade your client",
    ),
    ("api.client-older", "", "client version 1.22 is too old. Minimum supported API version is 1.23, please upgrade"),
    # The docker command from 29.0 on; its options; docker-py
    (
        "api.daemon-older",
        "",
        "API version 1.41 is not supported by this client: the minimum supported API version is 1.44",
    ),
    ("api.daemon-older", "", '"--platform" requires API version 1.32, but the Docker daemon API version is 1.24'),
    (
        "api.daemon-older",
        "",
        "docker system df requires API version 1.25, but the Docker daemon API version is 1.24",
    ),
    ("api.daemon-older", "", "API versions below 1.24 are no longer supported by this library."),
    (
        "api.experimental",
        "",
        "docker checkpoint is only supported on a Docker daemon with experimental features enabled",
    ),
    (
        "api.other-os",
        "",
        '"--isolation" is only supported on a Docker daemon running on windows, but the daemon is linux',
    ),
    ("api.minimum-invalid", "", "invalid DOCKER_MIN_API_VERSION: minimum supported API version is 1.24: 1.23"),
    (
        "config.daemon",
        "",
        "unable to configure the Docker daemon with file /etc/docker/daemon.json: the following directives don't match"
        " any configuration option: min-api-version",
    ),
    ("engine.not-json", "", "Error while fetching server API version: Expecting value: line 1 column 1 (char 0)"),
    ("engine.not-json", "", "invalid character '<' looking for beginning of value"),
    (
        "engine.hang",
        "",
        "Error while fetching server API version: UnixHTTPConnectionPool(host='localhost', port=None): Read timed out.",
    ),
    (
        "engine.name",
        "",
        'error during connect: Get "http://nohost:2375/v1.24/info": dial tcp: lookup nohost on 10.0.0.1: no such host',
    ),
    (
        "engine.name",
        "",
        "NameResolutionError(\"HTTPConnection: Failed to resolve 'nohost' ([Errno -2] Name not known)\")",
    ),
    (
        "sdk.tls-files",
        "",
        "TLS configurations. Path to a certificate and key files must be provided through client_cert",
    ),
    ("sdk.endpoint", "", "Invalid bind address format: port is required: 192.168.99.100"),
    ("sdk.endpoint", "", "Install paramiko package to enable ssh:// support"),
    ("engine.500", "", '500 Server Error for http+docker://localhost/version: Internal Server Error ("boom")'),
    ("engine.500", "", "request returned 500 Internal Server Error for API route and version http://x/_ping, check if"),
    ("sdk.requests", "", "Error while fetching server API version: Not supported URL scheme http+docker"),
    ("creds.helper", "", 'exec: "docker-credential-desktop": executable file not found in $PATH, out: ``'),
    ("creds.helper", "", "StoreError('docker-credential-desktop not installed or not available in PATH')"),
    ("disk.full", "pull", "failed to register layer: write /usr/lib/x.so: no space left on device"),
    ("disk.read-only", "", "open /var/lib/docker/x: read-only file system"),
    (
        "hub.limit",
        "pull",
        "toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com",
    ),
    ("hub.limit", "pull", "error from registry: 429 Too Many Requests"),
    ("image.platform", "pull", "no matching manifest for linux/arm64/v8 in the manifest list entries"),
    ("image.platform", "pull", 'image operating system "windows" cannot be used on this platform'),
    (
        "image.platform",
        "",
        "image with reference x:1 was found but does not match the specified platform: wanted arm64",
    ),
    ("image.invalid", "", "invalid reference format: repository name must be lowercase"),
    (
        "image.denied",
        "pull",
        "pull access denied for a/b, repository does not exist or may require 'docker login': denied",
    ),
    ("image.denied", "pull", 'Get "https://reg.example/v2/x/manifests/1": no basic auth credentials'),
    ("image.denied", "pull", "Head https://reg.example/v2/x/manifests/1: unauthorized: authentication required"),
    ("image.denied-barely", "pull", "unauthorized"),
    ("image.denied-barely", "pull", "Head http://127.0.0.1:5000/v2/x/manifests/1: unauthorized: nobody"),
    ("image.not-found", "pull", "manifest for jenkins/jenkins:0 not found: manifest unknown: manifest unknown"),
    ("image.not-found", "pull", "repository a/b not found: does not exist or no pull access"),
    ("image.not-found", "", "No such image: devbox-lab/nothing:0"),
    (
        "image.not-found",
        "pull",
        'failed to resolve reference "docker.io/library/x:0": docker.io/library/x:0: not found',
    ),
    ("registry.tls", "pull", 'Get "https://reg:5000/v2/": x509: certificate signed by unknown authority'),
    ("registry.plain", "pull", 'Get "https://reg:5000/v2/": http: server gave HTTP response to HTTPS client'),
    (
        "registry.unreachable",
        "",
        'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host',
    ),
    ("registry.unreachable", "", 'Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting'),
    ("registry.unreachable", "", "received unexpected HTTP status: 503 Service Unavailable"),
    (
        "registry.unreachable",
        "pull",
        'failed to do request: Head "https://registry-1.docker.io/v2/": dial tcp: i/o timeout',
    ),
    ("registry.broken", "pull", "unexpected EOF"),
    ("registry.broken", "pull", "read tcp 10.0.0.1:4->10.0.0.2:443: connection reset by peer"),
    ("registry.broken", "pull", "net/http: TLS handshake timeout"),
    (
        "port.win-excluded",
        "",
        "Ports are not available: exposing port TCP 127.0.0.1:50000 -> 0.0.0.0:0: listen tcp "
        "127.0.0.1:50000: bind: An attempt was made to access a socket in a way forbidden by its access permissions.",
    ),
    (
        "port.privileged",
        "",
        "driver failed: error while calling PortManager.AddPort(): cannot expose privileged port 80",
    ),
    (
        "port.daemon",
        "",
        "driver failed programming external connectivity on endpoint x (9): Bind for 127.0.0.1:8080 failed: "
        "port is already allocated",
    ),
    ("port.daemon", "", "Bind for :::8080 failed: port is already allocated"),
    (
        "port.host",
        "",
        "Ports are not available: exposing port TCP 0.0.0.0:5000 -> 0.0.0.0:0: listen tcp 0.0.0.0:5000: bind: "
        "address already in use",
    ),
    (
        "port.host",
        "",
        "driver failed programming external connectivity on endpoint x (9): Error starting userland proxy: "
        "listen tcp4 127.0.0.1:8080: bind: address already in use",
    ),
    (
        "port.host",
        "",
        "failed to set up container networking: driver failed programming external connectivity on endpoint x: "
        "failed to bind host port for 127.0.0.1:8080:172.17.0.2:80/tcp: address already in use",
    ),
    ("port.address", "", "listen tcp4 10.9.9.9:8080: bind: cannot assign requested address"),
    (
        "net.pool",
        "",
        "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the net",
    ),
    ("net.pool", "", "all predefined address pools have been fully subnetted"),
    ("net.exists", "", "network with name devbox-a_default already exists"),
    ("net.in-use", "", "error while removing network: network devbox-a_default id 5019 has active endpoints"),
    (
        "net.iptables",
        "",
        "driver failed programming external connectivity on endpoint x: (iptables failed: iptables --wait -t "
        "nat -A DOCKER: iptables: No chain/target/match by that name.)",
    ),
    ("net.not-found", "", "network devbox-a_default not found"),
    ("net.not-found", "", "No such network: devbox-a_default"),
    ("net.ambiguous", "", "network devbox-a_default is ambiguous (2 matches found based on name)"),
    (
        "container.exists",
        "",
        'Conflict. The container name "/devbox-a-1" is already in use by container "518f". You have to',
    ),
    ("container.removing", "", "removal of container 518f is already in progress"),
    ("container.gone", "", "No such container: devbox-a-1"),
    ("container.not-running", "", "Container 518fe89a5dc4 is not running"),
    ("container.not-running", "", "Container 518f is restarting, wait until the container is running"),
    ("arch", "", "exec /usr/bin/tini: exec format error"),
    ("memory", "", "Minimum memory limit allowed is 6MB"),
    ("memory.none", "", "OCI runtime create failed: fork/exec /proc/self/exe: cannot allocate memory"),
    ("exec", "", 'OCI runtime exec failed: exec failed: exec: "nosuch": executable file not found in $PATH: unknown'),
    ("exec.user", "", "unable to find user nobody2: no matching entries in passwd file"),
    ("volume.in-use", "", "remove devbox-a_home: volume is in use - [518f]"),
    ("volume.not-found", "", "get devbox-a_home: no such volume"),
    ("file.not-found", "", "Could not find the file /nope in container 518f"),
    ("mount.denied", "", "Mounts denied: The path /x is not shared from the host and is not known to Docker."),
    (
        "context.missing",
        "",
        'unable to resolve docker endpoint: context "ghost": context not found: open /x: no such file',
    ),
    (
        "sock.permission",
        "",
        "Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run",
    ),
    (
        "sock.permission",
        "",
        "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock",
    ),
    ("tls", "", "malformed HTTP response. * Are you trying to connect to a TLS-enabled daemon without TLS?"),
    ("tls", "", "Client sent an HTTP request to an HTTPS server."),
    ("win.pipe", "", "error during connect: open //./pipe/docker_engine: Das System kann die Datei nicht finden."),
    (
        "env.stale-host",
        "",
        "Cannot connect to the Docker daemon at tcp://192.168.59.103:2376. Is the docker daemon running?",
    ),
    (
        "sock.missing",
        "",
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    ),
    (
        "sock.missing",
        "",
        "failed to connect to the docker API at unix:///x; check if the path is correct and if the daemon is",
    ),
    ("engine.denied", "", "authorization denied by plugin corp: not allowed"),
    ("clock", "", "E: Release file for http://x/InRelease is not valid yet (invalid for another 3h)"),
    ("vm.broken", "", "FATA[0000] error starting vm: error at 'starting': exit status 1"),
    ("wsl", "", "The command 'docker' could not be found in this WSL 2 distro."),
)


@pytest.mark.parametrize(("fault", "scope", "text"), SAMPLES, ids=[f"{n}-{s[0]}" for n, s in enumerate(SAMPLES)])
def test_each_sample_is_told_by_its_row(fault: str, scope: str, text: str) -> None:
    match = explain(text, scope)
    assert match is not None
    assert match.fault.id == fault
    error = match.error(text, {"image": "some/image:1", "name": "some-name"})
    assert error.cause == text
    assert error.cures
    for shown in (error.message, *(c.text for c in error.cures), *(c.command or "" for c in error.cures)):
        assert "\n" not in shown
        assert not re.search(r"\{\w+\}", shown)


def test_each_row_has_a_sample_and_an_id_of_its_own() -> None:
    ids = [fault.id for fault in FAULTS]
    assert len(ids) == len(set(ids))
    assert set(ids) == {fault for fault, _, _ in SAMPLES}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Bind for 127.0.0.1:8080 failed: port is already allocated", {"ip": "127.0.0.1", "port": "8080"}),
        ("listen tcp4 127.0.0.1:8080: bind: address already in use", {"ip": "127.0.0.1", "port": "8080"}),
        (
            "failed to bind host port for 0.0.0.0:80:172.17.0.2:80/tcp: address already in use",
            {"ip": "0.0.0.0", "port": "80"},
        ),
        (
            "exposing port TCP 0.0.0.0:5000 -> 0.0.0.0:0: listen tcp 0.0.0.0:5000: bind: address already in use",
            {"port": "5000"},
        ),
        ("remove my_home: volume is in use - [5]", {"volume": "my_home"}),
        ('Get "https://registry-1.docker.io/v2/": dial tcp', {"registry": "registry-1.docker.io"}),
    ],
)
def test_a_text_gives_the_words_of_its_message(text: str, words: dict[str, str]) -> None:
    match = explain(text)
    assert match is not None
    assert words.items() <= match.words.items()
    message = match.error(text).message
    assert all(word in message for name, word in words.items() if name != "ip")


def test_a_container_is_called_by_its_name_where_the_engine_says_its_id() -> None:
    match = explain("Container 518fe89a5dc459a13c2cf05e2ec67baea1c237267246d8cf0d3209f0b7134769 is not running")
    assert match is not None
    assert match.error("x", {"name": "devbox-a-1"}).message == "devbox-a-1 is not running."


def test_what_breaks_a_pull_means_nothing_elsewhere() -> None:
    assert explain("unexpected EOF") is None
    assert explain("connection refused", "pull") is not None


def test_only_what_may_go_by_itself_is_to_be_retried() -> None:
    assert {f.code for f in FAULTS if f.retryable} == {
        "engine.not_docker",
        "registry.unreachable",
        "network.in_use",
        "container.removing",
        "engine.unreachable",
    }


def test_a_person_is_told_everything_that_fits() -> None:
    found = {match.fault.id for match in explain_all("no space left on device; unexpected EOF")}
    assert {"disk.full", "registry.broken"} <= found


@given(text=st.text(max_size=300), scope=st.sampled_from(["", "pull"]))
def test_any_text_is_known_or_not(text: str, scope: str) -> None:
    match = explain(text, scope)
    assert match is None or match.error(text).code


@pytest.mark.parametrize(
    "text", ["x" * 200_000, "a:" * 100_000, '"' * 100_000, "Get https://" * 20_000, "lookup " * 30_000]
)
@pytest.mark.timeout(10)
def test_long_texts_are_searched_quickly(text: str) -> None:
    assert explain_all(text) == []
