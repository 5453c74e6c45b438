"""`devbox doctor` as it is installed, with real engines, the real docker command, and replayed old daemons."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.integration.support.box import Box
from tests.integration.support.command import Devbox, Ran
from tests.lab import Lab
from tests.lab.engine import Engine
from tests.old_engines import OldEngine

pytestmark = [pytest.mark.engine, pytest.mark.lab]

NOT_THE_SAME = "client and server don't have same version (client : 1.19, server: 1.15)"
TOO_OLD = "client version 1.32 is too old. Minimum supported API version is 1.44"


def findings(ran: Ran) -> dict[str, Any]:
    return {finding["id"]: finding for finding in ran.data["findings"]}


def failing(ran: Ran) -> dict[str, Any]:
    return {id: finding for id, finding in findings(ran).items() if finding["status"] == "fail"}


def docker_says(devbox: Devbox, **env: str) -> str:
    """What the real docker command says in the same surroundings."""
    docker = shutil.which("docker")
    assert docker is not None
    ran = subprocess.run([docker, "ps"], env={**devbox.env, **env}, capture_output=True, timeout=120, check=False)
    return ran.stderr.decode()


def explained(devbox: Devbox, text: str) -> list[str]:
    ran = devbox.json("doctor", "--explain", text)
    return [match["id"] for match in (ran.data or {"matches": []})["matches"]]


def at(devbox: Devbox, host: str) -> Devbox:
    return devbox.having(DOCKER_HOST=host)


@pytest.fixture(scope="module")
def calm(lab: Lab) -> Iterator[Engine]:
    """An engine that nobody else uses: what others' sandboxes do is none of the findings here."""
    with lab.fresh_engine("20.10") as engine:
        yield engine


@pytest.fixture
def here(devbox: Devbox, calm: Engine) -> Devbox:
    """A user of the calm engine."""
    return at(devbox, calm.docker_host)


@pytest.fixture(scope="module")
def new(lab: Lab) -> Iterator[Engine]:
    """An engine with the window of Docker 29.0."""
    with lab.fresh_engine("28.5-min144") as engine:
        yield engine


@pytest.fixture
def own(lab: Lab) -> Iterator[Engine]:
    """An engine of the test's own, to be hurt."""
    with lab.fresh_engine("20.10") as engine:
        yield engine


def test_a_healthy_engine(here: Devbox, calm: Engine) -> None:
    ran = here.json("doctor").ok()
    assert ran.data["ok"] is True
    engine = ran.data["engine"]
    assert (engine["api"], engine["min_api"], engine["provider"]) == ("1.41", "1.12", "engine")
    assert (engine["endpoint"], engine["chosen_by"], engine["context"]) == (calm.docker_host, "DOCKER_HOST", None)
    found = findings(ran)
    for id in ("engine.reachable", "api.devbox", "api.docker-cli", "api.pinned", "net.addresses", "disk.engine"):
        assert found[id]["status"] == "ok", found[id]
    assert (
        "docker CLI" in found["api.docker-cli"]["title"] and "Docker Engine 20.10" in found["api.docker-cli"]["title"]
    )
    words = here.run("doctor")
    assert words.code == 0 and words.stderr == ""
    assert words.stdout.startswith("Docker Engine 20.10.")


@pytest.mark.parametrize(("pin", "id"), [("1.99", "api.client-newer"), ("1.11", "api.client-older")])
def test_a_version_pinned_outside_the_window(here: Devbox, pin: str, id: str) -> None:
    pinned = here.having(DOCKER_API_VERSION=pin)
    said = docker_says(pinned)
    ran = pinned.json("doctor").failed("doctor.findings")
    assert set(failing(ran)) == {"api.pinned"}
    found = findings(ran)["api.pinned"]
    assert f"DOCKER_API_VERSION {pin}" in found["title"] and "1.12 to 1.41" in found["title"]
    assert found["evidence"].removeprefix("it answers: ") in said
    assert found["cures"][0]["command"] == "unset DOCKER_API_VERSION"
    assert explained(here, said) == [id]


def test_the_window_of_docker_29_against_what_is_pinned_below(devbox: Devbox, new: Engine, tmp_path: Path) -> None:
    """The second quoted error: produced by a real daemon and the real docker command, named, cured."""
    home = at(devbox, new.docker_host)
    pinned = home.having(DOCKER_API_VERSION="1.32")
    said = docker_says(pinned)
    assert TOO_OLD in said
    assert explained(devbox, said) == ["api.client-older"]
    java = Path(devbox.env["HOME"]) / ".docker-java.properties"
    java.write_text("# mine\napi.version=1.32\nregistry.username=me\n")
    ran = pinned.json("doctor").failed("doctor.findings")
    assert set(failing(ran)) == {"api.pinned", "api.docker-java"}
    assert TOO_OLD in findings(ran)["api.pinned"]["evidence"]
    for finding in failing(ran).values():
        assert "1.32" in finding["title"] and "Docker Engine 28.5" in finding["title"]
    # What lives in the shell stays a line to paste; what is a file is set, and nothing else in it.
    home.json("doctor", "--fix").failed("confirm.needed", 3)
    fixed = home.json("doctor", "--fix", "--allow", "settings", "--yes").ok()
    assert [one["id"] for one in fixed.data["repaired"]] == ["api.docker-java"]
    assert java.read_text().splitlines() == ["# mine", "api.version=1.44", "registry.username=me"]
    assert findings(home.json("doctor").ok())["api.docker-java"]["status"] == "ok"


def test_docker_1_3_answers_as_it_did(devbox: Devbox) -> None:
    """The first quoted error: a replayed daemon and the real docker command."""
    with OldEngine("1.3.3") as server:
        old = at(devbox, server.url)
        said = docker_says(old, DOCKER_API_VERSION="1.19")
        assert NOT_THE_SAME in said
        assert explained(devbox, said) == ["api.client-newer"]
        ran = old.having(DOCKER_API_VERSION="1.19").json("doctor").failed("doctor.findings")
        bad = failing(ran)
        assert {"engine.release", "api.devbox", "api.docker-cli", "api.pinned"} <= set(bad)
        assert NOT_THE_SAME in bad["api.pinned"]["evidence"]
        assert "Docker Engine 1.3.3 is too old for the docker CLI" in bad["api.docker-cli"]["title"]
        refused = old.json("status").failed("engine.api_mismatch")
        assert refused.error["cures"][-1]["command"] == "devbox doctor --fix"


def test_an_engine_that_is_hurt(devbox: Devbox, own: Engine) -> None:
    """Hung, killed with its socket left, its socket gone, something else in the socket's place: each by its name."""
    here = at(devbox, own.docker_host)

    def case() -> str:
        ran = here.json("doctor").failed("doctor.findings")
        assert ran.data["engine"] is None
        found = findings(ran)
        assert found["api.docker-cli"]["status"] == "skip"
        assert found["engine.reachable"]["cures"]
        return str(found["engine.reachable"]["case"])

    own.pause()
    assert case() == "hang"
    own.resume()
    assert findings(here.json("doctor").ok())["engine.reachable"]["status"] == "ok"
    own.kill()
    assert case() == "socket.stale"
    failed = here.json("status").failed("engine.unreachable")
    assert failed.error["cures"][-1]["command"] == "devbox doctor --fix"
    own.socket.unlink()
    assert case() == "socket.missing"
    own.socket.mkdir()
    assert case() == "socket.other"
    own.socket.rmdir()


def test_contexts_and_what_hides_them(here: Devbox, calm: Engine) -> None:
    """A dangling context is a failure, gives way to what works, and a broken one is moved away."""
    plain = replace(here, env={k: v for k, v in here.env.items() if k != "DOCKER_HOST"})
    docker = Path(here.env["HOME"]) / ".docker"
    _docker(plain, "context", "create", "lab", "--docker", f"host={calm.docker_host}")
    (docker / "config.json").write_text('{"currentContext": "ghost", "auths": {"r.example": {"auth": "dTpw"}}}')
    ran = plain.json("doctor").failed("doctor.findings")
    assert {"engine.endpoint", "context.current"} <= set(failing(ran))
    hidden = here.having(DOCKER_CONTEXT="lab").json("doctor").ok()
    assert findings(hidden)["env.docker-context"]["status"] == "warn"
    assert findings(hidden)["context.current"]["status"] == "warn"
    chosen = plain.having(DOCKER_CONTEXT="lab").json("doctor").ok()
    assert (chosen.data["engine"]["context"], chosen.data["engine"]["chosen_by"]) == ("lab", "DOCKER_CONTEXT")
    _docker(plain, "context", "use", "lab")
    meta = next((docker / "contexts" / "meta").iterdir()) / "meta.json"
    good = meta.read_text()
    meta.write_text(good[: len(good) // 2])
    broken = plain.json("doctor").failed("doctor.findings")
    assert {"engine.endpoint", "context.store"} <= set(failing(broken))
    assert findings(broken)["context.store"]["cures"][0]["automatic"] is True


def test_an_engine_that_answers_elsewhere_becomes_the_current_context(
    here: Devbox, calm: Engine, tmp_path: Path
) -> None:
    """The right endpoint is known: a context is made in the docker command's own store, and selected."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "docker.sock").symlink_to(calm.socket)
    plain = replace(here, env={k: v for k, v in here.env.items() if k != "DOCKER_HOST"})
    plain = plain.having(XDG_RUNTIME_DIR=tmp_path / "run")
    _docker(plain, "context", "create", "mine", "--docker", f"host=unix://{tmp_path}/none.sock")
    _docker(plain, "context", "use", "mine")
    looked = plain.json("doctor", "engine").failed("doctor.findings")
    cures = findings(looked)["engine.reachable"]["cures"]
    assert cures[0]["automatic"] is True and cures[0]["risk"] == "settings"
    plain.json("doctor", "engine", "--fix").failed("confirm.needed", 3)
    fixed = plain.json("doctor", "engine", "--fix", "--allow", "settings", "--yes").ok()
    assert [one["id"] for one in fixed.data["repaired"]] == ["engine.reachable"]
    assert fixed.data["engine"]["context"] in ("rootless", None)
    _docker(plain, "ps")


def _docker(devbox: Devbox, *words: str) -> None:
    docker = shutil.which("docker")
    assert docker is not None
    subprocess.run([docker, *words], env=dict(devbox.env), check=True, capture_output=True, timeout=120)


def test_a_port_that_our_own_sandbox_holds_is_ok(steady: Box) -> None:
    ports = {"DEVBOX_HTTP_PORT": str(steady.http), "DEVBOX_AGENT_PORT": str(steady.agent)}
    ran = steady.devbox.having(**ports).json("doctor", "ports").ok()
    found = findings(ran)
    assert found["ports.taken"]["status"] == "ok" or str(steady.http) not in found["ports.taken"]["title"]
    assert str(steady.http) in found["ports.taken"]["evidence"] or found["ports.taken"]["status"] == "warn"
    assert found["ports.reach"]["status"] == "ok", found["ports.reach"]


def test_a_port_that_somebody_else_holds_is_named(here: Devbox) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        found = findings(here.having(DEVBOX_HTTP_PORT=str(port)).json("doctor", "ports.taken").ok())["ports.taken"]
    assert found["status"] == "warn"
    assert str(port) in found["title"]
    assert f"(pid {os.getpid()})" in found["evidence"]


def test_deep_runs_a_container_and_leaves_nothing(here: Devbox, calm: Engine) -> None:
    ran = here.json("doctor", "--deep", "deep", "disk.engine")
    found: Mapping[str, Any] = findings(ran)
    for id in ("deep.container", "deep.port", "deep.volume", "deep.usage", "disk.engine", "deep.backends"):
        assert found[id]["status"] == "ok", found[id]
    assert found["deep.rate-limit"]["status"] in ("ok", "warn", "skip")
    assert calm.docker("ps", "--all", "--quiet") == "" and calm.docker("volume", "ls", "--quiet") == ""
    assert "devbox-doctor" not in calm.docker("network", "ls")


def test_bad_files_around_a_good_engine(here: Devbox) -> None:
    home = Path(here.env["HOME"])
    (home / ".docker").mkdir()
    (home / ".docker" / "config.json").write_text('{"credsStore": "desktop"')
    (home / ".docker-java.properties").mkdir()
    (home / ".testcontainers.properties").write_bytes(b"\xff\x00\xfe")
    ran = here.json("doctor").failed("doctor.findings")
    assert set(failing(ran)) == {"config.docker"}
    assert "Traceback" not in ran.stderr
    (home / ".docker" / "config.json").write_text('{"credsStore": "desktop", "auths": {}}')
    ran = here.json("doctor").failed("doctor.findings")
    assert set(failing(ran)) == {"config.credentials"}
    fixed = here.json("doctor", "--fix", "--allow", "settings", "--yes").ok()
    assert [one["id"] for one in fixed.data["repaired"]] == ["config.credentials"]
    assert "credsStore" not in (home / ".docker" / "config.json").read_text()
