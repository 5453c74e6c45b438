"""A script accounts for itself behind a token; everything else is a failure."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devbox.errors import DevboxError
from devbox.jenkins import script
from devbox.jenkins.client import Client, Reply


class Answering(Client):
    """A Jenkins that answers scripts with what `say` makes of their token."""

    def __init__(self, say: Any, status: int = 200) -> None:
        super().__init__("http://nowhere")
        self.say, self.status, self.sent = say, status, ""

    def post(self, path: str, fields: Any, *, timeout: float | None = None) -> Reply:
        self.sent = fields["script"]
        found = re.search(r"devbox-[0-9a-f]{32}:", self.sent)
        assert path == "/scriptText" and found
        return Reply(self.status, {}, str(self.say(found[0])).encode())


def answer(**values: Any) -> Any:
    return lambda token: token + base64.b64encode(json.dumps(values).encode()).decode() + "\n"


def test_an_outcome() -> None:
    jenkins = Answering(answer(output="a\n", result=[1], failure=None))
    assert script.run(jenkins, "return [1]") == script.Outcome("a\n", [1], None)
    failure = {"kind": "exception", "message": "boom", "line": 3, "column": None, "trace": "at x"}
    failed = script.run(Answering(answer(output="", result=None, failure=failure)), "x").failure
    assert failed == script.Failure("exception", "boom", 3, None, "at x")


@pytest.mark.parametrize(
    ("say", "status"),
    [
        (lambda token: "java.lang.OutOfMemoryError: heap\n\tat x", 200),
        (lambda token: "devbox-00000000000000000000000000000000:e30=", 200),
        (lambda token: "", 200),
        (lambda token: token + "e30=", 500),
    ],
)
def test_without_its_word_a_script_has_failed(say: Any, status: int) -> None:
    for ask in (lambda jenkins: script.run(jenkins, "x"), lambda jenkins: script.call(jenkins, "state")):
        with pytest.raises(DevboxError) as caught:
            ask(Answering(say, status))
        assert caught.value.code == "groovy.unanswered"


def test_a_script_of_our_own() -> None:
    jenkins = Answering(answer(result={"a": 1}))
    assert script.call(jenkins, "keep", {"names": "a'b\n"}) == {"a": 1}
    assert "def names = new String(['YSdiCg=='].join('').decodeBase64(), 'UTF-8')" in jenkins.sent
    assert jenkins.sent.startswith("import jenkins.model.Jenkins\n")
    with pytest.raises(DevboxError) as caught:
        script.call(Answering(answer(failure="java.io.IOException: no space")), "keep", {"names": ""})
    assert (caught.value.code, caught.value.cause) == ("groovy.failed", "java.io.IOException: no space")


@settings(max_examples=40)
@given(st.text(max_size=200), st.integers(0, 3))
def test_any_text_gets_through_as_it_is(text: str, more: int) -> None:
    text += "x" * more * script.PIECE
    pieces = re.findall(r"'([A-Za-z0-9+/=]*)'", script._encoded(text))
    assert base64.b64decode("".join(pieces)).decode("utf-8", "surrogatepass") == text
    assert all(len(piece) <= script.PIECE for piece in pieces)
