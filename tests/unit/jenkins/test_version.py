"""Which Jenkins is it: versions as people, images and WARs spell them."""

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.jenkins.version import has_health, newer, of_image, of_manifest, of_war, parse


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("2.568.2", (2, 568, 2)),
        ("2.578", (2, 578)),
        ("1.610", (1, 610)),
        ("1.610-SNAPSHOT (private-01/01/2026 10:00-me)", (1, 610)),
        ("1.610-SNAPSHOT", (1, 610)),
        ("2.541.3-rc36000.abc", (2, 541, 3)),
        (" 2.578\n", (2, 578)),
        ("2", None),
        ("lts", None),
        ("lts-jdk21", None),
        ("v2.578", None),
        ("?", None),
        ("", None),
        (None, None),
        ("2." + "9" * 5000, None),
    ],
)
def test_a_version_is_the_numbers_it_begins_with(text: str | None, numbers: tuple[int, ...] | None) -> None:
    assert parse(text) == numbers


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2.578", "2.577"),
        ("2.568.2", "2.568.1"),
        ("2.568.1", "2.568"),
        ("2.568", "2.541.3"),
        ("2.10", "2.9"),
        ("2.0", "1.651.3"),
        ("1.611", "1.610-SNAPSHOT (private-x)"),
    ],
)
def test_a_later_release_is_newer_whichever_line_it_is_of(one: str, other: str) -> None:
    assert newer(one, other)
    assert not newer(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("2.578", "2.578"), ("1.610-SNAPSHOT", "1.610"), ("lts", "2.0"), (None, "2.0")]
)
def test_the_same_or_an_unknown_version_is_newer_in_neither_way(one: str | None, other: str | None) -> None:
    assert not newer(one, other)
    assert not newer(other, one)


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("2.506", True),
        ("2.516.1", True),
        ("2.505.9", False),
        ("2.492.3", False),
        ("1.610", False),
        ("?", False),
        (None, False),
    ],
)
def test_health_is_there_since_2_506(text: str | None, has: bool) -> None:
    assert has_health(text) is has


def test_the_images_variable_goes_before_its_label() -> None:
    """Who builds on the official image often gives the label a version of their own, and keeps the variable."""
    label = {"org.opencontainers.image.version": "7.0.1"}
    assert of_image(label, {"JENKINS_VERSION": "2.568.2"}) == "2.568.2"
    assert of_image(label, {}) == "7.0.1"
    assert of_image(label, {"JENKINS_VERSION": "${JENKINS_VERSION}"}) == "7.0.1"
    assert of_image({}, {"PATH": "/bin"}) is None
    assert of_image({"org.opencontainers.image.version": "noble"}, {}) is None


def war(path: Path, manifest: str | None, *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("WEB-INF/web.xml", "<web-app/>")
        if manifest is not None:
            file.writestr("META-INF/MANIFEST.MF", manifest)
    return path


@pytest.mark.parametrize(
    ("manifest", "version"),
    [
        ("Manifest-Version: 1.0\r\nImplementation-Version: 2.578\r\nJenkins-Version: 2.578\r\n", "2.578"),
        ("Manifest-Version: 1.0\nJenkins-Version: 1.610-SNAPSHOT (private-01/01/2026 10:00-me)\n",
         "1.610-SNAPSHOT (private-01/01/2026 10:00-me)"),
        ("Implementation-Version: 9.9\nJenkins-Version: 2.1\n", "2.1"),
        ("Implementation-Version: 1.400\n", "1.400"),
        ("JENKINS-VERSION:2.5", "2.5"),
        ("Jenkins-Version: 2.5\r\n 68.2\r\nX: y\r\n", "2.568.2"),
        ("Manifest-Version: 1.0\n\nName: x\nJenkins-Version: 2.1\n", None),
        ("Manifest-Version: 1.0\n", None),
        ("", None),
        ("no colon at all", None),
    ],
)  # fmt: skip
def test_a_manifest_names_its_version_in_the_main_section(manifest: str, version: str | None) -> None:
    assert of_manifest(manifest) == version


def test_a_wars_version_is_its_manifests(tmp_path: Path) -> None:
    assert of_war(war(tmp_path / "jenkins.war", "Jenkins-Version: 2.568.2\n")) == "2.568.2"


def test_a_file_that_is_open_already_is_read_too(tmp_path: Path) -> None:
    with war(tmp_path / "jenkins.war", "Jenkins-Version: 2.568.2\n").open("rb") as file:
        assert of_war(file) == "2.568.2"


def test_of_a_huge_manifest_only_the_beginning_is_read(tmp_path: Path) -> None:
    sections = "\nName: a.class\nSHA-256-Digest: " + "A" * 400
    huge = war(tmp_path / "jenkins.war", "Jenkins-Version: 2.568.2\n" + sections * 100_000)
    with zipfile.ZipFile(huge) as file:
        assert file.getinfo("META-INF/MANIFEST.MF").file_size > 40_000_000
    tracemalloc.start()
    try:
        assert of_war(huge) == "2.568.2"
        assert tracemalloc.get_traced_memory()[1] < 10_000_000, "bytes at the most"
    finally:
        tracemalloc.stop()


def broken_wars(folder: Path) -> dict[str, Path]:
    good = war(folder / "good.war", "Jenkins-Version: 2.568.2\n" * 50).read_bytes()
    middle = good.index(b"META-INF/MANIFEST.MF") + 40
    wars = {
        "empty": b"",
        "text": b"this is no zip",
        "cut": good[: len(good) // 2],
        "head only": good[:4],
        "damaged inside": good[:middle] + b"\xff" * 20 + good[middle + 20 :],
    }
    for name, content in wars.items():
        (folder / f"{name}.war").write_bytes(content)
    (folder / "a folder").mkdir()
    war(folder / "without manifest.war", None)
    return {path.stem: path for path in folder.iterdir() if path.stem != "good"} | {"missing": folder / "missing.war"}


NAMES = ["empty", "text", "cut", "head only", "damaged inside", "a folder", "without manifest", "missing"]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_war_is_a_value_error_that_says_why(tmp_path: Path, name: str) -> None:
    wars = broken_wars(tmp_path)
    assert set(NAMES) == set(wars)
    with pytest.raises(ValueError, match=r"\S"):
        of_war(wars[name])


def samples() -> list[bytes]:
    found = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", method) as file:
            file.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nJenkins-Version: 2.568.2\n" * 9)
        found.append(content.getvalue())
    return found


@given(st.sampled_from(samples()), st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6))
def test_a_damaged_zip_is_a_value_error_or_a_version(content: bytes, damage: list[tuple[int, int]]) -> None:
    damaged = bytearray(content)
    for at, byte in damage:
        damaged[at % len(damaged)] = byte
    try:
        found = of_war(io.BytesIO(bytes(damaged)))
    except ValueError:
        return
    assert found is None or isinstance(found, str)


@given(st.text())
def test_any_text_has_a_version_or_none(text: str) -> None:
    numbers = parse(text)
    assert numbers is None or len(numbers) >= 2
    of_manifest(text)


numbers = st.lists(st.integers(0, 9999), min_size=2, max_size=4)


@given(numbers, numbers, st.sampled_from(["", "-SNAPSHOT", " (private-x)", "-rc1.abc"]))
def test_versions_compare_as_their_numbers_do(one: list[int], other: list[int], suffix: str) -> None:
    a, b = (".".join(map(str, n)) for n in (one, other))
    assert parse(a + suffix) == tuple(one)
    assert newer(a + suffix, b) == (one > other)
