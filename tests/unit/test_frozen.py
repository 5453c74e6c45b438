"""`devbox.frozen.dataclass` against the standard library's: the same values, whatever is done with them."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import field
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox import frozen


def classes(decorator: Any) -> tuple[type, type]:
    @decorator(frozen=True)
    class Point:
        """Has all kinds of fields."""

        x: int
        y: int = 7
        tags: list[str] = field(default_factory=list, hash=False)
        secret: str = field(default="", repr=False)
        note: str = field(default="", compare=False)
        KIND: ClassVar[str] = "point"

        def moved(self) -> Any:
            return dataclasses.replace(self, x=self.x + 1)

    @decorator(frozen=True)
    class Own:
        """Keeps its own methods."""

        name: str

        def __post_init__(self) -> None:
            if not self.name:
                raise ValueError("no name")

        def __repr__(self) -> str:
            return "own"

    return Point, Own


OURS, THEIRS = classes(frozen.dataclass), classes(dataclasses.dataclass)

Use = Callable[[Any, Any], object]
USES: dict[str, Use] = {
    "fields": lambda p, o: (p(1).x, p(1).y, p(1).tags, p.KIND, p(1, 2, ["a"], "s").secret),
    "by name": lambda p, o: dataclasses.asdict(p(y=3, x=2, note="n")),
    "repr": lambda p, o: (repr(p(1, tags=["t"], secret="hidden")), repr(o("n"))),
    "equal": lambda p, o: (p(1) == p(1), p(1) == p(2), p(1, note="a") == p(1), p(1) == 1, p(1) != o("n")),
    "hash": lambda p, o: (hash(p(1)) == hash(p(1, note="b")), len({p(1), p(1), p(2)})),
    "replace": lambda p, o: (p(1).moved() == p(2), dataclasses.astuple(p(1).moved())),
    "copies": lambda p, o: copy.deepcopy(p(1, tags=["a"])) == p(1, tags=["a"]),
    "lists are not shared": lambda p, o: p(1).tags is p(1).tags,
    "match": lambda p, o: p.__match_args__,
    "is one": lambda p, o: (dataclasses.is_dataclass(p), [f.name for f in dataclasses.fields(p)]),
    "too few": lambda p, o: p(),
    "too many": lambda p, o: o("a", "b"),
    "unknown": lambda p, o: p(1, z=2),
    "twice": lambda p, o: p(1, x=2),
    "assign": lambda p, o: setattr(p(1), "x", 2),
    "new attribute": lambda p, o: setattr(p(1), "other", 2),
    "delete": lambda p, o: delattr(p(1), "x"),
    "after": lambda p, o: o(""),
}


def outcome(use: Use, classes: tuple[type, type]) -> object:
    try:
        return use(*classes)
    except Exception as error:
        return type(error)


@pytest.mark.parametrize("use", USES)
def test_it_does_what_the_standard_library_does(use: str) -> None:
    assert outcome(USES[use], OURS) == outcome(USES[use], THEIRS)


@given(x=st.integers(), y=st.integers(), note=st.text())
def test_any_values_come_back(x: int, y: int, note: str) -> None:
    made = [point(x, y=y, note=note) for point, _ in (OURS, THEIRS)]
    assert dataclasses.asdict(made[0]) == dataclasses.asdict(made[1])
    assert repr(made[0]) == repr(made[1])
    assert hash(made[0]) == hash(made[1])


def test_other_options_are_the_standard_librarys() -> None:
    @frozen.dataclass(frozen=True, order=True)
    class Version:
        number: int

    @frozen.dataclass
    class Open:
        number: int

    assert Version(1) < Version(2)
    changed = Open(1)
    changed.number = 2
    assert changed == Open(2)


def test_a_value_of_a_module_can_be_pickled() -> None:
    from devbox.engine.api import Publish

    assert pickle.loads(pickle.dumps(Publish(8080, "127.0.0.1", 9090))) == Publish(8080, "127.0.0.1", 9090)
