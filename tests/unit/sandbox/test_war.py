"""A WAR of the user's in place of the image's."""

import hashlib
import io
import tarfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from devbox.engine.api import ContainerSpec, Mount
from devbox.errors import DevboxError, Exit, UsageError
from devbox.jenkins import home as layout
from devbox.sandbox import labels, war
from devbox.sandbox.home import Home
from devbox.sandbox.request import UpRequest
from tests.fake_engine import FakeEngine, Node, Tree


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return make(tmp_path / "jenkins.war", "2.600")


def make(path: Path, version: str, content: bytes = b"x" * 3000) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", f"Manifest-Version: 1.0\nJenkins-Version: {version}\n")
        archive.writestr("WEB-INF/lib/core.jar", content)
    return path


def described(path: Path) -> dict[str, str]:
    return {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "version": "2.600"}


@pytest.mark.parametrize("where", ["asked", "settings"])
def test_a_war_is_known_by_its_content_and_its_version(file: Path, where: str) -> None:
    request, path = war.resolve(UpRequest("jenkins", "jenkins", **{where: {"war": str(file), "memory": "2g"}}))
    assert path == {described(file)["sha256"]: file}
    assert getattr(request, where) == {"war": described(file), "memory": "2g"}


def test_the_same_content_elsewhere_is_the_same_war(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "copy.war"
    other.write_bytes(file.read_bytes())
    first, _ = war.resolve(UpRequest("jenkins", "jenkins", {"war": file}))
    second, _ = war.resolve(UpRequest("jenkins", "jenkins", {"war": other}))
    assert first.asked == second.asked


def test_a_war_that_was_built_anew_is_another(file: Path) -> None:
    first, _ = war.resolve(UpRequest("jenkins", "jenkins", {"war": file}))
    make(file, "2.600", b"y" * 3000)
    second, _ = war.resolve(UpRequest("jenkins", "jenkins", {"war": file}))
    assert first.asked != second.asked


def test_the_one_that_is_asked_for_and_the_configured_one_are_kept_apart(file: Path, tmp_path: Path) -> None:
    other = make(tmp_path / "other.war", "2.601")
    request, paths = war.resolve(UpRequest("jenkins", "jenkins", {"war": file}, {"war": other}))
    assert set(paths.values()) == {file, other}
    assert paths[request.asked["war"]["sha256"]] == file
    assert request.settings["war"]["version"] == "2.601"


def test_without_a_war_the_request_stays_as_it_is() -> None:
    request = UpRequest("jenkins", "jenkins", {"memory": "2g"})
    assert war.resolve(request) == (request, {})


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 cut off"])
def test_what_is_no_war_is_wrong_usage(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.war"
    path.write_bytes(content)
    with pytest.raises(UsageError) as error:
        war.resolve(UpRequest("jenkins", "jenkins", {"war": path}))
    assert error.value.code == "war.invalid"
    assert error.value.exit == Exit.USAGE
    assert str(path) in error.value.message
    assert error.value.cause


@pytest.mark.parametrize("name", ["missing.war", "."])
def test_a_war_that_cannot_be_read_is_wrong_usage(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as error:
        war.resolve(UpRequest("jenkins", "jenkins", {"war": tmp_path / name}))
    assert error.value.code == "war.invalid"


class Recording(FakeEngine):
    """Keeps the archives that are put into containers, links and all."""

    def __init__(self) -> None:
        super().__init__()
        self.put: list[tuple[str, list[tarfile.TarInfo], dict[str, bytes]]] = []

    def put_archive(self, container: str, path: str, chunks: Iterator[bytes]) -> None:
        data = b"".join(chunks)
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            entries = archive.getmembers()
            contents = {e.name: f.read() for e in entries if (f := archive.extractfile(e) if e.isfile() else None)}
        self.put.append((path, entries, contents))
        super().put_archive(container, path, iter([data]))


@pytest.fixture
def engine() -> Recording:
    """With a container named "c" that mounts a home, not started."""
    made = Recording()
    files = Tree({layout.PATH: Node(None, 0o755, 1000, 1000), war.WAR_TARGET: Node(None)})
    made.add_image("jenkins/jenkins:lts", files=files)
    made.create_container(
        ContainerSpec("c", "jenkins/jenkins:lts", "jenkins", {}, "n", mounts=(Mount("home", layout.PATH),))
    )
    return made


HOME = Home(uid=1001, gid=1002)
DIGEST = "0123456789abcdef" * 4


def test_the_war_lives_in_the_home_so_that_it_outlasts_the_container(engine: Recording, file: Path) -> None:
    war.put_war(engine, "c", file, DIGEST, HOME)
    node = engine.vols["home"].tree.get(f"/{layout.WARS}/0123456789abcdef.war")
    assert node is not None
    assert node.content == file.read_bytes()
    assert (node.uid, node.gid, node.mode) == (1001, 1002, 0o644)


def test_the_folder_of_the_war_is_the_homes_owners_and_of_now(engine: Recording, file: Path) -> None:
    began = int(time.time())
    war.put_war(engine, "c", file, DIGEST, HOME)
    path, entries, _ = engine.put[0]
    assert path == layout.PATH
    assert [(e.name, e.isdir()) for e in entries] == [(layout.WARS, True), (f"{layout.WARS}/{DIGEST[:16]}.war", False)]
    assert {(e.uid, e.gid) for e in entries} == {(1001, 1002)}
    assert all(began <= e.mtime <= time.time() for e in entries)


def test_a_link_takes_the_place_of_the_images_own_war(engine: Recording, file: Path) -> None:
    """Every image starts `/usr/share/jenkins/jenkins.war`; only newer ones read the variable."""
    war.put_war(engine, "c", file, DIGEST, HOME)
    path, (link,), _ = engine.put[1]
    assert f"{path}/{link.name}" == "/usr/share/jenkins/jenkins.war"
    assert link.issym()
    assert link.linkname == f"{layout.PATH}/{layout.WARS}/{DIGEST[:16]}.war"


def test_an_image_that_keeps_its_war_elsewhere_gets_the_link_there(engine: Recording, file: Path) -> None:
    engine.add_image("mine/jenkins:1", environment={"JENKINS_WAR": "/var/app.war"})
    image = engine.image("mine/jenkins:1")
    assert image is not None
    at = war.place(image)
    war.put_war(engine, "c", file, DIGEST, HOME, at=at)
    path, (link,), _ = engine.put[1]
    assert (path, link.name) == ("/var", "app.war")


def test_a_war_that_the_home_has_already_is_only_linked(engine: Recording, file: Path) -> None:
    war.put_war(engine, "c", file, DIGEST, HOME)
    engine.put.clear()
    war.put_war(engine, "c", None, DIGEST, HOME)
    assert [path for path, _, _ in engine.put] == [war.WAR_TARGET]


def test_a_war_that_a_container_may_be_running_is_not_written_again(engine: Recording, file: Path) -> None:
    war.put_war(engine, "c", file, DIGEST, HOME)
    engine.put.clear()
    war.put_war(engine, "c", file, DIGEST, HOME)
    assert [path for path, _, _ in engine.put] == [war.WAR_TARGET]


def test_a_war_that_the_home_has_lost_is_asked_for_again(engine: Recording) -> None:
    with pytest.raises(DevboxError) as error:
        war.put_war(engine, "c", None, DIGEST, HOME)
    assert error.value.code == "war.gone"
    assert engine.put == []


def test_a_war_that_shrinks_while_it_is_sent_is_an_error(
    engine: Recording, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def shortened(self: Path, *arguments: str) -> io.BytesIO:
        with real(self, *arguments) as whole:
            return io.BytesIO(whole.read()[:-100])

    monkeypatch.setattr(Path, "open", shortened)
    with pytest.raises(DevboxError) as error:
        war.put_war(engine, "c", file, DIGEST, HOME)
    assert error.value.code == "archive.short"
    assert engine.put == []


def version_of(engine: FakeEngine, image: str) -> str | None:
    found = engine.image(image)
    assert found is not None
    return war.version_in_image(engine, "second", labels.ours("jenkins", "second", "run-1", "peek"), found)


@pytest.mark.parametrize(
    ("environment", "path"),
    [({}, "/usr/share/jenkins/jenkins.war"), ({"JENKINS_WAR": "/opt/my/jenkins.war"}, "/opt/my/jenkins.war")],
)
def test_an_image_that_says_its_version_nowhere_is_looked_into(
    engine: Recording, file: Path, environment: dict[str, str], path: str
) -> None:
    engine.add_image("mine/jenkins:1", environment=environment, files=Tree({path: Node(file.read_bytes())}))
    assert version_of(engine, "mine/jenkins:1") == "2.600"
    assert [box.name for box in engine.boxes.values()] == ["c"], "the helper is gone"


def test_a_war_that_comes_cut_off_has_no_known_version(
    engine: Recording, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.add_image("mine/jenkins:1", files=Tree({"/usr/share/jenkins/jenkins.war": Node(file.read_bytes())}))
    real = engine.get_archive
    monkeypatch.setattr(engine, "get_archive", lambda *where: iter([b"".join(real(*where))[:2000]]))
    assert version_of(engine, "mine/jenkins:1") is None


@pytest.mark.parametrize("files", [Tree(), Tree({"/usr/share/jenkins/jenkins.war": Node(b"no zip")})])
def test_an_image_without_a_war_has_no_known_version(engine: Recording, files: Tree) -> None:
    engine.add_image("mine/other:1", files=files)
    assert version_of(engine, "mine/other:1") is None
    assert [box.name for box in engine.boxes.values()] == ["c"]
