"""A Jenkins that its linked plugin keeps from starting can say nothing of builds; the link goes all the same."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from devbox.errors import DevboxError
from devbox.sandbox.plugins import unlink


@pytest.mark.parametrize(
    ("failure", "answer", "raised"),
    [
        ("jenkins.unexpected", True, None),
        ("jenkins.unreachable", False, "link.declined"),
        ("link.declined", True, "link.declined"),
        ("jenkins.denied", True, "jenkins.denied"),
    ],
)
def test_one_that_does_not_answer_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, failure: str, answer: bool, raised: str | None
) -> None:
    def failing(world: Any, name: str) -> None:
        raise DevboxError(failure, "503")

    asked: list[str] = []
    monkeypatch.setattr(unlink, "spare_builds", failing)
    world: Any = SimpleNamespace(confirm=lambda question: asked.append(question) or answer)
    try:
        unlink._spare_builds(world, "mine")
    except DevboxError as error:
        assert error.code == raised
    else:
        assert raised is None
    assert len(asked) == (0 if failure in ("link.declined", "jenkins.denied") else 1)
