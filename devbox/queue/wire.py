"""What lies in Redis, as Resque writes it and its relatives too: jobs, failures, worker ids, envelopes of ours.

Texts are bytes in Redis and may be any bytes at all; as Python's `str` they carry what is not UTF-8 as surrogates.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from devbox.queue import dates

DIRTY_EXIT = "Resque::DirtyExit"
PRUNED = "Resque::PruneDeadWorkerDirtyExit"
TERMINATED = "Resque::TermException"
UNDECODABLE = "Resque::Helpers::DecodeException"
NO_CLASS = "Resque::NoClassError"
UNKNOWN_CLASS = "NameError"
WRONG_TYPE = "Redis::CommandError"
NO_JOB = b"{}"
"""The payload of a failure that is no job's: resque-web and others look for its `class`, and find none."""


def text(data: bytes) -> str:
    """Bytes of Redis as text; what is not UTF-8 survives as surrogates."""
    return data.decode("utf-8", "surrogateescape")


def raw(value: str) -> bytes:
    """The reverse of `text`; a surrogate that is no byte's becomes a question mark."""
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace")


def number(value: Any) -> int:
    """A counter as Redis gives it; what is none counts nought."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def clean(value: str) -> str:
    """Text that is certainly UTF-8, as Resque cleans an error's."""
    return value.encode("utf-8", "replace").decode("utf-8")


def dumps(value: object) -> str:
    """JSON as Ruby writes it: no blanks, letters as they are."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if written.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in written):
        return written
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def loads(value: bytes | str) -> Any:
    """JSON, strictly: ValueError also for NaN, Infinity, bad UTF-8 and what is nested too deep."""
    try:
        return _STRICT.decode(value.decode("utf-8") if isinstance(value, bytes) else value)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_STRICT = json.JSONDecoder(parse_constant=_no_constant)
"""Made once: a worker reads a payload for each job."""


class Job(NamedTuple):
    """A payload that can be run: its class's name, arguments in order, arguments by name (Jesque's `vars`)."""

    cls: str
    args: Sequence[Any] = ()
    vars: Mapping[str, Any] = MappingProxyType({})


class BadPayload(Exception):
    """A payload that is no job; `exception` is the name under which it is filed."""

    def __init__(self, exception: str, message: str) -> None:
        super().__init__(message)
        self.exception = exception


def payload(cls: str, args: Sequence[Any] = (), named: Mapping[str, Any] | None = None) -> bytes:
    """A job as Resque writes it, byte for byte; `vars` only where there are any. ValueError for what is no JSON."""
    value: dict[str, Any] = {"class": cls, "args": list(args)}
    if named:
        value["vars"] = dict(named)
    return raw(dumps(value))


def parse(data: bytes) -> Job:
    """A payload of any of Resque's relatives: `args` may be missing, more fields may be there. Raises `BadPayload`."""
    try:
        value = loads(data)
    except ValueError as error:
        raise BadPayload(UNDECODABLE, f"the payload is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadPayload(UNDECODABLE, f"the payload is not a JSON object but {_kind(value)}")
    cls, args, named = value.get("class"), value.get("args"), value.get("vars")
    if not isinstance(cls, str) or not cls:
        raise BadPayload(NO_CLASS, "Jobs must be given a class.")
    if isinstance(args, list) and len(args) == 1 and cls.endswith("::JobWrapper") and isinstance(args[0], dict):
        return _active_job(args[0])
    if args is None:
        args = []
    if not isinstance(args, list):
        args = [args]  # a lone argument, as Ruby's splat takes it
    return Job(cls, args, named if isinstance(named, dict) else {})


def _active_job(job: Mapping[str, Any]) -> Job:
    """The job in Rails' wrapper: its class, and its arguments without ActiveJob's marks."""
    cls, args = job.get("job_class"), job.get("arguments")
    if not isinstance(cls, str) or not cls:
        raise BadPayload(NO_CLASS, "the ActiveJob wrapper names no job_class")
    return Job(cls, [_unmarked(value) for value in args] if isinstance(args, list) else [])


def _unmarked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unmarked(one) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"_aj_globalid"}:
        return value["_aj_globalid"]
    if "_aj_serialized" in value and "value" in value:
        return _unmarked(value["value"])
    return {key: _unmarked(one) for key, one in value.items() if not key.startswith("_aj_")}


def _kind(value: Any) -> str:
    kinds: dict[type, str] = {list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), "a number")


def failure(
    data: bytes, exception: str, error: str, backtrace: Sequence[str], worker: str, queue: str, at: str | None = None
) -> bytes:
    """A failure record, keys in Resque's order, with the raw payload in it.

    A payload that is no JSON object becomes a string, since readers look for its `class`; where its bytes are no
    UTF-8 (or have blanks around them) they are kept as `payload_base64`, too.
    """
    head = raw(dumps({"failed_at": at or dates.failed_at()}))[:-1]
    tail = {
        "exception": clean(exception),
        "error": clean(error),
        "backtrace": [clean(line) for line in backtrace],
        "worker": clean(worker),
        "queue": clean(queue),
    }
    if not _is_utf8(data) or data != data.strip():
        tail["payload_base64"] = base64.b64encode(data).decode("ascii")
    return head + b',"payload":' + _embedded(data) + b"," + raw(dumps(tail))[1:]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _embedded(data: bytes) -> bytes:
    """A payload as it goes into another record."""
    try:
        if isinstance(loads(data), dict):
            return data.strip()
    except ValueError:
        pass
    return raw(dumps(data.decode("utf-8", "backslashreplace")))


def decoded(value: bytes) -> bytes | None:
    """The bytes that a JSON string holds in base64, as `payload_base64` has them; None where it does not."""
    try:
        kept = loads(value)
        return base64.b64decode(kept, validate=True) if isinstance(kept, str) else None
    except ValueError:
        return None


def worker_id(host: str, pid: int | str, queues: Sequence[str]) -> str:
    """`host:pid:q1,q2` with the queues as given; those excluded with `!` are not in it (`worker.rb`)."""
    return f"{host}:{pid}:{','.join(name for name in queues if not name.startswith('!'))}"


def queues_of(worker: str) -> list[str]:
    """The queues of a worker's id: at most three parts, since a queue's name may have a colon."""
    parts = worker.split(":", 2)
    names = parts[2].split(",") if len(parts) > 2 else []
    return [name for name in names if name and name != "JAVA_DYNAMIC_QUEUES"]


class Envelope(NamedTuple):
    """A claimed job in an in-flight list: a line of JSON of ours, then the payload as it was, byte for byte.

    `deliveries` counts this one; `score` is its place in a delayed queue of Jesque's, "" elsewhere.
    """

    id: str
    queue: str
    deliveries: int
    score: str
    payload: bytes
    data: bytes

    @classmethod
    def read(cls, data: bytes) -> Envelope:
        """The envelope in Redis."""
        head, _, body = data.partition(b"\n")
        fields = json.loads(text(head))
        return cls(fields["id"], fields["queue"], int(fields["deliveries"]), fields["score"], body, data)

    @classmethod
    def of(cls, data: bytes, number: bytes, queue: bytes, deliveries: int, score: bytes) -> Envelope:
        """A claim's answer: the envelope, and its head beside it."""
        return cls(text(number), text(queue), deliveries, text(score), data.partition(b"\n")[2], data)
