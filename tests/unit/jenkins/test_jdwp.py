"""Hot swap over JDWP, against a JVM that the test plays."""

from __future__ import annotations

import pytest

from devbox.errors import DevboxError
from devbox.jenkins.jdwp import ERRORS, Debugger, Swap, attached
from tests.unit.jenkins.jvm import Jvm

A, B = "Lorg/x/A;", "Lorg/x/B;"


def swap(jvm: Jvm, **contents: bytes) -> dict[str, Swap]:
    with attached(jvm) as debugger:
        return debugger.swap({f"Lorg/x/{name};": content for name, content in contents.items()})


def test_a_loaded_class_is_replaced_and_the_debugger_goes_away() -> None:
    jvm = Jvm({A: [5]})
    assert swap(jvm, A=b"new") == {A: Swap("swapped")}
    assert jvm.redefined == [[(5, b"new")]]
    assert jvm.asked[-1] == (1, 6) and jvm.closed


@pytest.mark.parametrize("size", [4, 8])
def test_ids_are_as_long_as_the_jvm_says(size: int) -> None:
    jvm = Jvm({A: [5, 2**31 + 7]}, size=size)
    swap(jvm, A=b"new")
    assert jvm.redefined == [[(5, b"new"), (2**31 + 7, b"new")]], "once for each class loader that has it"


def test_a_class_that_is_not_loaded_needs_nothing() -> None:
    jvm = Jvm({A: [5]})
    assert swap(jvm, A=b"a", B=b"b") == {A: Swap("swapped"), B: Swap("not loaded")}
    assert jvm.redefined == [[(5, b"a")]]
    assert swap(Jvm(), A=b"a") == {A: Swap("not loaded")}


def test_several_are_replaced_in_one_step() -> None:
    jvm = Jvm({A: [5], B: [6]})
    swap(jvm, A=b"a", B=b"b")
    assert jvm.redefined == [[(5, b"a"), (6, b"b")]]


def test_one_that_is_refused_does_not_keep_the_others_back() -> None:
    jvm = Jvm({A: [5], B: [6]}, refuses={b"a": 63})
    assert swap(jvm, A=b"a", B=b"b") == {A: Swap("structure", "a method was added"), B: Swap("swapped")}
    assert jvm.redefined == [[(6, b"b")]]


@pytest.mark.parametrize("number", [*ERRORS, 113, 512])
def test_every_refusal_has_a_kind_and_a_reason(number: int) -> None:
    found = swap(Jvm({A: [5]}, refuses={b"a": number}), A=b"a")[A]
    assert found.kind == ERRORS.get(number, ("unknown", ""))[0] and found.why


@pytest.mark.parametrize("number", [63, 64, 66, 67, 70, 71, 72])
def test_a_change_of_structure_is_told_from_a_broken_class(number: int) -> None:
    assert ERRORS[number][0] == "structure"


def test_events_and_answers_to_others_are_passed_over() -> None:
    assert swap(Jvm({A: [5]}, events=True), A=b"a") == swap(Jvm({A: [5]}, events=False), A=b"a")


def code(jvm: Jvm) -> str:
    with pytest.raises(DevboxError) as caught:
        swap(jvm, A=b"a")
    assert jvm.closed
    return caught.value.code


def test_a_jvm_that_hangs_up_has_another_debugger() -> None:
    assert code(Jvm(silent=True)) == "jdwp.held"


def test_what_is_no_debug_agent() -> None:
    assert code(Jvm(greeting=b"HTTP/1.1 400 B")) == "jdwp.protocol"
    assert code(Jvm(greeting=b"SSH")) == "jdwp.protocol"


@pytest.mark.parametrize("at", [(1, 7), (1, 2), (1, 18)])
def test_a_jvm_that_breaks_off(at: tuple[int, int]) -> None:
    assert code(Jvm({A: [5]}, breaks_at=at)) == "jdwp.lost"


@pytest.mark.parametrize("at", [(1, 7), (1, 2)])
def test_a_jvm_that_refuses_a_question(at: tuple[int, int]) -> None:
    assert code(Jvm({A: [5]}, errors={at: 112})) == "jdwp.refused"


def test_an_answer_of_absurd_length() -> None:
    jvm = Jvm()
    debugger = Debugger(jvm)
    jvm._out.append(b"\xff\xff\xff\xff" + b"\0" * 7)
    with pytest.raises(DevboxError) as caught:
        debugger.loaded(A)
    assert caught.value.code == "jdwp.protocol"


def test_a_failure_in_between_still_lets_the_jvm_go() -> None:
    jvm = Jvm()
    with pytest.raises(RuntimeError), attached(jvm):
        raise RuntimeError
    assert jvm.asked[-1] == (1, 6) and jvm.closed
