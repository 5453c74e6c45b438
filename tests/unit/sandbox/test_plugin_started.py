"""What Jenkins took out of its own WAR for a deployed plugin runs after a restart, which is not to kill a build."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from devbox.jenkins.state import State
from devbox.sandbox.plugins.deployment import Deployment


def state(*unstarted: str, builds: tuple[str, ...] = ()) -> State:
    return State("2.568.2", "s", 21, {}, (), {}, {}, builds, 0, unstarted)


@pytest.mark.parametrize(
    ("now", "restarted", "does"),
    [
        (state("old"), False, []),
        (state("old", "junit"), False, ["to start junit"]),
        (state("old", "junit"), True, []),
        (state("junit", "mailer", builds=("job #1",)), False, ["plugin.unstarted"]),
    ],
)
def test_a_restart_where_something_new_waits_for_it(now: State, restarted: bool, does: list[str]) -> None:
    done: list[str] = []
    run: Any = SimpleNamespace(
        state=state("old"),
        restarted=restarted,
        request=SimpleNamespace(name="mine"),
        world=SimpleNamespace(emit=lambda event: done.append(event.code)),
        _restart=done.append,
        _verify=lambda: state(),
    )
    after = Deployment._started(run, now)
    assert done == does
    assert after == (state() if does == ["to start junit"] else now)
