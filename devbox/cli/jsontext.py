"""JSON that a person wrote: read strictly, and what is wrong with it in people's words."""

from __future__ import annotations

import json
from typing import Any

WORDS = {
    "Expecting value": "a value is missing",
    "Expecting ',' delimiter": "a comma is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting property name enclosed in double quotes": "a name in double quotes is missing",
    "Illegal trailing comma": "there is a comma too many",
    "Extra data": "there is more behind its end",
    "Unterminated string": "a text in double quotes does not end",
    "Invalid control character": "a control character stands in a text: write a line's end as \\n",
    "Invalid \\": "a backslash begins nothing that JSON knows",
}
"""What Python's messages begin with."""


def read(text: str | bytes) -> Any:
    """What the text says; raises `ValueError`, whose text is for people."""
    try:
        whole = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        return _READER.decode(whole.rstrip())
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8: byte {error.start + 1} does not belong there") from error
    except json.JSONDecodeError as error:
        why = next((words for said, words in WORDS.items() if error.msg.startswith(said)), error.msg)
        raise ValueError(f"it is no JSON: {why} (column {error.colno})") from error
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def _real(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"the number {_short(text)} is too large")
    return value


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:  # more digits than Python takes
        raise ValueError(f"the number {_short(text)} has too many digits") from error


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no number that JSON knows")


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:17]}..."


_READER = json.JSONDecoder(parse_float=_real, parse_int=_whole, parse_constant=_constant)
"""Made once: a file may have millions of lines."""
