"""A JSON object in Redis by its parts, each as the very bytes: what goes back goes back as it was written.

Read and written anew, `1.10` would become `1.1` and `\\u00e4` a letter, and Resque, which finds a job by its bytes,
would not find it any more.
"""

from __future__ import annotations

import json
import re
from typing import Any

from devbox.queue import wire

_BLANK = re.compile(r"[ \t\n\r]*")
_READER = json.JSONDecoder(parse_int=str, parse_float=str, strict=False)

DEPTH = 100
"""How deep an object may be nested to be shown: as deep as Ruby's JSON reads."""


def view(data: bytes) -> Any:
    """JSON of anybody's, to be looked at: what comes of it can always be written as JSON again. Raises ValueError.

    Numbers that no double holds, and NaN, which is no JSON and which Python's relatives write all the same, are
    their text; bytes that are not UTF-8 survive as surrogates.
    """
    try:
        value = json.loads(wire.text(data), parse_constant=str, parse_float=_real, parse_int=_whole, strict=False)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if data.count(b"[") + data.count(b"{") > DEPTH and _depth(value) > DEPTH:
        raise ValueError("nested too deep")
    return value


def _real(text: str) -> float | str:
    value = float(text)
    return text if value in (float("inf"), float("-inf")) else value


def _whole(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:  # more digits than Python turns into a number
        return text


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            inner
            for one in level
            if isinstance(one, (dict, list))
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return depth


def member(data: bytes, name: str) -> bytes | None:
    """A member's value as the bytes that it is; None where there is none. Raises ValueError for what is no object."""
    found = _places(data).get(name)
    return data[slice(*found)] if found else None


def with_member(data: bytes, name: str, value: bytes) -> bytes:
    """The object with this member put in its old value's place, or at the end; nothing else of it changes."""
    places = _places(data)
    if name in places:
        start, end = places[name]
        return data[:start] + value + data[end:]
    end = data.rindex(b"}")
    return data[:end] + (b"," if places else b"") + json.dumps(name).encode() + b":" + value + data[end:]


def _places(data: bytes) -> dict[str, tuple[int, int]]:
    """Where each member's value begins and ends; of two with one name the last counts, as for everybody."""
    text = data.decode("latin-1")  # a letter a byte
    places: dict[str, tuple[int, int]] = {}
    at = _behind(text, 0, "{")
    while text[at : at + 1] != "}":
        if places:
            at = _behind(text, at, ",")
        if text[at : at + 1] != '"':
            raise ValueError(f"no name at {at}")
        start, at = _span(text, at)
        name = str(json.loads(wire.text(data[start:at]), strict=False))
        places[name] = _span(text, _behind(text, at, ":"))
        at = _blank(text, places[name][1])
    return places


def _span(text: str, start: int) -> tuple[int, int]:
    try:
        return start, _READER.raw_decode(text, start)[1]
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _behind(text: str, at: int, sign: str) -> int:
    """Behind this sign and the blanks around it."""
    at = _blank(text, at)
    if text[at : at + 1] != sign:
        raise ValueError(f"no {sign} at {at}")
    return _blank(text, at + 1)


def _blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def payload_of(record: bytes) -> bytes | None:
    """The payload of a failure record, to be put into its queue again, byte for byte; None where there is none.

    Text of a payload that is no job stands in the record as a string, and bytes that are no text as
    `payload_base64` (`wire.failure`); `null` and `{}` are none. Raises ValueError for a record that is no JSON object.
    """
    kept = member(record, "payload_base64")
    if kept is not None and (data := wire.decoded(kept)) is not None:
        return data
    found = member(record, "payload")
    if found in (None, b"null", wire.NO_JOB):
        return None
    if not found.startswith(b'"'):
        return found
    return wire.raw(json.loads(wire.text(found), strict=False))
