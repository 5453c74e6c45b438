"""A WAR of the user's in place of the image's."""

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from devbox.errors import DevboxError, Exit, UsageError
from devbox.jenkins import home as layout
from devbox.sandbox import labels, war
from devbox.sandbox.home import Home
from devbox.sandbox.request import UpRequest
from tests.fake_engine import FakeEngine, Node, Tree
from tests.unit.sandbox.double import Machine


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
    assert path == file
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


def test_the_one_that_is_asked_for_goes_before_the_configured_one(file: Path, tmp_path: Path) -> None:
    other = make(tmp_path / "other.war", "2.601")
    request, path = war.resolve(UpRequest("jenkins", "jenkins", {"war": file}, {"war": other}))
    assert path == file
    assert request.settings["war"]["version"] == "2.601"


def test_without_a_war_the_request_stays_as_it_is() -> None:
    request = UpRequest("jenkins", "jenkins", {"memory": "2g"})
    assert war.resolve(request) == (request, None)


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


def engine_with_box() -> tuple[Recording, str]:
    engine = Recording()
    files = Tree({layout.PATH: Node(None, 0o755, 1000, 1000), war.WAR_TARGET: Node(None)})
    engine.add_image("jenkins/jenkins:lts", files=files)
    machine = replace_engine(Machine(Path("unused")), engine)
    spec_machine = machine.engine
    return engine, box(spec_machine)


def replace_engine(machine: Machine, engine: FakeEngine) -> Machine:
    return replace(machine, engine=engine)


def box(engine: FakeEngine) -> str:
    from devbox.engine.api import ContainerSpec, Mount

    spec = ContainerSpec("c", "jenkins/jenkins:lts", "jenkins", {}, "n", mounts=(Mount("home", layout.PATH),))
    return engine.create_container(spec)
