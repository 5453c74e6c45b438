"""A project's folders against what its container has: edits, builds under way, half-written files, hidden copies."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from devbox.jenkins.mirror import Difference, Mirror, Sent, digest, hidden_of, record
from devbox.jenkins.project import Jar, Project, Root
from tests.unit.jenkins.classes import class_file


class Clock:
    """Time as a test says; far from any file's."""

    def __init__(self) -> None:
        self.now = 4_000_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mirror(tmp_path: Path, clock: Clock) -> Mirror:
    """A project with a class, a view and its copy, a static file, a jar; nothing sent yet."""
    roots = (
        Root("resources", tmp_path / "src/main/resources", "resources"),
        Root("classes", tmp_path / "target/classes", "classes", (tmp_path / "src/main/java",)),
        Root("webapp", tmp_path / "src/main/webapp", "webapp"),
    )
    jar = write(tmp_path / "m2/gson.jar", b"gson")
    made = Mirror(Project("hello", "1", tmp_path, {}, roots, {"gson.jar": Jar(jar)}, tmp_path / "m"), clock)
    view(tmp_path, b"one")
    compiled(tmp_path, "A")
    write(tmp_path / "src/main/webapp/a.txt", b"static")
    return made


def write(file: Path, content: bytes) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def view(root: Path, content: bytes) -> None:
    """A view, and the copy that Maven makes of it."""
    for place in ("src/main/resources", "target/classes"):
        write(root / place / "org/x/A/index.jelly", content)


def compiled(root: Path, name: str, body: bytes = b"1") -> None:
    """A class and its source."""
    write(root / f"src/main/java/org/x/{name.partition('$')[0]}.java", b"")
    write(root / f"target/classes/org/x/{name}.class", class_file(f"org/x/{name}", body=body))


def sent(mirror: Mirror) -> Difference:
    """One look, and all of it arrives."""
    found = mirror.look()
    mirror.arrived(found)
    return found


def test_the_first_look_is_everything(mirror: Mirror) -> None:
    found = sent(mirror)
    assert set(found.changed) == {
        "resources/org/x/A/index.jelly", "classes/org/x/A/index.jelly", "classes/org/x/A.class", "webapp/a.txt",
        "lib/gson.jar",
    }  # fmt: skip
    assert sent(mirror).empty and not mirror.look().again


def test_an_edit_is_that_file_alone(mirror: Mirror, tmp_path: Path) -> None:
    sent(mirror)
    write(tmp_path / "src/main/webapp/a.txt", b"other")
    assert sent(mirror).changed == {"webapp/a.txt": b"other"}


def test_a_file_that_was_touched_only_is_not_sent(mirror: Mirror, tmp_path: Path) -> None:
    sent(mirror)
    os.utime(tmp_path / "src/main/webapp/a.txt", (1, 1))
    assert sent(mirror).empty


def test_what_somebody_else_sent_is_not_sent_again(mirror: Mirror) -> None:
    mirror.has["webapp/a.txt"] = Sent(digest(b"static"))
    mirror.has["webapp/stray.txt"] = Sent(digest(b"x"))
    found = sent(mirror)
    assert "webapp/a.txt" not in found.changed
    assert found.removed == ("webapp/stray.txt",)


def test_a_rename(mirror: Mirror, tmp_path: Path) -> None:
    sent(mirror)
    (tmp_path / "src/main/webapp/a.txt").rename(tmp_path / "src/main/webapp/b.txt")
    found = sent(mirror)
    assert (found.changed, found.removed) == ({"webapp/b.txt": b"static"}, ("webapp/a.txt",))


def test_folders_that_are_empty_afterwards(mirror: Mirror, tmp_path: Path) -> None:
    write(tmp_path / "src/main/webapp/deep/er/x.txt", b"x")
    sent(mirror)
    shutil.rmtree(tmp_path / "src/main/webapp/deep")
    found = mirror.look()
    assert mirror.emptied(found) == {"webapp/deep", "webapp/deep/er"}


def test_a_deleted_view_does_not_fall_back_to_its_copy(mirror: Mirror, tmp_path: Path) -> None:
    sent(mirror)
    (tmp_path / "src/main/resources/org/x/A/index.jelly").unlink()
    found = sent(mirror)
    assert set(found.removed) == {"resources/org/x/A/index.jelly", "classes/org/x/A/index.jelly"}
    assert found.hides == {"classes/org/x/A/index.jelly"}
    assert sent(mirror).empty, "the stale copy stays away"
    again = Mirror(mirror.project)
    again.has, again.hidden = dict(mirror.has), hidden_of(record(mirror.project, mirror.hidden))
    assert sent(again).empty, "also for the next devbox"


def test_a_view_that_comes_back(mirror: Mirror, tmp_path: Path) -> None:
    sent(mirror)
    (tmp_path / "src/main/resources/org/x/A/index.jelly").unlink()
    sent(mirror)
    view(tmp_path, b"two")
    found = sent(mirror)
    assert set(found.changed) == {"resources/org/x/A/index.jelly", "classes/org/x/A/index.jelly"}
    assert not found.hides


def test_a_copy_that_a_build_has_taken_away_needs_no_hiding(mirror: Mirror, tmp_path: Path) -> None:
    sent(mirror)
    (tmp_path / "src/main/resources/org/x/A/index.jelly").unlink()
    sent(mirror)
    (tmp_path / "target/classes/org/x/A/index.jelly").unlink()
    assert not sent(mirror).hides


def test_a_half_written_class_is_waited_for(mirror: Mirror, tmp_path: Path) -> None:
    sent(mirror)
    whole = class_file("org/x/A", body=b"changed")
    write(tmp_path / "target/classes/org/x/A.class", whole[: len(whole) // 2])
    found = sent(mirror)
    assert found.empty and found.again
    write(tmp_path / "target/classes/org/x/A.class", whole)
    assert sent(mirror).changed == {"classes/org/x/A.class": whole}


def test_a_file_that_was_just_emptied_is_waited_for(mirror: Mirror, tmp_path: Path, clock: Clock) -> None:
    sent(mirror)
    file = write(tmp_path / "src/main/webapp/a.txt", b"")
    clock.now = file.stat().st_mtime + 0.01
    assert sent(mirror).empty and mirror.look().again
    clock.now += 1
    assert sent(mirror).changed == {"webapp/a.txt": b""}


def test_a_clean_is_waited_for_until_all_is_back(mirror: Mirror, tmp_path: Path, clock: Clock) -> None:
    compiled(tmp_path, "B")
    compiled(tmp_path, "B$1")
    sent(mirror)
    shutil.rmtree(tmp_path / "target")
    found = sent(mirror)
    assert found.empty and found.again and "0 of 3 classes" in found.waits
    compiled(tmp_path, "A", b"2")
    assert sent(mirror).empty, "one class of two"
    compiled(tmp_path, "B")
    assert sent(mirror).empty, "it has only just come back"
    clock.now += 10
    found = sent(mirror)
    assert set(found.changed) == {"classes/org/x/A.class"}
    assert set(found.removed) == {"classes/org/x/B$1.class", "classes/org/x/A/index.jelly"}
    assert not found.waits


def test_while_a_build_is_under_way_views_go_on(mirror: Mirror, tmp_path: Path) -> None:
    sent(mirror)
    shutil.rmtree(tmp_path / "target")
    write(tmp_path / "src/main/resources/org/x/A/index.jelly", b"two")
    assert set(sent(mirror).changed) == {"resources/org/x/A/index.jelly"}


def test_a_class_whose_source_is_gone_is_deleted(mirror: Mirror, tmp_path: Path) -> None:
    compiled(tmp_path, "B")
    sent(mirror)
    (tmp_path / "src/main/java/org/x/B.java").unlink()
    (tmp_path / "target/classes/org/x/B.class").unlink()
    assert sent(mirror).removed == ("classes/org/x/B.class",)


def test_a_project_that_is_moved_away_is_waited_for(mirror: Mirror, tmp_path: Path) -> None:
    sent(mirror)
    away = tmp_path.with_name(tmp_path.name + "-away")
    tmp_path.rename(away)
    found = mirror.look()
    assert found.empty and found.again and found.waits
    away.rename(tmp_path)
    assert mirror.look().empty


def test_what_editors_leave_is_not_sent(mirror: Mirror, tmp_path: Path) -> None:
    for name in (".a.txt.swp", "a.txt~", ".#a.txt", "4913", "a.txt___jb_tmp___"):
        write(tmp_path / "src/main/webapp" / name, b"x")
    assert {path for path in sent(mirror).changed if path.startswith("webapp/")} == {"webapp/a.txt"}


def test_links_are_followed_and_circles_end(mirror: Mirror, tmp_path: Path) -> None:
    write(tmp_path / "elsewhere/linked.txt", b"linked")
    (tmp_path / "src/main/webapp/there").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "src/main/webapp/round").symlink_to(tmp_path / "src/main/webapp")
    (tmp_path / "src/main/webapp/broken").symlink_to("/nowhere/at/all")
    os.mkfifo(tmp_path / "src/main/webapp/pipe")
    found = sent(mirror).changed
    assert found["webapp/there/linked.txt"] == b"linked"
    assert not {"webapp/broken", "webapp/pipe"} & set(found)


def test_a_jar_that_goes_away_stays_as_it_was_sent(mirror: Mirror, tmp_path: Path) -> None:
    sent(mirror)
    (tmp_path / "m2/gson.jar").unlink()
    assert sent(mirror).empty
    write(tmp_path / "m2/gson.jar", b"newer")
    assert sent(mirror).changed == {"lib/gson.jar": b"newer"}


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"hidden": 3}', b'{"hidden": [1]}', b"[" * 9999])
def test_a_broken_record_hides_nothing(content: bytes | None) -> None:
    assert hidden_of(content) == frozenset()


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_edited_the_container_has_it(mirror: Mirror, tmp_path: Path, clock: Clock, seed: int) -> None:
    """Random edits between looks; what has arrived is what the folders hold, hidden copies left out."""
    dice = random.Random(seed)
    container: dict[str, bytes] = {}
    for _ in range(60):
        edit(dice, tmp_path)
        if dice.random() < 0.7:
            look_at(mirror, container)
    clock.now += 10
    for _ in range(3):
        look_at(mirror, container)
        clock.now += 10
    assert container == expected(mirror, tmp_path)


def look_at(mirror: Mirror, container: dict[str, bytes]) -> None:
    found = sent(mirror)
    for path in found.removed:
        del container[path]
    container |= found.changed


def edit(dice: random.Random, root: Path) -> None:
    name, number = dice.choice("ABC"), dice.randrange(9)
    place = root / "src/main/resources/org/x" / f"{name}.jelly"
    match dice.randrange(6):
        case 0:
            write(place, b"%d" % number)
        case 1:
            place.unlink(missing_ok=True)
        case 2:
            compiled(root, dice.choice("DE"), b"%d" % number)
        case 3:
            write(root / f"src/main/webapp/{name}/{number}.txt", b"%d" % number)
        case 4:
            shutil.rmtree(root / f"src/main/webapp/{name}", ignore_errors=True)
        case 5 if place.parent.is_dir():
            shutil.copytree(place.parent, root / "target/classes/org/x", dirs_exist_ok=True)


def expected(mirror: Mirror, root: Path) -> dict[str, bytes]:
    found = {"lib/gson.jar": b"gson"}
    for folder in mirror.project.roots:
        files = [file for file in folder.local.rglob("*") if file.is_file()]
        found |= {f"{folder.inside}/{file.relative_to(folder.local)}": file.read_bytes() for file in files}
    return {path: content for path, content in found.items() if path not in mirror.hidden}
