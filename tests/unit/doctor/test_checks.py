"""The other checks, on every platform: pure functions over facts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devbox.doctor.facts import (
    Deep,
    Disks,
    Firewall,
    Missing,
    OtherEngine,
    Ports,
    StoredContext,
    Things,
    Tool,
    Trial,
)
from devbox.doctor.host import Listener, Space
from devbox.engine.api import Container, Publish
from devbox.sandbox import labels
from tests.unit.doctor.facts import GB, HEALTHY, INFO, NOW, engine, facts, one, settings, silent, where

COLIMA = StoredContext("colima", "unix:///home/u/.colima/default/docker.sock", Path("/m/1"))
DIGEST = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
BROKEN = StoredContext("gone", "", Path(f"/m/{DIGEST}"), "it is no JSON: line 1")
NAMELESS = StoredContext(DIGEST, "", Path(f"/m/{DIGEST}"), "it is no JSON: line 1")
HOST = {"DOCKER_HOST": "tcp://192.168.59.103:2376"}
OTHER = OtherEngine("unix:///var/run/docker.sock", "default", stored=False)

ROWS: list[tuple[str, str, dict[str, Any]]] = [
    # The environment against contexts
    ("env.docker-host", "ok", {}),
    ("env.docker-host", "ok", {"env": HOST, "where": where("tcp://192.168.59.103:2376")}),
    ("env.docker-host", "warn", {"env": HOST, "settings": settings(config={"currentContext": "colima"})}),
    ("env.docker-host", "warn", {"env": {"DOCKER_TLS_VERIFY": "1"}}),
    ("env.docker-host", "ok", {"env": HOST, "where": where("unix:///x", "--host"), "engine": silent("hang")}),
    (
        "env.docker-host",
        "fail",
        {"env": HOST, "engine": silent("silent-host"), "where": where("tcp://192.168.59.103:2376")},
    ),
    (
        "env.docker-host",
        "fail",
        {"env": HOST, "engine": silent("refused"), "where": where("tcp://10.1.2.3:2375"), "others": (OTHER,)},
    ),
    (
        "env.docker-host",
        "fail",
        {
            "env": {**HOST, "DOCKER_MACHINE_NAME": "default"},
            "engine": silent("refused"),
            "where": where("tcp://10.1.2.3:2376"),
        },
    ),
    ("env.docker-host", "skip", {"env": HOST, "engine": silent("refused"), "where": where("tcp://10.1.2.3:2375")}),
    ("env.docker-context", "ok", {}),
    ("env.docker-context", "warn", {"env": {**HOST, "DOCKER_CONTEXT": "colima"}}),
    ("env.docker-context", "fail", {"env": {"DOCKER_CONTEXT": "ghost"}}),
    ("env.docker-context", "ok", {"env": {"DOCKER_CONTEXT": "default"}}),
    ("env.docker-context", "ok", {"env": {"DOCKER_CONTEXT": "colima"}, "settings": settings(contexts=(COLIMA,))}),
    ("env.docker-context", "skip", {"env": {"DOCKER_CONTEXT": "x"}, "settings": Missing("it took too long")}),
    ("context.current", "ok", {}),
    ("context.current", "ok", {"settings": settings(config={"currentContext": "default"})}),
    ("context.current", "ok", {"settings": settings(config={"currentContext": "colima"}, contexts=(COLIMA,))}),
    ("context.current", "fail", {"settings": settings(config={"currentContext": "colima"})}),
    ("context.current", "warn", {"env": HOST, "settings": settings(config={"currentContext": "colima"})}),
    ("context.current", "fail", {"settings": settings(config={"currentContext": ["colima"]})}),
    ("context.current", "skip", {"settings": settings(config="it is no JSON")}),
    ("context.store", "ok", {"settings": settings(contexts=(COLIMA,))}),
    ("context.store", "warn", {"settings": settings(contexts=(COLIMA, BROKEN))}),
    ("context.store", "warn", {"settings": settings(contexts=(NAMELESS,))}),
    ("context.store", "fail", {"settings": settings(contexts=(BROKEN,), config={"currentContext": "gone"})}),
    ("context.store", "fail", {"settings": settings(contexts=(BROKEN,)), "env": {"DOCKER_CONTEXT": "gone"}}),
    ("config.docker", "ok", {}),
    ("config.docker", "ok", {"settings": settings(config={"auths": {}})}),
    ("config.docker", "fail", {"settings": settings(config="it is no JSON")}),
    ("config.daemon", "ok", {"settings": settings(daemon={"debug": True})}),
    ("config.daemon", "warn", {"settings": settings(daemon="it is no JSON")}),
    ("config.daemon", "fail", {"settings": settings(daemon="it is no JSON"), "engine": silent("socket.missing")}),
    ("config.daemon", "skip", {"settings": settings(daemon="it cannot be read: Permission denied")}),
    ("config.credentials", "ok", {"helpers": {"pass": "/usr/bin/docker-credential-pass"}}),
    (
        "config.credentials",
        "fail",
        {"helpers": {"desktop": None}, "settings": settings(config={"credsStore": "desktop"})},
    ),
    (
        "config.credentials",
        "warn",
        {"helpers": {"desktop": None}, "settings": settings(config={"credsStore": "desktop"}), "tools": ()},
    ),
    ("engine.backend", "skip", {}),
    ("engine.backend", "ok", {"backend": "Colima"}),
    # The engine's machine
    ("engine.clock", "ok", {}),
    ("engine.clock", "ok", {"engine": replace(engine(), skew=-9.0)}),
    ("engine.clock", "warn", {"engine": replace(engine(), skew=-3700.0)}),
    ("engine.clock", "warn", {"engine": replace(engine(), skew=60.0)}),
    ("engine.clock", "skip", {"engine": replace(engine(), skew=None)}),
    ("engine.clock", "skip", {"engine": silent("hang")}),
    ("engine.memory", "ok", {}),
    ("engine.memory", "warn", {"engine": engine(MemTotal=GB)}),
    ("engine.memory", "fail", {"engine": engine(MemTotal=GB // 4)}),
    ("engine.memory", "skip", {"engine": engine(MemTotal="much")}),
    ("engine.memory", "skip", {"engine": engine(MemTotal=0)}),
    ("engine.memory", "skip", {"engine": replace(engine(), info=Missing("/info: HTTP 500"))}),
    ("engine.cpus", "ok", {}),
    ("engine.cpus", "warn", {"engine": engine(NCPU=1)}),
    ("engine.cpus", "skip", {"engine": engine(NCPU=None)}),
    ("engine.processor", "ok", {}),
    ("engine.processor", "ok", {"engine": engine(Architecture="aarch64"), "machine": "arm64", "platform": "darwin"}),
    ("engine.processor", "warn", {"machine": "arm64", "platform": "darwin"}),
    ("engine.processor", "ok", {"machine": "arm64", "where": where("ssh://pc", publish=None, reach="pc")}),
    ("engine.processor", "fail", {"engine": engine(Architecture="armv7l")}),
    ("engine.processor", "fail", {"engine": engine(OSType="windows"), "platform": "win32"}),
    ("engine.processor", "skip", {"engine": engine(Architecture="")}),
    ("engine.cgroup", "ok", {}),
    ("engine.cgroup", "warn", {"engine": engine(CgroupVersion="1")}),
    ("engine.cgroup", "warn", {"engine": engine(CgroupVersion=None, CgroupDriver="cgroupfs")}),
    ("engine.cgroup", "skip", {"engine": engine(CgroupVersion=7)}),
    ("disk.engine", "ok", {}),
    ("disk.engine", "warn", {"disks": Disks(None, Space(100 * GB, 3 * GB))}),
    ("disk.engine", "fail", {"disks": Disks(None, Space(100 * GB, 1000))}),
    ("disk.engine", "skip", {"disks": Disks(Space(1, 1), None)}),
    ("disk.engine", "skip", {"engine": silent("hang")}),
    ("disk.home", "ok", {}),
    ("disk.home", "warn", {"disks": Disks(Space(100 * GB, GB // 2))}),
    ("disk.home", "fail", {"disks": Disks(Space(100 * GB, 1000))}),
    ("disk.home", "skip", {"disks": Disks(None)}),
    ("disk.home", "skip", {"disks": Missing("it took too long")}),
    # Networks
    ("net.addresses", "ok", {}),
    ("net.addresses", "skip", {"things": Missing("the engine does not answer")}),
    ("net.firewall", "ok", {"firewall": Firewall()}),
    ("net.firewall", "fail", {"firewall": Firewall(("DOCKER (nat)",))}),
    ("net.firewall", "skip", {"firewall": Missing("only root may look at iptables")}),
    ("net.registry", "ok", {}),
    ("net.registry", "ok", {"registries": {"http://mirror:5000": "", "registry-1.docker.io": ""}}),
    ("net.registry", "ok", {"registries": {"http://mirror:5000": "", "registry-1.docker.io": "no way"}}),
    ("net.registry", "warn", {"registries": {"http://mirror:5000": "refused", "registry-1.docker.io": ""}}),
    ("net.registry", "warn", {"registries": {"registry-1.docker.io": "Name or service not known"}}),
    ("net.registry", "skip", {"registries": {"registry-1.docker.io": "timed out"}}),
    ("net.registry", "skip", {"registries": Missing("a proxy")}),
    ("net.proxy", "ok", {}),
    ("net.proxy", "warn", {"env": {"HTTPS_PROXY": "http://proxy:3128"}}),
    ("net.proxy", "warn", {"settings": settings(config={"proxies": {"default": {"httpsProxy": "http://proxy"}}})}),
    ("net.proxy", "ok", {"env": {"https_proxy": "http://p"}, "engine": engine(HttpsProxy="http://p")}),
    ("net.proxy", "skip", {"env": {"https_proxy": "http://p"}, "engine": silent("hang")}),
    ("net.exposed", "ok", {}),
    ("net.exposed", "warn", {"engine": engine("20.10.24", "1.41", "1.12")}),
    ("net.exposed", "ok", {"engine": engine("27.5.1", "1.47", "1.24"), "platform": "darwin"}),
    ("net.exposed", "ok", {"engine": engine("27.5.1", "1.47", "1.24", OperatingSystem="Docker Desktop")}),
    # Ports
    ("ports.reserved", "ok", {}),
    ("ports.reserved", "ok", {"platform": "win32", "ports": Ports({8080: "pages"}, {}, (), ((50000, 50059),))}),
    ("ports.reserved", "warn", {"platform": "win32", "ports": Ports({50000: "agents"}, {}, (), ((50000, 50059),))}),
    ("ports.airplay", "ok", {"ports": Ports({5000: "pages"}, {5000: "in use"}, ())}),
    ("ports.airplay", "ok", {"platform": "darwin"}),
    ("ports.airplay", "warn", {"platform": "darwin", "ports": Ports({5000: "pages"}, {5000: "in use"}, ())}),
    (
        "ports.airplay",
        "warn",
        {"platform": "darwin", "ports": Ports({7000: "pages"}, {}, (Listener("0.0.0.0", 7000, 1, "ControlCe"),))},
    ),
    ("ports.taken", "ok", {}),
    ("ports.taken", "skip", {"where": where("tcp://192.168.59.103:2376", publish="192.168.59.103")}),
    ("ports.taken", "skip", {"where": where("ssh://pc", publish=None)}),
    ("ports.reach", "ok", {}),
    ("ports.reach", "skip", {"things": Missing("the engine does not answer")}),
    ("devbox.leftovers", "ok", {}),
    # Deep
    ("deep.container", "skip", {}),
    ("deep.port", "skip", {}),
    ("deep.volume", "skip", {}),
    ("deep.usage", "skip", {}),
    ("deep.rate-limit", "skip", {}),
    ("deep.backends", "skip", {}),
]


@pytest.mark.parametrize(("id", "status", "changes"), ROWS)
def test_a_check(id: str, status: str, changes: dict[str, Any]) -> None:
    found = one(id, facts(**changes))
    assert found.status == status, found
    assert found.title
    if status == "skip":
        assert found.evidence, "a skip without its reason"
    if status in ("warn", "fail") and id not in ("engine.processor",):
        assert found.cures, found


def test_every_check_is_in_the_table_of_its_tests() -> None:
    from devbox.doctor.checks import CHECKS

    elsewhere = {"engine.endpoint", "engine.reachable", "engine.release", "sdk.neighbours"}
    covered = {id for id, _, _ in ROWS} | elsewhere
    assert {check.id for check in CHECKS if not check.id.startswith("api.")} == covered


def test_what_a_stale_docker_host_says() -> None:
    found = one("env.docker-host", facts(env=HOST, engine=silent("silent-host"), where=where(HOST["DOCKER_HOST"])))
    assert "stale" in found.title
    assert found.cures[0].command == "unset DOCKER_HOST DOCKER_TLS_VERIFY DOCKER_CERT_PATH"
    assert not found.cures[0].automatic


def test_a_dangling_context_gives_way_to_an_engine_that_answers() -> None:
    gone = settings(config={"currentContext": "desktop-linux"}, contexts=(COLIMA,))
    other = OtherEngine(COLIMA.host, "colima", stored=True)
    found = one("context.current", facts(settings=gone, others=(other,)))
    assert [(cure.id, cure.about) for cure in found.cures] == [
        ("context.use", ("colima",)),
        ("context.use", ("default",)),
    ]
    assert found.evidence == "there are: default, colima"


def test_a_broken_context_is_moved_away_where_its_name_is_known() -> None:
    known = one("context.store", facts(settings=settings(contexts=(BROKEN,))))
    assert (known.cures[0].id, known.cures[0].about) == ("context.remove", ("gone",))
    unknown = one("context.store", facts(settings=settings(contexts=(NAMELESS,))))
    assert not unknown.cures[0].automatic and DIGEST in (unknown.cures[0].command or "")


def test_a_missing_helper_is_taken_out_of_the_settings_key_by_key() -> None:
    config = {"credsStore": "desktop", "credHelpers": {"gcr.io": "gcloud", "quay.io": "pass"}}
    helpers = {"desktop": None, "gcloud": None, "pass": "/usr/bin/docker-credential-pass"}
    found = one("config.credentials", facts(settings=settings(config=config), helpers=helpers))
    path = str(HEALTHY.settings.config.path) if not isinstance(HEALTHY.settings, Missing) else ""
    assert [cure.about for cure in found.cures] == [(path, "credsStore"), (path, "credHelpers", "gcr.io")]
    assert "docker-credential-desktop and docker-credential-gcloud are not on PATH" in found.title


# Networks


def network(subnet: str, **more: Any) -> dict[str, Any]:
    return {"Name": "n", "IPAM": {"Config": [{"Subnet": subnet}]}, **more}


@pytest.mark.parametrize(("taken", "status"), [(0, "ok"), (28, "ok"), (29, "warn"), (30, "warn"), (31, "fail")])
def test_dockers_own_address_pools_hold_31_networks(taken: int, status: str) -> None:
    subnets = [f"172.{second}.0.0/16" for second in range(17, 32)] + [f"192.168.{n * 16}.0/20" for n in range(16)]
    things = Things(networks=tuple(network(subnet) for subnet in subnets[:taken]))
    found = one("net.addresses", facts(things=things))
    assert found.status == status
    assert f"{31 - taken} of 31" in found.evidence


def test_pools_of_daemon_json_and_odd_networks() -> None:
    info = {"DefaultAddressPools": [{"Base": "10.0.0.0/24", "Size": 26}, {"Base": "what", "Size": 1}, 7]}
    odd = (
        {"IPAM": None},
        {"IPAM": {"Config": [None, {"Subnet": "fd00::/64"}, {"Subnet": "?"}]}},
        network("10.0.0.0/16"),
    )
    found = one("net.addresses", facts(engine=engine(**info), things=Things(networks=odd)))
    assert (found.status, found.evidence) == ("fail", "3 networks, 0 of 4 ranges are free")


# Ports


def container(name: str, *ports: int, ours: bool = True, ip: str = "127.0.0.1", **more: Any) -> Container:
    marks = {labels.STACK: "jenkins", labels.NAME: "a", labels.COMPOSE_SERVICE: "jenkins"} if ours else {}
    published = tuple(Publish(8080, ip, port) for port in ports)
    made = {"state": "running", "created": NOW - 3600, "exit_code": None, "health": "none", **more}
    return Container("id", name, "image", "sha256:0", marks, ports=published, **made)


WANTED = {8080: "the pages of jenkins"}


def test_a_port_that_our_own_sandbox_holds_is_fine() -> None:
    things = Things((container("devbox-a-jenkins-1", 8080),))
    found = one("ports.taken", facts(ports=Ports(WANTED, {8080: "in use"}, ()), things=things))
    assert found.status == "ok" and "devbox-a-jenkins-1" in found.evidence


@pytest.mark.parametrize(
    ("things", "listeners", "who"),
    [
        (Things((container("web", 8080, ours=False, ip="0.0.0.0"),)), (), "container web"),
        (Things(), (Listener("0.0.0.0", 8080, 4711, "java"),), "java (pid 4711)"),
        (Things(), (Listener("0.0.0.0", 8080),), "a program of another user"),
        (Things(), (), "in use"),
    ],
)
def test_who_has_a_port(things: Things, listeners: tuple[Listener, ...], who: str) -> None:
    found = one("ports.taken", facts(ports=Ports(WANTED, {8080: "in use"}, listeners), things=things))
    assert found.status == "warn"
    assert found.title == "taken ports: 8080 (the pages of jenkins)"
    assert found.evidence == f"8080: {who}"


@pytest.mark.parametrize(
    ("platform", "command"),
    [("linux", "ss -ltnp"), ("darwin", "lsof -nP"), ("win32", "netstat -ano")],
)
def test_how_to_see_who_has_it(platform: str, command: str) -> None:
    found = one("ports.taken", facts(platform=platform, ports=Ports(WANTED, {8080: "in use"}, ())))
    assert (found.cures[0].command or "").startswith(command)


def test_a_running_sandbox_that_is_not_reached() -> None:
    ports = replace(Ports(WANTED, {}, ()), answers={("127.0.0.1", 8080): "Connection refused"})
    found = one("ports.reach", facts(ports=ports))
    assert found.status == "fail" and "127.0.0.1:8080" in found.title
    assert [cure.id for cure in found.cures] == ["ports.forward", "engine.restart"]
    assert found.cures[0].about == ("8080",)


@pytest.mark.parametrize(("refused", "status"), [({}, "warn"), ({8080: "in use"}, "ok")])
def test_a_vms_ports_and_localhost(refused: dict[int, str], status: str) -> None:
    there = where("tcp://192.168.59.103:2376", publish="192.168.59.103", reach="192.168.59.103")
    ports = replace(Ports(WANTED, refused, ()), answers={("192.168.59.103", 8080): ""})
    found = one("ports.reach", facts(ports=ports, where=there))
    assert found.status == status
    if status == "warn":
        assert found.cures[0].about == ("8080",)


# Leftovers


def _network(name: str, created: str) -> dict[str, Any]:
    marks = {labels.STACK: "jenkins", labels.NAME: name}
    return {"Name": f"devbox-{name}_default", "Labels": marks, "Created": created}


def test_leftovers_are_named_and_what_may_be_at_work_is_left() -> None:
    helper, young = "devbox-a-helper-1", "devbox-a-helper-2"
    things = Things(
        (
            container("devbox-a-jenkins-1"),
            container("devbox-a-jenkins-1_old", state="exited"),
            container(helper, state="created"),
            container(young, state="created", created=NOW - 60),
            container("somebody-elses", ours=False, state="exited"),
        ),
        (
            _network("b", "2020-01-01T00:00:00Z"),
            _network("a", "2020-01-01T00:00:00Z"),
            {"Name": "other", "Labels": None},
            _network("c", "?"),
        ),
    )
    found = one("devbox.leftovers", facts(things=things))
    assert found.status == "warn"
    assert found.cures[0].id == "leftovers.remove"
    assert found.cures[0].about == (
        "container devbox-a-jenkins-1_old",
        f"container {helper}",
        "network devbox-b_default",
    )


# Deep


def deep(**changes: Any) -> Deep:
    usage = {"LayersSize": 3 * GB, "Volumes": [{"UsageData": {"Size": GB}}, None], "BuildCache": None}
    done = Deep(usage, {}, Trial("", "", "", Space(60 * GB, 50 * GB)), ("Colima: stopped",))
    return replace(done, **changes)


@pytest.mark.parametrize(
    ("id", "status", "changes"),
    [
        ("deep.container", "ok", {}),
        ("deep.container", "fail", {"trial": Missing("exec format error")}),
        ("deep.container", "skip", {"trial": Missing("the engine does not answer", known=True)}),
        ("deep.container", "fail", {"trial": Trial("it printed nothing", "", "")}),
        ("deep.port", "ok", {}),
        ("deep.port", "fail", {"trial": Trial("", "127.0.0.1:1: refused", "")}),
        ("deep.port", "skip", {"trial": Trial("", "not tried: nothing is published on a remote engine", "")}),
        ("deep.volume", "fail", {"trial": Trial("", "", "the file is not in the volume")}),
        ("deep.usage", "ok", {}),
        ("deep.usage", "skip", {"usage": Missing("HTTP 500")}),
        ("deep.rate-limit", "ok", {}),
        ("deep.rate-limit", "ok", {"rate": {"ratelimit-limit": "100;w=21600", "ratelimit-remaining": "76;w=21600"}}),
        ("deep.rate-limit", "warn", {"rate": {"ratelimit-remaining": "3;w=21600"}}),
        ("deep.rate-limit", "warn", {"rate": {"ratelimit-remaining": "0;w=21600"}}),
        ("deep.rate-limit", "skip", {"rate": Missing("no network")}),
        ("deep.backends", "ok", {}),
        ("disk.engine", "ok", {}),
        ("disk.engine", "fail", {"trial": Trial("", "", "", Space(60 * GB, 0))}),
    ],
)
def test_deep(id: str, status: str, changes: dict[str, Any]) -> None:
    found = one(id, facts(deep=deep(**changes)))
    assert found.status == status, found


def test_what_takes_the_space() -> None:
    assert one("deep.usage", facts(deep=deep())).evidence == "images 3.0 GB, volumes 1.0 GB, build cache 0.0 GB"


def test_a_check_that_stumbles_is_skipped_and_the_others_go_on() -> None:
    from devbox.doctor.diagnose import examine
    from devbox.doctor.host import Machine

    mad = facts(engine=engine(SecurityOptions=7, Name=3), tools=(Tool("docker", "/bin/docker", "28.2.2"),), things=None)
    found = examine(Machine({}, Path("/nonexistent")), mad).findings
    assert {f.id for f in found if f.status == "skip"} >= {"net.addresses", "devbox.leftovers"}
    assert "ok" in {f.status for f in found}
    assert INFO["NCPU"] == 8
