"""The slim copy of a home: all that is the user's, as it was, in pieces."""

import io
import os
import tarfile
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.errors import DevboxError
from devbox.jenkins import home as layout
from devbox.sandbox import labels
from devbox.sandbox.copy import copy_slim, slim
from tests.fake_engine import Node, Tree
from tests.unit.sandbox.double import Machine


def info(name: str, content: bytes | None = None, **fields: object) -> tuple[tarfile.TarInfo, bytes | None]:
    entry = tarfile.TarInfo(name)
    entry.mode, entry.uid, entry.gid, entry.mtime = 0o644, 1000, 1000, 1_700_000_000
    entry.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
    for field, value in fields.items():
        setattr(entry, field, value)
    entry.size = len(content) if content is not None and entry.type == tarfile.REGTYPE else 0
    return entry, content


def pack(*entries: tuple[tarfile.TarInfo, bytes | None], format: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        archive.addfile(info("jenkins_home")[0])
        for entry, content in entries:
            archive.addfile(entry, io.BytesIO(content or b""))
    return out.getvalue()


def pieces(data: bytes, size: int = 1000) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def copied(data: bytes, size: int = 1000) -> dict[str, tuple[tarfile.TarInfo, bytes | None]]:
    out = b"".join(slim(pieces(data, size)))
    with tarfile.open(fileobj=io.BytesIO(out), mode="r:") as archive:
        found = {}
        for entry in archive:
            content = archive.extractfile(entry) if entry.isreg() else None
            found[entry.name] = (entry, content.read() if content else None)
        return found


def test_what_jenkins_makes_anew_stays_behind() -> None:
    data = pack(
        info("jenkins_home/war"), info("jenkins_home/war/WEB-INF/x.jar", b"x"), info("jenkins_home/caches/y", b"y"),
        info("jenkins_home/plugins"), info("jenkins_home/plugins/git.jpi", b"jpi"),
        info("jenkins_home/plugins/git/WEB-INF/lib/git.jar", b"x"), info("jenkins_home/copy_reference_file.log", b"x"),
        info("jenkins_home/workspace/a/b", b"x"), info("jenkins_home/config.xml", b"<hudson/>"),
        info("jenkins_home/jobs/war/config.xml", b"<project/>"), info("jenkins_home/devbox/admin.password", b"secret"),
    )  # fmt: skip
    assert set(copied(data)) == {
        "plugins", "plugins/git.jpi", "config.xml", "jobs/war/config.xml", "devbox/admin.password",
    }  # fmt: skip


def test_owners_modes_and_times_are_kept() -> None:
    data = pack(
        info("jenkins_home/secrets", None, mode=0o700, uid=1000, gid=1001, mtime=1_600_000_000),
        info("jenkins_home/secrets/master.key", b"k", mode=0o600, uid=1234, gid=0, mtime=1_650_000_000.75),
        info("jenkins_home/run.sh", b"#!", mode=0o4755, uid=3_000_000, gid=7),
    )
    found = {name: (e.mode, e.uid, e.gid, e.mtime) for name, (e, _) in copied(data).items()}
    assert found == {
        "secrets": (0o700, 1000, 1001, 1_600_000_000),
        "secrets/master.key": (0o600, 1234, 0, 1_650_000_000.75),
        "run.sh": (0o4755, 3_000_000, 7, 1_700_000_000),
    }


@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize(
    "name",
    [
        "jobs/" + "long-" * 60 + "/config.xml",
        "jobs/" + "/".join(["folder"] * 60) + "/config.xml",
        "jobs/größe ☃/config.xml",
        "jobs/not-utf8-\udcff\udcfe/config.xml",
        "jobs/with spaces and 'quotes' \"too\"/x",
        "jobs/line\nbreak/x",
        "jobs/-dash",
        "jobs/back\\slash",
        "jobs/jenkins_home/config.xml",
    ],
)
def test_odd_and_long_names_are_kept_and_rooted_anew(name: str, format: int) -> None:
    data = pack(info(f"jenkins_home/{name}", b"content"), format=format)
    assert {n: content for n, (_, content) in copied(data).items()} == {name: b"content"}


@pytest.mark.parametrize("target", ["jobs/a", "jobs/" + "long-" * 60])
def test_a_hard_link_leads_to_the_same_file_in_the_copy(target: str) -> None:
    data = pack(
        info(f"jenkins_home/{target}", b"content"),
        info("jenkins_home/jobs/b", b"", type=tarfile.LNKTYPE, linkname=f"jenkins_home/{target}"),
    )
    entry, _ = copied(data)["jobs/b"]
    assert entry.islnk()
    assert entry.linkname == target


def test_a_hard_link_to_what_is_not_copied_is_not_copied_either() -> None:
    data = pack(
        info("jenkins_home/caches/a", b"content"),
        info("jenkins_home/jobs/b", b"", type=tarfile.LNKTYPE, linkname="jenkins_home/caches/a"),
        info("jenkins_home/jobs/c", b"c"),
    )
    assert set(copied(data)) == {"jobs/c"}


@pytest.mark.parametrize("target", ["../a", "/var/jenkins_home/jobs/a", "nowhere", "/usr/share/x", "x" * 200])
def test_a_symbolic_link_leads_where_it_led(target: str) -> None:
    data = pack(info("jenkins_home/jobs/link", b"", type=tarfile.SYMTYPE, linkname=target))
    entry, _ = copied(data)["jobs/link"]
    assert entry.issym()
    assert entry.linkname == target


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 65535, 65536, 65537, 200_000])
def test_files_of_all_sizes_are_copied_to_the_byte(size: int) -> None:
    content = os.urandom(size)
    data = pack(info("jenkins_home/a", content), info("jenkins_home/b", b"after"))
    found = copied(data, 4096)
    assert found["a"][1] == content
    assert found["b"][1] == b"after"


@given(
    st.dictionaries(st.text("abcé/. ", min_size=1, max_size=20), st.binary(max_size=2000), max_size=6),
    st.integers(1, 5000),
)
def test_any_home_is_copied_whatever_the_pieces_it_comes_in(files: dict[str, bytes], size: int) -> None:
    named = {f"jobs/x{name.replace('/', '_')}": content for name, content in files.items()}
    data = pack(*(info(f"jenkins_home/{name}", content) for name, content in named.items()))
    assert {name: content for name, (_, content) in copied(data, size).items()} == named


def test_a_big_file_goes_through_in_pieces() -> None:
    """A home may hold archives of gigabytes: neither they nor the home are ever in memory as a whole."""
    size, piece = 64 << 20, bytes(1 << 20)
    entry, _ = info("jenkins_home/jobs/archive.tgz", b"")
    entry.size = size

    def big() -> Iterator[bytes]:
        yield entry.tobuf()
        for _ in range(size // len(piece)):
            yield piece
        yield bytes(1024)

    tracemalloc.start()
    try:
        total = biggest = 0
        for out in slim(big()):
            total, biggest = total + len(out), max(biggest, len(out))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total >= size
    assert biggest <= 1 << 20
    assert peak < 8 << 20


@pytest.mark.parametrize("cut", [100, 700, 5000, 20_000])
def test_an_archive_that_is_cut_off_is_an_error_and_no_shorter_copy(cut: int) -> None:
    data = pack(info("jenkins_home/a", os.urandom(30_000)))
    with pytest.raises(DevboxError):
        list(slim(pieces(data[:cut])))


def test_what_is_no_archive_at_all_is_an_error() -> None:
    with pytest.raises(DevboxError) as error:
        list(slim(iter([b"no tar" * 1000])))
    assert error.value.code == "engine.error"


@pytest.fixture
def machine(tmp_path: object) -> Machine:
    made = Machine(tmp_path)  # type: ignore[arg-type]
    made.up()
    tree = made.engine.vols["devbox-jenkins_home"].tree
    tree.put("/jobs/a/config.xml", Node(b"<project/>", 0o644, 1000, 1000, 1_600_000_000))
    tree.put("/war/x.jar", Node(b"x", 0o644, 1000, 1000))
    return made


def make_copy(machine: Machine, base: dict[str, str] | None = None) -> str:
    own = base or labels.ours("jenkins", "jenkins", "run-9", "copy")
    return copy_slim(machine.engine, "devbox-jenkins-jenkins-1", "jenkins", own, "jenkins/jenkins:lts")


def files(tree: Tree) -> dict[str, Node]:
    return {name: node for name, node in tree.nodes.items() if node.content is not None}


def test_the_copy_is_a_volume_beside_the_home_named_after_the_version_that_wrote_it(machine: Machine) -> None:
    name = make_copy(machine)
    assert name == "devbox-jenkins_home-2.568.2"
    volume = machine.engine.vols[name]
    assert volume.labels[labels.ROLE] == "copy"
    assert volume.labels[labels.VERSION] == "2.568.2"
    assert labels.is_ours(volume.labels)
    found = files(volume.tree)
    assert found["/jobs/a/config.xml"] == Node(b"<project/>", 0o644, 1000, 1000, 1_600_000_000)
    assert f"/{layout.PASSWORD}" in found
    assert "/war/x.jar" not in found


def test_no_helper_is_left_after_a_copy(machine: Machine) -> None:
    before = set(machine.engine.boxes)
    make_copy(machine)
    assert set(machine.engine.boxes) == before


def test_a_copy_of_the_same_version_gives_way_to_the_later_one(machine: Machine) -> None:
    make_copy(machine)
    tree = machine.engine.vols["devbox-jenkins_home"].tree
    del tree.nodes["/jobs/a/config.xml"]
    tree.put("/jobs/b/config.xml", Node(b"later"))
    found = files(machine.engine.vols[make_copy(machine)].tree)
    assert "/jobs/a/config.xml" not in found
    assert "/jobs/b/config.xml" in found


def test_a_volume_of_that_name_that_is_not_ours_is_left_alone(machine: Machine) -> None:
    machine.engine.create_volume("devbox-jenkins_home-2.568.2", {"their": "own"})
    with pytest.raises(DevboxError) as error:
        make_copy(machine)
    assert error.value.code == "volume.foreign"
    assert machine.engine.vols["devbox-jenkins_home-2.568.2"].labels == {"their": "own"}


@pytest.mark.parametrize(
    ("version", "name"),
    [(b"1.610-SNAPSHOT (private-01/01/2026-me)", "home-1.610-SNAPSHOT-private-01-01-2026-me-"), (b"", "home-before")],
)
def test_an_odd_version_still_makes_a_name_that_docker_takes(machine: Machine, version: bytes, name: str) -> None:
    tree = machine.engine.vols["devbox-jenkins_home"].tree
    tree.put(f"/{layout.LAST_VERSION}", Node(version))
    assert make_copy(machine) == f"devbox-jenkins_{name}"
