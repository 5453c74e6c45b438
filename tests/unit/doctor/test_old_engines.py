"""Replayed daemons of every range of releases: found out from `/version`, refusing a pinned client in their words."""

from __future__ import annotations

from pathlib import Path

import pytest

from devbox.doctor.diagnose import Diagnosis, diagnose
from devbox.doctor.host import Machine
from devbox.doctor.model import Finding
from devbox.doctor.report import explained
from tests.old_engines import OLD, OldEngine


def look(server: OldEngine, home: Path, pin: str = "") -> dict[str, Finding]:
    env = {"DOCKER_HOST": server.url, "PATH": "", **({"DOCKER_API_VERSION": pin} if pin else {})}
    diagnosis: Diagnosis = diagnose(Machine(env, home), checks=("engine", "versions"))
    return {finding.id: finding for finding in diagnosis.findings}


@pytest.mark.parametrize("release", OLD)
def test_a_release_is_known_by_what_it_says(release: str, tmp_path: Path) -> None:
    with OldEngine(release) as server:
        found = look(server, tmp_path)
    assert found["engine.reachable"].status == "ok"
    old = tuple(map(int, OLD[release].api.split("."))) < (1, 24)
    assert found["api.devbox"].status == ("fail" if old else "ok")
    if old:
        assert release in found["api.devbox"].title and "devbox' Docker SDK" in found["api.devbox"].title


@pytest.mark.parametrize("release", OLD)
@pytest.mark.parametrize(("pin", "id"), [("1.99", "api.client-newer"), ("1.9", "api.client-older")])
def test_a_pinned_client_is_outside_and_the_refusal_is_explained(
    release: str, pin: str, id: str, tmp_path: Path
) -> None:
    with OldEngine(release) as server:
        found = look(server, tmp_path, pin)["api.pinned"]
    assert found.status == "fail"
    assert pin in found.title and release in found.title
    said = OLD[release].refuses(pin)
    if said:
        assert said in found.evidence
        assert [match["id"] for match in explained(said)] == [id]
        assert [match["id"] for match in explained(f"Error response from daemon: {said}")] == [id]
