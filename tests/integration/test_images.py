"""Images: pulled, present, moved; a registry that refuses, breaks or is gone."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.support.box import Box
from tests.integration.support.command import Devbox
from tests.integration.support.docker import Docker
from tests.integration.support.registry import Gate, foreign_platform_image, push, unique_image
from tests.lab import Lab

pytestmark = [pytest.mark.engine, pytest.mark.lab]


@pytest.fixture
def gate(lab: Lab) -> Iterator[Gate]:
    """A registry of one's own."""
    with Gate.before(lab.registry.address) as found:
        yield found


@pytest.fixture
def image(gate: Gate, docker: Docker, lab: Lab) -> Iterator[str]:
    """An image in that registry which the engine does not have."""
    name = unique_image(docker, lab.registry.address, gate.address)
    yield name
    docker.forget(name)


@dataclass(frozen=True)
class Tag:
    """A tag of one's own, which means one Jenkins or another."""

    docker: Docker
    ref: str

    def means(self, version: str, *, pushed: bool) -> str:
        """Let it mean this version here, and in the registry too; gives the image's id."""
        identity = self.docker.have(f"jenkins/jenkins:{version}")
        repository, _, tag = self.ref.rpartition(":")
        self.docker.api.tag(identity, repository, tag)
        if pushed:
            push(self.docker, repository, tag)
        return identity


@pytest.fixture
def tag(docker: Docker, lab: Lab) -> Iterator[Tag]:
    """`.../mine:lts`, in the lab's registry."""
    made = Tag(docker, f"{lab.registry.address}/e2e/{secrets.token_hex(6)}:lts")
    yield made
    docker.forget(made.ref)


def test_pull_fetches_an_image_and_says_so(devbox: Devbox, docker: Docker, image: str) -> None:
    ran = devbox.having(DEVBOX_IMAGE=image).json("pull", "jenkins").ok()
    found = docker.api.inspect_image(image)
    digest = found["RepoDigests"][0].partition("@")[2]
    assert ran.data == {"images": [{"image": image, "digest": digest, "status": "pulled"}]}


def test_pull_of_what_is_there_says_so(devbox: Devbox, lts: str) -> None:
    ran = devbox.json("pull", "jenkins").ok()
    (found,) = ran.data["images"]
    assert (found["image"], found["status"]) == (lts, "present")
    assert found["digest"].startswith("sha256:")


def test_pull_says_when_a_tag_has_moved(devbox: Devbox, tag: Tag) -> None:
    newer = tag.means("2.578", pushed=True)
    tag.means("lts", pushed=False)
    ran = devbox.having(DEVBOX_IMAGE=tag.ref).json("pull", "jenkins").ok()
    assert tag.docker.api.inspect_image(tag.ref)["Id"] == newer
    assert [found["status"] for found in ran.data["images"]] == ["moved"]


def test_pull_off_a_terminal_is_one_line_and_no_animation(devbox: Devbox, image: str) -> None:
    ran = devbox.having(DEVBOX_IMAGE=image).run("pull", "jenkins").ok()
    lines = ran.stderr.splitlines()
    assert lines[0] == f"pulling {image}" and lines[-1].startswith(f"pulled {image}")
    assert len(lines) == 2
    assert "\r" not in ran.stderr and "\x1b" not in ran.stderr


def test_up_pulls_what_is_missing_before_anything_else(box: Box, gate: Gate, docker: Docker, tag: Tag) -> None:
    tag.means("lts", pushed=True)
    ref = tag.ref.replace(tag.ref.partition("/")[0], gate.address)
    ran = box.up("jenkins", "--image", ref).ok()
    assert ran.changes[0] == ("pull", ref)
    assert box.jenkins().answers()
    docker.api.remove_container(box.container, force=True)
    docker.forget(ref)


def test_a_tag_that_moved_here_leaves_the_running_one_and_says_so(box: Box, tag: Tag) -> None:
    tag.means("lts", pushed=False)
    box.up("jenkins", "--image", tag.ref).ok()
    life = box.life()
    tag.means("2.578", pushed=False)
    ran = box.again().ok()
    assert box.life() == life
    assert ran.changes == []
    assert ran.warnings == ["image.moved"]
    assert tag.ref in ran.envelope["warnings"][0]["message"]


def test_a_tag_that_moved_in_the_registry_is_not_asked_for(box: Box, tag: Tag) -> None:
    tag.means("2.578", pushed=True)
    tag.means("lts", pushed=False)
    box.up("jenkins", "--image", tag.ref).ok()
    life = box.life()
    ran = box.again().ok()
    assert box.life() == life
    assert (ran.changes, ran.warnings) == ([], [])


def test_pull_always_takes_what_the_registry_has(box: Box, tag: Tag) -> None:
    newer = tag.means("2.578", pushed=True)
    tag.means("lts", pushed=False)
    box.up("jenkins", "--image", tag.ref).ok()
    ran = box.again("jenkins", "--pull", "always").ok()
    found = box.docker.container(box.container)
    assert found is not None and found["Image"] == newer
    assert ran.sandbox["version"] == "2.578"
    assert ran.changes[0] == ("pull", tag.ref)
    assert f"volume {box.volume}-2.568.2" in box.parts()
    life = box.life()
    assert box.again("jenkins", "--pull", "always").ok().changes == []
    assert box.life() == life


def test_a_registry_that_is_gone_is_a_warning_while_there_is_a_copy(box: Box, docker: Docker, lts: str) -> None:
    ref = "127.0.0.1:9/e2e/jenkins:lts"
    docker.api.tag(docker.have(lts), *ref.rsplit(":", 1))
    ran = box.up("jenkins", "--image", ref, "--pull", "always").ok()
    assert ran.warnings == ["registry.unreachable"]
    assert box.jenkins().answers()
    docker.api.remove_container(box.container, force=True)
    docker.forget(ref)


def test_a_registry_that_is_gone_is_an_error_without_a_copy(box: Box, lts: str) -> None:
    ran = box.up("jenkins", "--image", "127.0.0.1:9/e2e/jenkins:lts").failed("registry.unreachable")
    assert box.parts() == set()
    assert ran.error["retryable"] is True and "127.0.0.1:9" in ran.error["message"]


REFUSALS = {
    "image.rate_limit": (429, "TOOMANYREQUESTS", "toomanyrequests: You have reached your pull rate limit."),
    "image.denied": (401, "UNAUTHORIZED", "authentication required"),
    "image.not_found": (404, "MANIFEST_UNKNOWN", "manifest unknown"),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_what_a_registry_refuses_with_is_named(box: Box, gate: Gate, image: str, code: str) -> None:
    gate.refuse = REFUSALS[code]
    ran = box.up("jenkins", "--image", image).failed(code)
    assert box.parts() == set()
    assert image in ran.error["message"] and ran.error["cures"]


def test_an_image_for_other_processors_alone_is_named(box: Box, docker: Docker, lab: Lab, lts: str) -> None:
    ref = foreign_platform_image(docker, lab.registry.address)
    box.up("jenkins", "--image", ref).failed("image.platform")
    assert box.parts() == set()


def test_pull_never_does_not_pull(box: Box, image: str, gate: Gate) -> None:
    gate.asked.clear()
    ran = box.up("jenkins", "--image", image, "--pull", "never").failed("image.missing")
    assert box.parts() == set() and gate.asked == []
    assert ran.error["cures"]


def test_a_credential_helper_that_is_not_there_does_not_stop_a_public_image(
    devbox: Devbox, docker: Docker, image: str
) -> None:
    config = Path(devbox.env["HOME"]) / ".docker" / "config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"credsStore": "not-there-at-all"}))
    devbox.having(DEVBOX_IMAGE=image).json("pull", "jenkins").ok()
    assert docker.api.inspect_image(image)
