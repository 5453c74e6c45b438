"""The version window against every client, in both directions, computed from `/version`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from devbox.doctor import clients
from devbox.doctor.diagnose import examine
from devbox.doctor.facts import EngineFacts, Libraries, Missing, Python, Tool
from devbox.doctor.host import Machine
from devbox.doctor.model import Finding
from devbox.engine.window import ENGINES, parse_api
from tests.unit.doctor.facts import PLAIN, engine, facts, one, settings, silent, where

D13 = engine("1.3.3", "1.15", None)
D112 = engine("1.12.6", "1.24", None)
D2010 = engine("20.10.24", "1.41", "1.12")
D24 = engine("24.0.9", "1.43", "1.12")
D28 = engine("28.5.1", "1.51", "1.24")
D290 = engine("29.0.1", "1.52", "1.44")
D293 = engine("29.3.0", "1.54", "1.40")
PODMAN = replace(D2010, version={**D2010.version, "Version": "5.7.0", "Components": [{"Name": "Podman Engine"}]})


def cli(release: str, about: EngineFacts) -> Finding:
    return one("api.docker-cli", facts(engine=about, tools=(Tool("docker", "/usr/bin/docker", release),)))


@pytest.mark.parametrize(
    ("release", "about", "status"),
    [
        ("1.7.1", D2010, "ok"),  # pinned at 1.19, which 20.10 still takes
        ("1.7.1", D28, "fail"),
        ("1.12.6", D28, "ok"),
        ("1.12.6", D13, "fail"),
        ("17.09.1-ce", D290, "fail"),
        ("19.03.15", D28, "ok"),
        ("19.03.15", D290, "fail"),
        ("19.03.15", D293, "ok"),
        ("20.10.24+dfsg1", D293, "ok"),
        ("24.0.9", D290, "fail"),
        ("25.0.0", D290, "ok"),
        ("28.2.2", D13, "fail"),
        ("28.2.2", D112, "ok"),
        ("28.2.2", D290, "ok"),
        ("29.0.0", D2010, "fail"),
        ("29.2.1", D24, "fail"),
        ("29.2.1", PODMAN, "fail"),
        ("29.2.1", D28, "ok"),
        ("29.3.0", D2010, "ok"),
        ("29.7.0", engine("19.03.15", "1.40", "1.12"), "ok"),
        ("29.7.0", engine("18.09.9", "1.39", "1.12"), "fail"),
    ],
)
def test_the_docker_command(release: str, about: EngineFacts, status: str) -> None:
    found = cli(release, about)
    assert found.status == status, found
    if status == "fail":
        assert about.name in found.title and f"docker CLI {release}" in found.title
        assert found.cures


def test_which_side_is_too_old_decides_the_cure() -> None:
    old_engine, old_client = cli("29.0.0", D2010), cli("19.03.15", D290)
    assert old_engine.title.startswith("Docker Engine 20.10.24 is too old for the docker CLI 29.0.0")
    assert [cure.id for cure in old_engine.cures] == ["engine.update", "engine.recreate"]
    assert old_client.title.startswith("the docker CLI 19.03.15 is too old for Docker Engine 29.0.1")
    assert [cure.automatic for cure in old_client.cures] == [False, False]
    assert "DOCKER_MIN_API_VERSION=1.40" in old_client.cures[1].text
    assert cli("29.2.1", PODMAN).title.startswith("Podman 5.7.0 is too old")


@pytest.mark.parametrize(
    ("programs", "release", "command"),
    [
        (("apt-get",), "20.10.24+dfsg1", "install --only-upgrade docker.io"),
        (("apt-get",), "20.10.24", "install --only-upgrade docker-ce"),
        ((), "20.10.24", ""),
    ],
)
def test_an_engine_of_this_machine_is_updated_by_its_packages(
    programs: tuple[str, ...], release: str, command: str, tmp_path: Path
) -> None:
    about = facts(engine=engine(release, "1.41", "1.12"), tools=(Tool("docker", "/d", "29.0.0"),), programs=programs)
    found = {finding.id: finding for finding in examine(Machine({}, tmp_path, "linux"), about).findings}
    cure = found["api.docker-cli"].cures[0]
    assert not cure.automatic and "packages" in cure.text
    assert command in (cure.command or "")


def test_a_remote_engine_is_updated_where_it_runs(tmp_path: Path) -> None:
    about = facts(engine=D2010, tools=(Tool("docker", "/d", "29.0.0"),), where=where("ssh://pc", publish=None))
    found = {finding.id: finding for finding in examine(Machine({}, tmp_path, "linux"), about).findings}
    assert [(cure.text, cure.command) for cure in found["api.docker-cli"].cures] == [
        ("Update the engine in place where it runs.", None)
    ]


@pytest.mark.parametrize(("name", "high", "low"), ENGINES)
def test_every_release_of_the_table_against_devbox_itself(name: str, high: str, low: str | None) -> None:
    about = engine(f"{name}.0", high, low)
    top, floor = parse_api(high), parse_api("1.24")
    assert top and floor
    status = "ok" if top >= floor else "fail"
    assert one("api.devbox", facts(engine=about)).status == status
    assert one("engine.release", facts(engine=about)).status == status
    window = clients.cli_window(f"{name}.0")
    assert window is not None and window.high == top


def test_the_first_quoted_error_is_seen_before_anybody_meets_it() -> None:
    """Client and server don't have same version (client : 1.19, server: 1.15)."""
    about = facts(engine=replace(D13, pinned="client and server don't have same version (client : 1.19, server: 1.15)"),
                  env={"DOCKER_API_VERSION": "1.19"})  # fmt: skip
    found = one("api.pinned", about)
    assert found.status == "fail"
    assert found.title == "DOCKER_API_VERSION 1.19 is above what Docker Engine 1.3.3 speaks (1.12 to 1.15)"
    assert "client and server don't have same version" in found.evidence
    devbox = one("api.devbox", about)
    assert devbox.status == "fail" and "Docker Engine 1.3.3 is too old for devbox' Docker SDK 7.2.0" in devbox.title
    assert [cure.id for cure in devbox.cures] == ["engine.update", "engine.recreate"]


def test_the_second_quoted_error_is_seen_before_anybody_meets_it() -> None:
    """Client version 1.32 is too old. Minimum supported API version is 1.44."""
    about = facts(
        engine=D290, settings=settings(docker_java={"api.version": "1.32"}), env={"DOCKER_API_VERSION": "1.32"}
    )
    pinned, java = one("api.pinned", about), one("api.docker-java", about)
    assert pinned.status == java.status == "fail"
    assert pinned.title == "DOCKER_API_VERSION 1.32 is below what Docker Engine 29.0.1 speaks (1.44 to 1.52)"
    assert pinned.cures[0].command == "unset DOCKER_API_VERSION"
    assert java.cures[0].id == "properties.set"
    assert java.cures[0].about == (str(PLAIN.docker_java.path), "api.version", "1.44")


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("", "ok"),
        ("1.44", "ok"),
        ("1.24", "ok"),
        ("1.51", "ok"),
        ("1.23", "fail"),
        ("1.52", "fail"),
        ("1.9", "fail"),
        ("latest", "fail"),
        ("v1.44", "fail"),
    ],
)
def test_a_pinned_version(value: str, status: str) -> None:
    assert one("api.pinned", facts(env={"DOCKER_API_VERSION": value} if value else {})).status == status


def test_what_cannot_be_compared_is_skipped() -> None:
    about = facts(engine=silent("hang"), env={"DOCKER_API_VERSION": "1.44"}, tools=Missing("it took too long"))
    skipped = ("api.devbox", "engine.release", "api.pinned", "api.docker-cli", "api.compose", "api.buildx")
    assert {one(id, about).status for id in skipped} == {"skip"}
    assert one("api.docker-cli", about).evidence == "it took too long"


@pytest.mark.parametrize(
    ("name", "release", "about", "status"),
    [
        ("docker-compose", "1.29.2", D2010, "ok"),
        ("docker-compose", "1.29.2", D293, "fail"),
        ("docker-compose", "2.3.3", D290, "fail"),
        ("compose", "2.23.3", D290, "fail"),
        ("compose", "2.24.0", D290, "ok"),
        ("compose", "2.40.3", D13, "fail"),
        ("compose", "5.1.0", D2010, "fail"),
        ("compose", "5.1.4", D2010, "ok"),
        ("compose", "v2.26.1-desktop.1", D28, "ok"),
        ("compose", "what", D28, "skip"),
    ],
)
def test_compose(name: str, release: str, about: EngineFacts, status: str) -> None:
    found = one("api.compose", facts(engine=about, tools=(Tool(name, "/bin/x", release),)))
    assert found.status == status, found


@pytest.mark.parametrize(
    ("release", "compose", "status"),
    [("0.12.0", "", "ok"), ("0.12.0", "2.40.0", "warn"), ("0.17.0", "2.40.0", "ok"), ("0.10.2", "1.29.2", "ok")],
)
def test_buildx(release: str, compose: str, status: str) -> None:
    tools = (Tool("buildx", "/bin/docker", release), *((Tool("compose", "/bin/docker", compose),) if compose else ()))
    assert one("api.buildx", facts(engine=D2010, tools=tools)).status == status


def test_a_client_that_does_not_run_is_a_warning() -> None:
    found = one("api.docker-cli", facts(tools=(Tool("docker", "/bin/docker", "", "Exec format error"),)))
    assert found.status == "warn" and "Exec format error" in found.evidence


@pytest.mark.parametrize(
    ("versions", "pin", "about", "status"),
    [
        ((), "", D290, "ok"),
        (("1.19.8",), "", D28, "ok"),
        (("1.19.8",), "", D290, "fail"),
        (("1.19.8", "2.0.1"), "", D290, "fail"),
        (("1.19.8", "2.0.2"), "", D290, "warn"),
        (("2.0.2",), "", D290, "ok"),
        (("1.19.8",), "1.44", D290, "ok"),
        (("1.19.8",), "", D13, "fail"),
        (("1.19.8",), "", silent("hang"), "skip"),
    ],
)
def test_testcontainers(versions: tuple[str, ...], pin: str, about: EngineFacts, status: str) -> None:
    java = settings(docker_java={"api.version": pin}) if pin else PLAIN
    found = one("api.testcontainers", facts(engine=about, libraries=Libraries(versions), settings=java))
    assert found.status == status, found
    if status == "fail" and about is D290:
        assert "Testcontainers" in found.title and "Docker Engine 29.0.1" in found.title
        assert found.cures[1].id == "properties.set"


@pytest.mark.parametrize(
    ("docker", "requests", "status"),
    [("7.0.0", "2.32.0", "fail"), ("7.0.0", "2.31.0", "ok"), ("7.1.0", "2.32.3", "ok"), ("", "2.32.3", "fail")],
)
def test_the_sdk_and_its_neighbours(docker: str, requests: str, status: str) -> None:
    found = one("sdk.neighbours", facts(python=Python(docker, requests, "2.2")))
    assert found.status == status
    if status == "fail":
        assert "pip install" in (found.cures[0].command or "")


def test_docker_java_without_a_version_and_a_broken_file() -> None:
    assert one("api.docker-java", facts(settings=settings(docker_java={}))).status == "ok"
    assert one("api.docker-java", facts(settings=settings(docker_java="a folder is in its place"))).status == "warn"
    nonsense = one("api.docker-java", facts(settings=settings(docker_java={"api.version": "newest"})))
    assert nonsense.status == "fail" and nonsense.cures[0].id == "config.drop-key"
