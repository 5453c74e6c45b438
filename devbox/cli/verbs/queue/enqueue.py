"""`devbox queue enqueue QUEUE CLASS [ARGS_JSON]`."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from devbox.cli import jsontext, redis, values, verb
from devbox.cli.run import Run
from devbox.cli.settings import checked
from devbox.cli.verb import Outcome
from devbox.errors import Cure, UsageError
from devbox.result import Result
from devbox.ui.words import count

if TYPE_CHECKING:
    from typer._click import Command

    from devbox.queue.client import Client

CHUNK = 50_000
"""Lines that are read and judged before they are put in."""

Jobs = dict[str, list[bytes]]
"""Payloads by queue."""

QueueArgument = Annotated[str | None, typer.Argument(metavar="QUEUE", help="the queue", show_default=False)]
ClassArgument = Annotated[str | None, typer.Argument(metavar="CLASS", help="the job's class", show_default=False)]
ArgsArgument = Annotated[
    str | None, typer.Argument(metavar="[ARGS_JSON]", help="its arguments, a JSON list", show_default=False)
]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="FILE", help="a job a line, as JSON; - is stdin", show_default=False)
]
TimesOption = Annotated[
    str | None, typer.Option("--times", metavar="N", help="the same job so many times (1)", show_default=False)
]


def command() -> Command:
    """The verb."""
    return verb.command("queue enqueue", enqueue, changing=True)


def enqueue(
    run: Run,
    queue: QueueArgument = None,
    cls: ClassArgument = None,
    args: ArgsArgument = None,
    source: FromOption = None,
    times: TimesOption = None,
    redis_: redis.RedisOption = None,
    namespace: redis.NamespaceOption = None,
) -> Outcome:
    """Put a job into a queue, or many: devbox queue enqueue QUEUE CLASS [ARGS_JSON].

    \b
    Examples:
      devbox queue enqueue default Echo '["hello", 1]'
      devbox queue enqueue default Sleep '[0.1]' --times 1000
      devbox queue enqueue --from jobs.jsonl
      producer | devbox queue enqueue mail --from -

    A line of a file is {"queue": "mail", "class": "Mail", "args": [1]}; QUEUE serves
    the lines that name none. Lines are read and put in 50,000 at a time: where one
    is wrong, it is named, and none of its 50,000 and of those behind them goes in.
    """
    number = checked(values.whole(1, 10_000_000), times, "--times") if times is not None else 1
    if source is not None and times is not None:
        raise UsageError("usage.conflict", "--from and --times are both given: a line is one job")
    jobs = _from(run, source, queue, cls) if source is not None else _one(queue, cls, args, number)
    if run.flags.dry_run:
        return Result({"changes": [_change(name, payloads) for found in jobs for name, payloads in found.items()]})
    with redis.client(run, redis_, namespace) as client:
        sent = _send(client, jobs)
    watch = Cure("watch it" if sent == 1 else "watch them", "devbox queue stats --watch")
    return Result({"enqueued": sent}, next=(watch,) if sent else ())


def _change(queue: str, payloads: list[bytes]) -> dict[str, str]:
    return {"action": "enqueue", "target": f"queue {queue}", "reason": count(len(payloads), "job")}


def _send(client: Client, jobs: Iterator[Jobs]) -> int:
    sent = 0
    try:
        for chunk in jobs:
            for queue, payloads in chunk.items():
                client.push(queue, payloads)
                sent += len(payloads)
    except UsageError as error:
        if sent:
            error.message += f" ({sent} jobs before it are in)"
        raise
    return sent


def _one(queue: str | None, cls: str | None, args: str | None, times: int) -> Iterator[Jobs]:
    """One job, `times` times."""
    if queue is None or cls is None:
        raise UsageError(
            "usage.argument",
            f"the {'queue' if queue is None else 'class'} is missing",
            cures=(Cure("write it as", "devbox queue enqueue QUEUE CLASS '[ARGUMENTS]'"),),
        )
    payload = _payload(cls, _arguments(args))
    _named(queue)
    return iter([{queue: [payload] * min(CHUNK, times - at)} for at in range(0, times, CHUNK)])


def _arguments(text: str | None) -> list[Any]:
    if text is None:
        return []
    try:
        found = jsontext.read(text)
    except ValueError as error:
        raise _invalid(f"the arguments cannot be read: {values.shown(text)}", str(error)) from error
    if not isinstance(found, list):
        raise _invalid(f"the arguments are no list: {values.shown(text)}", None)
    return found


def _invalid(what: str, cause: str | None) -> UsageError:
    return UsageError(
        "queue.args_invalid",
        what,
        cause=cause,
        cures=(Cure("""write them as a JSON list, such as '["text", 1, true]'"""),),
    )


def _payload(cls: str, args: list[Any], named: dict[str, Any] | None = None) -> bytes:
    from devbox.queue.client import job_payload

    return job_payload(cls, args, named)


def _named(queue: str) -> str:
    from devbox.queue.client import check_queue

    return check_queue(queue)


def _from(run: Run, source: str, queue: str | None, cls: str | None) -> Iterator[Jobs]:
    """The jobs of a file, or of stdin."""
    if cls is not None:
        raise UsageError("usage.conflict", "a class and --from are both given: the lines have classes of their own")
    return _chunks(run, source, queue)


def _chunks(run: Run, source: str, queue: str | None) -> Iterator[Jobs]:
    shown = "stdin" if source == "-" else source
    with _opened(run, source) as file:
        lines = enumerate(file, 1)
        while part := list(islice(lines, CHUNK)):
            found: Jobs = {}
            for number, line in part:
                if line.strip():
                    name, payload = _line(line, queue, f"{shown}, line {number}")
                    found.setdefault(name, []).append(payload)
            yield found


@contextlib.contextmanager
def _opened(run: Run, source: str) -> Iterator[IO[Any]]:
    if source == "-":
        yield getattr(run.environment.stdin, "buffer", run.environment.stdin)
        return
    try:
        file = (run.environment.cwd / Path(source).expanduser()).open("rb")
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError("file.unreadable", f"{source!r} cannot be read", cause=why) from error
    with io.BufferedReader(file.raw) as reader:
        yield reader


def _line(line: str | bytes, queue: str | None, where: str) -> tuple[str, bytes]:
    """A queue and a payload out of one line; raises `queue.args_invalid` and its like with the line's place."""
    try:
        job = jsontext.read(line)
        if not isinstance(job, dict):
            raise UsageError("queue.args_invalid", "is no JSON object")
        name = job.get("queue", queue)
        if not isinstance(name, str):
            raise UsageError("queue.name_invalid", "names no queue")
        args = job.get("args", [])
        return _named(name), _payload(job.get("class") or "", args if args is not None else [], job.get("vars"))
    except UsageError as error:
        raise UsageError(error.code, f"{where}: {error.message}", cause=error.cause, cures=_LINE) from error
    except ValueError as error:
        raise UsageError("queue.args_invalid", f"{where} cannot be read", cause=str(error), cures=_LINE) from error


_LINE = (Cure("""write a line as {"queue": "mail", "class": "Mail", "args": [1]}"""),)
