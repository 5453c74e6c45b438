"""The number over an archive's content; a backup's manifest, whatever became of it."""

from __future__ import annotations

import io
import json
import random
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devbox.doctor.backup import files, manifest
from devbox.doctor.backup.content import digest
from devbox.doctor.backup.manifest import SavedVolume
from devbox.errors import DevboxError

Row = tuple[str, dict[str, Any], bytes]


def member(name: str, content: bytes = b"", **fields: Any) -> Row:
    return name, fields, content


def tar(rows: list[Row], *, top: str = "v", form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, fields, content in rows:
            info = tarfile.TarInfo(f"{top}/{name}" if name else top)
            info.size = len(content)
            info.mtime = 1000
            for key, value in fields.items():
                setattr(info, key, value)
            if info.islnk():
                info.linkname = f"{top}/{info.linkname}"
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def number(data: bytes, size: int = 1000) -> str:
    def pieces() -> Iterator[bytes]:
        for at in range(0, len(data), size):
            yield data[at : at + size]

    return digest(pieces())


BASE = [
    member("", type=tarfile.DIRTYPE, mode=0o755),
    member("a", b"one", uid=1, gid=2, mode=0o644),
    member("b", linkname="a", type=tarfile.LNKTYPE, uid=1, gid=2, mode=0o644),
    member("c", linkname="/x", type=tarfile.SYMTYPE),
    member("d", type=tarfile.DIRTYPE, mode=0o700),
    member("d/e", b"x" * 5000),
    member("n\xe9\n'\"", b""),
]


def changed(at: int, **fields: Any) -> list[Row]:
    name, before, content = BASE[at]
    return [*BASE[:at], (name, {**before, **fields}, fields.pop("content", content)), *BASE[at + 1 :]]


@pytest.mark.parametrize(
    "other",
    [
        changed(1, uid=9),
        changed(1, gid=9),
        changed(1, mode=0o600),
        changed(1, mtime=1001),
        [*BASE[:1], member("a", b"two", uid=1, gid=2, mode=0o644), *BASE[2:]],
        changed(3, linkname="/y"),
        changed(4, mode=0o701),
        changed(4, mtime=5),
        changed(0, mode=0o700),
        BASE[:-1],
        [*BASE, member("more")],
        [BASE[0], BASE[1], member("b", b"one", uid=1, gid=2, mode=0o644), *BASE[3:]],
    ],
)
def test_every_difference_counts(other: list[Row]) -> None:
    assert number(tar(other)) != number(tar(BASE))


@pytest.mark.parametrize(
    "same",
    [
        changed(0, mtime=99),
        changed(1, mtime=1000.7),
        changed(1, uname="me"),
        changed(3, mode=0o600),
    ],
)
def test_what_a_copy_cannot_keep_does_not(same: list[Row]) -> None:
    assert number(tar(same)) == number(tar(BASE))


def test_neither_order_nor_format_nor_the_first_name_of_a_file_counts() -> None:
    head, *rest = BASE
    linked = [member("b", b"one", uid=1, gid=2, mode=0o644), member("a", linkname="b", type=tarfile.LNKTYPE)]
    others = [row for row in rest if row[0] not in ("a", "b")]
    random.Random(1).shuffle(others)
    expected = number(tar(BASE))
    assert number(tar([head, *others, *linked]), 7) == expected
    assert number(tar(BASE, top=".", form=tarfile.GNU_FORMAT)) == expected


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_a_stream_that_is_cut_off_is_never_taken_for_whole(at: int) -> None:
    data = tar(BASE)
    end = len(data) - tarfile.RECORDSIZE
    cut = data[: at % max(len(data.rstrip(b"\0")), 1)]
    assert end < len(data)
    with pytest.raises(DevboxError):
        number(cut)


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise DevboxError("engine.unreachable", "it went away")

    def all_of(chunks: Iterator[bytes]) -> str:
        return str(sum(map(len, chunks)))

    with pytest.raises(DevboxError):
        files.store(tmp_path / "x.tar", broken(), all_of)
    assert not (tmp_path / "x.tar").exists()
    size, sha256, said = files.store(tmp_path / "x.tar", iter([b"all", b" of it"]), all_of)
    assert (size, said) == (9, "9") and (tmp_path / "x.tar").stat().st_mode & 0o077 == 0
    assert files.intact(tmp_path / "x.tar", size, sha256)
    (tmp_path / "x.tar").write_bytes(b"all of iT")
    assert not files.intact(tmp_path / "x.tar", size, sha256)
    assert not files.intact(tmp_path / "gone", size, sha256)


def test_names_of_files_never_meet(tmp_path: Path) -> None:
    names = {files.name_of(n, volume).lower() for n, volume in enumerate(["A", "a", "a/../b", "a" * 300])}
    assert len(names) == 4 and all("/" not in name and len(name) < 120 for name in names)


def test_a_manifest_comes_back_as_it_was(tmp_path: Path) -> None:
    begun = manifest.begin(tmp_path, "colima", "default")
    saved = begun.now(
        phase="saved",
        volumes=(SavedVolume("v", options={"type": "none"}, labels={"a": "b"}, file="volumes/1", size=3),),
        making=(("colima", "start"),),
        settings=(("colima.yaml", "/h/colima.yaml"),),
        sandboxes=(manifest.Sandbox("jenkins", "jenkins"),),
        images=manifest.SavedImages("images/images.tar", 1, "x", ("a:b",)),
    )
    (found,) = manifest.unfinished(tmp_path)
    assert found == saved and not found.manifest.gone
    assert begun.folder.stat().st_mode & 0o077 == 0
    assert found.now(phase="deleting").manifest.gone
    found.now(phase="done")
    assert manifest.unfinished(tmp_path) == []


SPOIL: dict[str, Callable[[Path], object]] = {
    "cut": lambda p: p.write_text(p.read_text()[:-20]),
    "empty": lambda p: p.write_text(""),
    "list": lambda p: p.write_text("[]"),
    "types": lambda p: p.write_text('{"id": 5, "volumes": [{"nope": 1}]}'),
    "numbers": lambda p: p.write_text(json.dumps({"id": "a", "kind": "b", "vm": "c", "created_at": "d", "volumes": 3})),
    "binary": lambda p: p.write_bytes(b"\xff\0\xfe" * 100),
    "folder": lambda p: (p.unlink(), p.mkdir()),
    "gone": lambda p: p.unlink(),
}


@pytest.mark.parametrize("spoil", SPOIL.values(), ids=SPOIL.keys())
def test_a_manifest_that_cannot_be_read_is_passed_over(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    first = manifest.begin(tmp_path, "colima", "default")
    second = manifest.begin(tmp_path, "colima", "default")
    assert first.folder != second.folder
    spoil(first.folder / "manifest.json")
    assert [b.folder for b in manifest.every(tmp_path)] == [second.folder]
