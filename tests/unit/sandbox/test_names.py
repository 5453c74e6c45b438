"""What a sandbox is called, and which one a command means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.errors import Exit, UsageError
from devbox.sandbox import names
from devbox.sandbox.names import Summary, check, pick

JENKINS = Summary("jenkins", "jenkins")
SECOND = Summary("second", "jenkins")
THIRD = Summary("third", "jenkins")
QUEUE = Summary("queue", "queue")
JOBS = Summary("jobs", "queue")


def test_names_in_docker_are_those_of_the_interface() -> None:
    assert names.project("dev-2") == "devbox-dev-2"
    assert names.container("dev-2", "jenkins") == "devbox-dev-2-jenkins-1"
    assert names.network("dev-2") == "devbox-dev-2_default"
    assert names.volume("dev-2", "home") == "devbox-dev-2_home"


def test_the_name_of_the_old_container_is_none_that_compose_or_another_sandbox_could_have() -> None:
    aside = names.set_aside("a", "jenkins")
    assert aside.startswith("devbox-a-jenkins-1")
    assert "_" in aside, "no sandbox and no service has that in its name"


@pytest.mark.parametrize("name", ["a", "0", "jenkins", "my-second-1", "a" * 31, "9-", "a--b"])
def test_a_name_by_the_rule_is_taken(name: str) -> None:
    assert check(name) == name


@pytest.mark.parametrize(
    "name", ["", "-a", "A", "a_b", "a.b", "a b", "a/b", "a\n", "ä", "a" * 32, "../x", "--all", "٣", "a\x00"]
)
def test_a_name_that_breaks_the_rule_is_refused_in_words(name: str) -> None:
    with pytest.raises(UsageError) as error:
        check(name)
    assert error.value.code == "name.invalid"
    assert error.value.exit == Exit.USAGE
    assert repr(name) in error.value.message


def test_one_that_is_down_does_not_count_beside_one_that_is_there() -> None:
    down, running, jenkins = Summary("a", "queue", kept=True), Summary("b", "queue"), Summary("jenkins", "jenkins")

    def chosen(*existing: Summary, kept: bool = False) -> str:
        return pick(existing, positional=None, option=None, configured=None, stack="queue", kept=kept)

    assert chosen(down, running, jenkins) == "b"
    assert chosen(down, jenkins) == "a", "there is no other: the error says how it comes back"
    assert chosen(Summary("queue", "queue", kept=True), running) == "b"
    with pytest.raises(UsageError) as error:
        chosen(down, running, kept=True)
    assert error.value.code == "name.ambiguous"


@given(st.text(max_size=40))
def test_what_is_taken_as_a_name_is_safe_in_paths_and_in_docker(name: str) -> None:
    try:
        check(name)
    except UsageError:
        return
    assert name.isascii()
    assert name.replace("-", "a").isalnum()
    assert name == name.lower()
    assert 1 <= len(name) <= 31


@pytest.mark.parametrize(
    ("existing", "positional", "option", "configured", "stack", "chosen"),
    [
        # what is given is what is meant, whether it exists or not
        ([], "x", None, None, None, "x"),
        ([], None, "x", None, None, "x"),
        ([], "x", "x", None, None, "x"),
        ([], None, None, "x", None, "x"),
        ([JENKINS], "x", None, "y", None, "x"),
        ([JENKINS], None, "x", "y", "jenkins", "x"),
        ([JENKINS, SECOND], None, None, "y", None, "y"),
        # the only one
        ([SECOND], None, None, None, None, "second"),
        ([SECOND], None, None, None, "jenkins", "second"),
        ([SECOND, QUEUE], None, None, None, "jenkins", "second"),
        ([SECOND, JOBS], None, None, None, "queue", "jobs"),
        # the one that is named as its stack
        ([SECOND, JENKINS], None, None, None, None, "jenkins"),
        ([SECOND, JENKINS, THIRD], None, None, None, "jenkins", "jenkins"),
        ([SECOND, JENKINS, QUEUE], None, None, None, "queue", "queue"),
        ([SECOND, JOBS, QUEUE], None, None, None, None, "queue"),
    ],
)
def test_which_sandbox_a_command_means(
    existing: list[Summary],
    positional: str | None,
    option: str | None,
    configured: str | None,
    stack: str | None,
    chosen: str,
) -> None:
    assert pick(existing, positional=positional, option=option, configured=configured, stack=stack) == chosen


@pytest.mark.parametrize(
    ("existing", "stack", "listed"),
    [
        ([SECOND, THIRD], None, ["second", "third"]),
        ([JENKINS, QUEUE], None, ["jenkins", "queue"]),
        ([SECOND, THIRD, QUEUE], "jenkins", ["second", "third"]),
        ([], None, []),
        ([QUEUE], "jenkins", []),
    ],
)
def test_when_none_is_meant_all_that_could_be_are_listed(
    existing: list[Summary], stack: str | None, listed: list[str]
) -> None:
    with pytest.raises(UsageError) as error:
        pick(existing, positional=None, option=None, configured=None, stack=stack)
    assert error.value.code == "name.ambiguous"
    assert error.value.exit == Exit.USAGE
    assert all(name in error.value.message for name in listed)
    assert ("queue" in error.value.message) is ("queue" in listed)
    assert error.value.cures


def test_with_nothing_there_the_cure_makes_the_stack_that_was_needed() -> None:
    with pytest.raises(UsageError) as error:
        pick([JENKINS], positional=None, option=None, configured=None, stack="queue")
    assert [cure.command for cure in error.value.cures] == ["devbox up queue"]


def test_two_names_that_differ_are_refused() -> None:
    with pytest.raises(UsageError) as error:
        pick([JENKINS], positional="a", option="b", configured=None)
    assert error.value.code == "name.conflict"
    assert "'a'" in error.value.message
    assert "'b'" in error.value.message


@pytest.mark.parametrize("given_as", ["positional", "option", "configured"])
def test_a_given_name_is_held_to_the_rule_wherever_it_comes_from(given_as: str) -> None:
    given_names: dict[str, str | None] = {"positional": None, "option": None, "configured": None, given_as: "No Name"}
    with pytest.raises(UsageError) as error:
        pick([JENKINS], **given_names)
    assert error.value.code == "name.invalid"
