"""What a Jenkins would say of a plugin, or should."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devbox.jenkins.check import against, order
from devbox.jenkins.pluginfile import Dependency, PluginFile
from devbox.jenkins.state import Failed, Installed, State, java_level


def file(name: str = "hello", *needs: str, **more: Any) -> PluginFile:
    dependencies = [need.partition(":") for need in needs]
    return PluginFile(
        Path(f"{name}.hpi"), name, "1.0", more.pop("core", "2.479"),
        tuple(Dependency(n, v.split(";")[0], ";" in v) for n, _, v in dependencies), **more,
    )  # fmt: skip


def state(
    core: str = "2.568.2", java: int = 21, archives: dict[str, str | None] | None = None, **plugins: str
) -> State:
    known = {name: Installed(name, version.rstrip("!"), "!" not in version, True, False, name)
             for name, version in plugins.items()}  # fmt: skip
    return State(core, "s", java, known, (), archives or {}, {}, (), 0)


ROWS = {
    "all is well": (file("a", "b:1.0"), state(b="1.0"), []),
    "the core is older": (file(core="2.999"), state(), [("plugin.core", "fail")]),
    "an old core too": (file(core="2.500"), state("1.610-SNAPSHOT (private)"), [("plugin.core", "warn")]),
    "an LTS is newer than its weekly": (file(core="2.568"), state(), []),
    "snapshots are not refused": (file(core="2.999-SNAPSHOT"), state(), [("plugin.core", "warn")]),
    "Java": (file(java=25), state(java=21), [("plugin.java", "fail")]),
    "missing": (file("a", "b:1.0"), state(), [("plugin.missing_dependency", "fail")]),
    "missing and optional": (file("a", "b:1.0;o"), state(), []),
    "too old": (file("a", "b:1.10"), state(b="1.9"), [("plugin.old_dependency", "fail")]),
    "too old and optional": (file("a", "b:1.10;o"), state(b="1.9"), [("plugin.old_dependency", "fail")]),
    "an old snapshot": (file("a", "b:1.10"), state(b="1.9-SNAPSHOT"), [("plugin.old_dependency", "warn")]),
    "not active": (file("a", "b:1.0"), state(b="1.0!"), [("plugin.inactive_dependency", "fail")]),
    "its own name": (file(), state(archives={"hello.jpi": "hello", "hello.hpi": "hello", "x.jpi": None}), []),
    "linked": (file(), state(archives={"my.hpl": "hello"}), [("plugin.linked", "fail")]),
    "older than what left the core": (file(core="2.330"), state("2.578"), [("plugin.implied_dependency", "warn")]),
    "while the WAR has it": (file(core="2.330"), state("2.568.2"), []),
    "an LTS that it left": (file(core="2.361.4"), state("2.578"), []),
    "there, and asked for": (
        file("a", "javax-mail-api:1", core="2.330"),
        state("2.578", **dict.fromkeys(("instance-identity", "javax-activation-api", "javax-mail-api"), "9")),
        [],
    ),
    "another copy": (file(), state(archives={"hello-1.2.jpi": "hello"}), [("plugin.copy", "fail")]),
}


@pytest.mark.parametrize(("plugin", "there", "wanted"), ROWS.values(), ids=list(ROWS))
def test_rows(plugin: PluginFile, there: State, wanted: list[tuple[str, str]]) -> None:
    assert [(problem.code, problem.severity) for problem in against(plugin, there)] == wanted


def test_what_comes_together_counts() -> None:
    new = PluginFile(Path("b.hpi"), "b", "2.0")
    assert against(file("a", "b:2.0"), state(b="1.0!"), [new]) == ()
    assert [p.code for p in against(file("a", "b:3.0"), state(b="3.0"), [new])] == ["plugin.old_dependency"]


def test_the_order_is_that_of_the_needs_whatever_was_typed() -> None:
    a, b, c = file("a", "b:1", "x:1"), file("b", "c:1;o"), file("c")
    for typed in permutations((a, b, c)):
        assert order(typed) == [c, b, a]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")), max_size=12))
def test_every_file_is_there_once_even_in_circles(pairs: list[tuple[str, str]]) -> None:
    files = [file(name, *[f"{need}:1" for one, need in pairs if one == name]) for name in "abcde"]
    assert sorted(str(one.name) for one in order(files)) == list("abcde")


def test_small_things() -> None:
    assert [java_level(text) for text in ("1.8", "11", "21", "x")] == [8, 11, 21, 0]
    assert Failed("a", ()).cause == "no cause given" and Failed("a", ("x", "y")).cause == "y"


def test_all_that_left_the_core_since_is_named() -> None:
    (told,) = against(file("sshd", core="2.184.4"), state("2.578", **{"instance-identity": "9"}))
    assert told.message.endswith("not there: javax-activation-api, javax-mail-api, trilead-api")
    (told,) = against(file(core=None), state("2.577"))
    assert "subversion" in told.message and told.severity == "warn"
