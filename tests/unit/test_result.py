"""The envelope of `--json`: exactly these fields, in these cases."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.errors import ConfirmationNeeded, Cure, DevboxError, Exit, UsageError
from devbox.result import Result, Warning_, envelope, error_json


def test_a_result_has_its_data_and_no_error() -> None:
    assert envelope("up", Result({"sandboxes": []})) == {
        "schema": 1,
        "command": "up",
        "status": "ok",
        "data": {"sandboxes": []},
        "warnings": [],
        "error": None,
    }


def test_warnings_keep_their_code_and_their_order() -> None:
    result = Result({}, (Warning_("port.moved", "8080 is taken"), Warning_("image.moved", "another image")))
    assert envelope("up", result)["warnings"] == [
        {"code": "port.moved", "message": "8080 is taken"},
        {"code": "image.moved", "message": "another image"},
    ]


MOVED, SPENT = Warning_("port.moved", "8080 is taken"), Warning_("restarts.spent", "it ended")


def test_a_warning_that_was_told_on_the_way_and_is_in_the_result_is_there_once() -> None:
    told = envelope("up", Result({}, (SPENT, MOVED)), told=[MOVED, MOVED])
    assert [w["code"] for w in told["warnings"]] == ["port.moved", "restarts.spent"]


def test_an_error_keeps_the_warnings_that_were_told_before_it() -> None:
    told = envelope("up", DevboxError("jenkins.timeout", "not ready"), told=[MOVED])
    assert [w["code"] for w in told["warnings"]] == ["port.moved"]


def test_a_result_may_be_partial() -> None:
    assert envelope("pull", Result({"images": []}, status="partial"))["status"] == "partial"


def test_what_to_try_next_is_for_people_alone() -> None:
    told = envelope("up", Result({}, next=(Cure("open it", "devbox open"),)))
    assert "devbox open" not in json.dumps(told)


def test_an_error_has_its_code_its_cause_and_its_cures() -> None:
    error = DevboxError(
        "port.taken",
        "port 8080 is taken by container web-1",
        cause="Bind for 127.0.0.1:8080 failed",
        cures=(Cure("choose another", "devbox up jenkins --http-port 8081"), Cure("or end what has it")),
        retryable=True,
        tail=("for people only",),
        log="/state/logs/jenkins.log",
    )
    assert envelope("up", error) == {
        "schema": 1,
        "command": "up",
        "status": "error",
        "data": None,
        "warnings": [],
        "error": {
            "code": "port.taken",
            "message": "port 8080 is taken by container web-1",
            "cause": "Bind for 127.0.0.1:8080 failed",
            "retryable": True,
            "log": "/state/logs/jenkins.log",
            "cures": [
                {"text": "choose another", "command": "devbox up jenkins --http-port 8081"},
                {"text": "or end what has it", "command": None},
            ],
        },
    }


def test_an_error_without_more_has_all_fields_all_the_same() -> None:
    assert error_json(DevboxError("a.b", "c")) == {
        "code": "a.b",
        "message": "c",
        "cause": None,
        "retryable": False,
        "log": None,
        "cures": [],
    }


def test_an_error_may_still_have_something_to_show() -> None:
    told = envelope("doctor", DevboxError("doctor.findings", "2 fail"), {"ok": False})
    assert (told["status"], told["data"]) == ("error", {"ok": False})


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DevboxError("a.b", "c"), Exit.FAILED),
        (UsageError("a.b", "c"), Exit.USAGE),
        (ConfirmationNeeded("a.b", "c"), Exit.NEEDS_CONFIRMATION),
    ],
)
def test_the_kind_of_an_error_chooses_the_exit_status_alone(error: DevboxError, status: Exit) -> None:
    assert error.exit == status
    assert str(error) == "c"
    assert envelope("up", error)["error"]["code"] == "a.b"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda v: st.lists(v) | st.dictionaries(st.text(), v),
    max_leaves=5,
)


@given(st.text(), st.dictionaries(st.text(), values), st.lists(st.tuples(st.text(), st.text()), max_size=3))
def test_an_envelope_is_json_whatever_is_in_it(
    command: str, data: dict[str, object], warnings: list[tuple[str, str]]
) -> None:
    told = envelope(command, Result(data, tuple(Warning_(*w) for w in warnings)))
    assert json.loads(json.dumps(told)) == told
    assert list(told) == ["schema", "command", "status", "data", "warnings", "error"]
