"""Java's debug agent: kept inside unless asked for, and only once."""

from __future__ import annotations

import pytest

from devbox.sandbox import agent
from devbox.sandbox.choices import DEFAULTS, Choices


def chosen(**values: object) -> Choices:
    return Choices({**DEFAULTS, **values})


INSIDE = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:5005"
OUTSIDE = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=0.0.0.0:5005"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"linked": True}, [agent.NO_CACHE, INSIDE]),
        ({"debug": True}, [OUTSIDE]),
        ({"linked": True, "debug": True}, [agent.NO_CACHE, OUTSIDE]),
    ],
)
def test_the_options_of_java(values: dict[str, object], expected: list[str]) -> None:
    assert agent.options(chosen(**values), "", "") == expected


@pytest.mark.parametrize("own", ["-agentlib:jdwp=transport=dt_socket,address=9", "-Xrunjdwp:address=9"])
def test_an_agent_of_the_users_own_stays_the_only_one(own: str) -> None:
    assert agent.options(chosen(linked=True), f"-Xmx1g {own}", "") == [agent.NO_CACHE]
    assert agent.options(chosen(debug=True), "", "true") == []


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"JAVA_OPTS": "-Xmx1g"}, None),
        ({"JAVA_OPTS": f"-Xmx1g {INSIDE} -Da=b"}, 5005),
        ({"JAVA_OPTS": OUTSIDE}, 5005),
        ({"JENKINS_JAVA_OPTS": "-agentlib:jdwp=server=y,address=*:8000,suspend=n"}, 8000),
        ({"JAVA_OPTS": "-Xrunjdwp:transport=dt_socket,address=8001"}, 8001),
        ({"JAVA_OPTS": "-agentlib:jdwp=transport=dt_socket,server=y"}, None),
        ({"DEBUG": "true"}, 5005),
    ],
)
def test_the_port_that_a_container_listens_on(environment: dict[str, str], expected: int | None) -> None:
    assert agent.port(environment) == expected


def test_only_a_published_debugger_is_among_the_ports() -> None:
    from devbox.stacks import load

    stack = load("jenkins")
    assert agent.stack_of(stack, chosen(linked=True)) == stack
    assert [p.name for p in agent.stack_of(stack, chosen(debug=True)).ports] == ["http", "agent", "debug"]
