"""`devbox queue failed` in words."""

from __future__ import annotations

from typing import Any

import pytest

from devbox.result import Result
from devbox.ui.results.queue import failed
from devbox.ui.style import Style

TORN: dict[str, Any] = {"index": 1, "payload": "", "exception": "", "error": "this record is not JSON", "queue": ""}
WHOLE: dict[str, Any] = {"index": 0, "payload": {"class": "A"}, "exception": "X", "error": "y", "queue": "q"}


@pytest.mark.parametrize(
    ("failures", "then"),
    [([WHOLE, TORN], "devbox queue failed retry --index 0"), ([TORN], "devbox queue failed remove --index 1")],
)
def test_what_is_to_be_typed_next_can_be_done(failures: list[dict[str, Any]], then: str) -> None:
    lines = failed(Result({"failures": failures, "total": len(failures)}), Style(False), 120)
    assert lines[-1].endswith(then)
    assert lines[-2].split()[-6:] == ["job)", "this", "record", "is", "not", "JSON"]
