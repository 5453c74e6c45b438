"""A link's folder in a home: written whole, read back, mended, and every folder with the home's owner."""

from __future__ import annotations

from pathlib import Path

import pytest

from devbox.engine.api import ContainerSpec, ExecResult, Mount
from devbox.errors import DevboxError
from devbox.jenkins import hpl
from devbox.jenkins.mirror import Mirror
from devbox.jenkins.project import Project, Root
from devbox.sandbox.plugins.linked import Folder
from tests.fake.engine import FakeEngine

HOME = "/var/jenkins_home"


class Box(FakeEngine):
    """An engine whose one container has an `rm`."""

    def __init__(self) -> None:
        super().__init__()
        self.add_image("jenkins/jenkins:lts", local=True)
        self.create_volume("v", {})
        spec = ContainerSpec("c", "jenkins/jenkins:lts", "jenkins", {}, "none", mounts=(Mount("v", HOME),))
        self.create_container(spec)
        self.removed: list[str] = []
        self.fails = False

    def exec(self, container: str, command: tuple[str, ...], *, stdin: bytes = b"", user: str = "") -> ExecResult:
        assert command[:3] == ("rm", "-rf", "--")
        if self.fails:
            return ExecResult(1, b"", b"rm: no space for it\n")
        self.removed += command[3:]
        return ExecResult(0, b"", b"")


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    roots = (
        Root("resources", tmp_path / "src/main/resources", "resources"),
        Root("classes", tmp_path / "target/classes", "classes"),
        Root("webapp", tmp_path / "src/main/webapp", "webapp"),
    )
    view = tmp_path / "src/main/resources/org/x/A/index.jelly"
    view.parent.mkdir(parents=True)
    view.write_text("<p/>")
    return Mirror(Project("hello", "1", tmp_path, {"Plugin-Version": "1"}, roots, {}, tmp_path / "m"))


def test_everything_goes_in_with_its_folders_also_those_that_the_project_has_not(mirror: Mirror) -> None:
    engine = Box()
    folder = Folder(engine, "c", "hello", 1000, 1000)
    folder.send(mirror, mirror.look(), whole=True)
    for name in ("resources", "classes", "webapp", "lib"):
        found = engine.stat("c", f"{HOME}/devbox-link/hello/{name}")
        assert found is not None and found.is_dir and (found.uid, found.gid) == (1000, 1000), name
    for path in ("devbox-link", "devbox-link/hello", "devbox-link/hello/resources/org/x/A", "plugins/hello.hpl"):
        found = engine.stat("c", f"{HOME}/{path}")
        assert found is not None and (found.uid, found.gid) == (1000, 1000), path
    assert engine.get_file("c", f"{HOME}/{hpl.file('hello')}") == hpl.render(mirror.project)
    assert mirror.look().empty


def test_what_is_there_is_read_and_only_the_difference_is_sent(mirror: Mirror, tmp_path: Path) -> None:
    engine = Box()
    folder = Folder(engine, "c", "hello", 1000, 1000)
    assert not folder.read(mirror)
    folder.send(mirror, mirror.look(), whole=True)
    again = Mirror(mirror.project)
    assert folder.read(again) and again.look().empty
    (tmp_path / "src/main/resources/org/x/A/index.jelly").write_text("<b/>")
    assert set(again.look().changed) == {"resources/org/x/A/index.jelly"}


def test_deletions_go_first_and_take_empty_folders_along(mirror: Mirror, tmp_path: Path) -> None:
    engine = Box()
    folder = Folder(engine, "c", "hello", 1000, 1000)
    folder.send(mirror, mirror.look(), whole=True)
    (tmp_path / "src/main/resources/org/x/A/index.jelly").unlink()
    folder.send(mirror, mirror.look())
    base = f"{HOME}/devbox-link/hello/resources"
    assert set(engine.removed) == {f"{base}/org", f"{base}/org/x", f"{base}/org/x/A", f"{base}/org/x/A/index.jelly"}


def test_what_could_not_be_sent_is_sent_again(mirror: Mirror, tmp_path: Path) -> None:
    engine = Box()
    folder = Folder(engine, "c", "hello", 1000, 1000)
    folder.send(mirror, mirror.look(), whole=True)
    (tmp_path / "src/main/resources/org/x/A/index.jelly").unlink()
    (tmp_path / "src/main/webapp").mkdir()
    (tmp_path / "src/main/webapp/a.txt").write_text("a")
    engine.fails = True
    with pytest.raises(DevboxError) as caught:
        folder.send(mirror, mirror.look())
    assert caught.value.code == "link.delete" and caught.value.cause == "rm: no space for it"
    found = mirror.look()
    assert found.removed == ("resources/org/x/A/index.jelly",) and set(found.changed) == {"webapp/a.txt"}


def test_a_home_that_is_roots_is_nobodys_and_becomes_the_images_users() -> None:
    folder = Folder.of(Box(), "c", "hello")
    assert (folder.uid, folder.gid) == (1000, 1000)
