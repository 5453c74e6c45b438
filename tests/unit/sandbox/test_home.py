"""A home through the Engine API: what is read of it, what is put into it, and which Jenkins may not run on it."""

import json
from pathlib import Path

import pytest

from devbox.engine.api import ContainerSpec, Mount
from devbox.errors import DevboxError
from devbox.jenkins import home as layout
from devbox.sandbox import home, labels
from devbox.sandbox.choices import merge
from tests.fake_engine import FakeEngine, Node, Tree

BASE = labels.ours("jenkins", "second", "run-1", "peek")


@pytest.fixture
def engine() -> FakeEngine:
    """With a container named "c" on a new home of another owner than the usual, not started."""
    made = FakeEngine()
    made.add_image("jenkins/jenkins:lts", files=Tree({layout.PATH: Node(None, 0o755, 1001, 1002)}))
    made.create_container(
        ContainerSpec("c", "jenkins/jenkins:lts", "jenkins", {}, "n", mounts=(Mount("home", layout.PATH),))
    )
    return made


def tree(engine: FakeEngine) -> dict[str, Node]:
    return engine.vols["home"].tree.nodes


def prepared(engine: FakeEngine, **asked: object) -> str | None:
    found = home.read(engine, "c")
    return home.prepare(engine, "c", found, merge(asked, {}, None), {"name": "second"})


def test_a_new_home_says_only_whose_it_is(engine: FakeEngine) -> None:
    assert home.read(engine, "c") == home.Home(uid=1001, gid=1002)


def test_secrets_are_for_the_homes_owner_alone(engine: FakeEngine) -> None:
    prepared(engine)
    nodes = tree(engine)
    assert {(nodes[f"/{path}"].uid, nodes[f"/{path}"].gid) for path in (layout.PASSWORD, layout.RECORD)} == {
        (1001, 1002)
    }
    assert nodes[f"/{layout.PASSWORD}"].mode == 0o600
    assert nodes[f"/{layout.RECORD}"].mode == 0o600
    assert nodes[f"/{layout.FOLDER}"].mode == 0o700
    assert nodes[f"/{layout.FOLDER}"].uid == 1001


def test_the_script_lies_where_jenkins_runs_it_and_can_be_read(engine: FakeEngine) -> None:
    prepared(engine)
    script = tree(engine)["/init.groovy.d/00-devbox.groovy"]
    assert script.content == home.script()
    assert (script.uid, script.mode) == (1001, 0o644)


def test_what_is_put_in_is_of_now(engine: FakeEngine) -> None:
    """Jenkins explodes a plugin anew only when its time changes, so no entry has a constant one."""
    prepared(engine)
    assert {node.mtime for path, node in tree(engine).items() if path != "/"} == {engine.now}


def test_a_password_is_long_random_and_in_no_record(engine: FakeEngine) -> None:
    first = prepared(engine)
    assert first is not None
    assert len(first) >= 20
    assert tree(engine)[f"/{layout.PASSWORD}"].content == first.encode()
    assert first.encode() not in (tree(engine)[f"/{layout.RECORD}"].content or b"")
    del engine.vols["home"].tree.nodes[f"/{layout.PASSWORD}"]
    assert prepared(engine) != first


def test_a_password_that_is_there_stays(engine: FakeEngine) -> None:
    first = prepared(engine)
    node = tree(engine)[f"/{layout.PASSWORD}"]
    engine.advance(60)
    assert prepared(engine) == first
    assert tree(engine)[f"/{layout.PASSWORD}"] == node


def test_without_security_no_password_is_made_and_none_is_lost(engine: FakeEngine) -> None:
    assert prepared(engine, no_auth=True) is None
    assert f"/{layout.PASSWORD}" not in tree(engine)
    first = prepared(engine)
    assert prepared(engine, no_auth=True) == first


def test_the_record_gives_the_choices_back_with_the_values_of_variables(engine: FakeEngine) -> None:
    prepared(engine, memory="3g", env={"TOKEN": "x y"}, http_port=9999)
    record = home.read(engine, "c").record
    assert record == merge({"memory": "3g", "env": {"TOKEN": "x y"}, "http_port": 9999}, {}, None)
    assert json.loads(tree(engine)[f"/{layout.RECORD}"].content or b"")["name"] == "second"


def test_the_record_can_be_written_again_alone(engine: FakeEngine) -> None:
    prepared(engine)
    before = dict(tree(engine))
    home.write_record(engine, "c", home.read(engine, "c"), merge({"http_port": 8085}, {}, None), {"name": "second"})
    after = dict(tree(engine))
    assert {path for path in after if after[path] != before.get(path)} == {f"/{layout.RECORD}"}
    assert (after[f"/{layout.RECORD}"].uid, after[f"/{layout.RECORD}"].mode) == (1001, 0o600)


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b"\xff", b'{"choices": 3}', b"[" * 5000])
def test_a_home_with_a_broken_record_is_read_all_the_same(engine: FakeEngine, broken: bytes) -> None:
    password = prepared(engine)
    engine.vols["home"].tree.put(f"/{layout.RECORD}", Node(broken))
    engine.vols["home"].tree.put(f"/{layout.MARKER}", Node(b"on\n"))
    found = home.read(engine, "c")
    assert (found.password, found.signed_in) == (password, "on")


@pytest.mark.parametrize("cut", [600, 1100, 1600])
def test_an_archive_of_the_home_that_ends_early_is_an_error_of_the_engines(
    engine: FakeEngine, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(engine)
    whole = b"".join(engine.get_archive("c", f"{layout.PATH}/{layout.FOLDER}"))
    monkeypatch.setattr(engine, "get_archive", lambda *_: iter([whole[:cut]]))
    with pytest.raises(DevboxError) as error:
        home.read(engine, "c")
    assert error.value.code == "engine.error"


def test_the_version_is_what_ran_last_else_what_the_configuration_says(engine: FakeEngine) -> None:
    engine.vols["home"].tree.put(f"/{layout.CONFIG}", Node(b"<hudson><version>1.610</version></hudson>"))
    assert home.last_version(engine, "c") == "1.610"
    engine.vols["home"].tree.put(f"/{layout.LAST_VERSION}", Node(b"2.568.2"))
    assert home.last_version(engine, "c") == "2.568.2"


def test_a_home_that_no_container_mounts_is_read_without_starting_anything(engine: FakeEngine) -> None:
    password = prepared(engine, memory="3g")
    engine.vols["home"].tree.put(f"/{layout.LAST_VERSION}", Node(b"2.568.2"))
    engine.remove_container("c")
    engine.log.clear()
    found = home.peek(engine, "second", BASE, "home", "jenkins/jenkins:lts")
    assert (found.version, found.password) == ("2.568.2", password)
    assert [verb for verb, _ in engine.log] == ["create_container", "remove_container"]


def test_a_helper_is_ours_and_on_no_network_and_goes_even_when_reading_fails(engine: FakeEngine) -> None:
    with pytest.raises(ZeroDivisionError), home.helper(engine, "second", BASE, None, "jenkins/jenkins:lts") as made:
        box = engine.box(made)
        assert labels.is_ours(box.spec.labels)
        assert box.spec.network == "none"
        assert box.state == "created"
        raise ZeroDivisionError
    assert [box.name for box in engine.boxes.values()] == ["c"]


@pytest.mark.parametrize(
    ("of_home", "of_image"),
    [("2.578", "2.568.2"), ("2.568.2", "2.568.1"), ("2.0", "1.651"), ("2.568.1", "2.568")],
)
def test_an_older_jenkins_is_not_started_on_a_newer_ones_home(of_home: str, of_image: str) -> None:
    with pytest.raises(DevboxError) as error:
        home.guard(of_home, of_image, name="second", stack="jenkins", image="jenkins/jenkins:x")
    assert error.value.code == "home.newer"
    assert of_home in error.value.message
    assert of_image in error.value.message
    commands = [cure.command for cure in error.value.cures]
    assert f"devbox up jenkins:{of_home} -n second" in commands
    assert "devbox down second --volumes" in commands


@pytest.mark.parametrize(
    ("of_home", "of_image"),
    [("2.568.2", "2.568.2"), ("2.568.2", "2.578"), (None, "2.578"), ("2.578", None), ("?", "2.578"), (None, None),
     ("1.610-SNAPSHOT (private-x)", "1.610")],
)  # fmt: skip
def test_the_same_a_newer_or_an_unknown_one_is(of_home: str | None, of_image: str | None) -> None:
    home.guard(of_home, of_image, name="second", stack="jenkins", image="x")


def test_the_script_that_is_shipped_fails_closed() -> None:
    """Read, not run: the lab's Jenkins runs it. What it must never lose is told here in a second."""
    script = home.script().decode()
    assert "SECURITY-FAILED" in script
    assert "halt(78)" in script
    assert "setAllowAnonymousRead(false)" in script
    assert "DefaultCrumbIssuer" in script
    assert Path(layout.PASSWORD).name in script
    assert Path(layout.MARKER).name in script
