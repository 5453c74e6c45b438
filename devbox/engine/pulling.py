"""One pull: `POST /images/create`, whose answer is 200 at once and whose failures come inside the stream."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from devbox.engine.api import Flag, LayerProgress
from devbox.engine.credentials import auth_header
from devbox.engine.faults import explain
from devbox.engine.refs import is_ref, split_ref
from devbox.engine.wire import Wire
from devbox.errors import Cure, DevboxError

_LAYER = re.compile(r"[0-9a-f]{12}\Z")


def pull_once(
    wire: Wire, ref: str, progress: Callable[[LayerProgress], None], docker_folder: Path, stop: Flag | None
) -> None:
    """Pull; raises the first failure that the stream tells of. Closing the connection makes the engine give it up."""
    if not is_ref(ref):
        raise image_error("invalid reference format", ref)
    repository, tag = split_ref(ref)
    params = {"fromImage": repository, "tag": tag}
    headers = auth_header(docker_folder, repository)
    with wire.open(
        "POST",
        "/images/create",
        params=params,
        headers=headers,
        limit=None,
        stop=stop,
        about={"image": ref},
        scope="pull",
    ) as call:
        for message in messages(call.pieces()):
            failure = failure_of(message)
            if failure is not None:
                raise image_error(failure, ref)
            progress(layer_progress(message))


def image_error(text: str, ref: str) -> DevboxError:
    """What a text from a pull's stream means."""
    match = explain(text, "pull")
    if match:
        return match.error(text, {"image": ref})
    cures = (Cure("See what the docker command says.", f"docker pull {ref}"),)
    return DevboxError("image.pull_failed", f"{ref} could not be pulled.", cause=text, cures=cures)


def failure_of(message: dict[str, Any]) -> str | None:
    """The error text of a stream's message: `errorDetail.message`, or the older `error`; None for a good one."""
    detail = message.get("errorDetail")
    said = detail.get("message") if isinstance(detail, dict) else None
    said = said or message.get("error")
    if said is None and detail is None:
        return None
    return said if isinstance(said, str) else json.dumps(message)


def layer_progress(message: dict[str, Any]) -> LayerProgress:
    """A stream's message. In "Pulling from ..." `id` is the tag: it is about the whole image."""
    status = message.get("status")
    status = status if isinstance(status, str) else ""
    layer = message.get("id")
    if not isinstance(layer, str) or not _LAYER.match(layer) or status.startswith("Pulling from"):
        layer = ""
    detail = message.get("progressDetail")
    detail = detail if isinstance(detail, dict) else {}
    return LayerProgress(layer, status, _count(detail.get("current")), _count(detail.get("total")))


def messages(pieces: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """The JSON objects of a stream that sends one after the other, however it is cut up; other lines are skipped."""
    decoder, text = json.JSONDecoder(), codecs.getincrementaldecoder("utf-8")("replace")
    held = ""
    for piece in pieces:
        new = text.decode(piece)
        held = (held + new).lstrip()
        # Only these end something; without them there is nothing to try.
        while held and ("}" in new or "\n" in new):
            try:
                value, end = decoder.raw_decode(held)
            except (ValueError, RecursionError):
                _line, newline, rest = held.partition("\n")
                if not newline:
                    break
                held = rest.lstrip()
                continue
            held = held[end:].lstrip()
            if isinstance(value, dict):
                yield value


def _count(value: object) -> int:
    return int(value) if isinstance(value, int | float) and 0 < value < 1 << 62 else 0
