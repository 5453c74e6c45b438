"""`devbox queue failed [list|retry|remove|clear]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from devbox.cli import redis, values, verb
from devbox.cli.run import Run
from devbox.cli.settings import checked
from devbox.cli.verb import Outcome
from devbox.cli.verbs.queue.peek import CountOption, StartOption, number
from devbox.errors import Cure, DevboxError, UsageError
from devbox.events import Warned
from devbox.result import Result

if TYPE_CHECKING:
    from typer._click import Command

    from devbox.queue.client import Client
    from devbox.queue.failures import Failure, Filter

ACTIONS = ("list", "retry", "remove", "clear")

ActionArgument = Annotated[
    str | None, typer.Argument(metavar="[list|retry|remove|clear]", help="what to do (list)", show_default=False)
]


def _only(flag: str, metavar: str, text: str) -> Any:
    return typer.Option(flag, metavar=metavar, help=text, show_default=False)


ClassOption = Annotated[str | None, _only("--class", "CLASS", "only jobs of this class")]
QueueOption = Annotated[str | None, _only("--queue", "QUEUE", "only jobs of this queue")]
ExceptionOption = Annotated[str | None, _only("--exception", "NAME", "only failures with this exception")]
TextOption = Annotated[str | None, _only("--text", "TEXT", "only failures that have this in them")]
IndexOption = Annotated[list[str] | None, _only("--index", "N", "only this one; repeatable")]


def command() -> Command:
    """The verb."""
    return verb.command("queue failed", failed, changing=True)


def failed(
    run: Run,
    action: ActionArgument = None,
    cls: ClassOption = None,
    queue: QueueOption = None,
    exception: ExceptionOption = None,
    text: TextOption = None,
    index: IndexOption = None,
    start: StartOption = None,
    count: CountOption = None,
    redis_: redis.RedisOption = None,
    namespace: redis.NamespaceOption = None,
) -> Outcome:
    """Show the jobs that failed, put them back into their queues, or remove their records.

    \b
    Examples:
      devbox queue failed                              the last ones
      devbox queue failed --class Mail --text timeout
      devbox queue failed retry --class Mail           once more
      devbox queue failed retry                        all that were not yet
      devbox queue failed remove --index 3
      devbox queue failed clear                        all of them (asks)

    A record that somebody else removed or retried meanwhile is left alone: never another one in its place.
    --json without --count has all of them. --exception takes a whole name or its last part.
    """
    from devbox.queue.failures import Filter

    what = checked(values.choice(*ACTIONS), action or "list", "what to do with failures")
    some = any(value is not None for value in (cls, queue, exception, text)) or bool(index)
    if what == "remove" and not some:
        raise UsageError(
            "usage.argument",
            "which failures? Nothing says so",
            cures=(
                Cure("name them", "devbox queue failed remove --index N"),
                Cure("or remove all of them", "devbox queue failed clear"),
            ),
        )
    if what == "clear" and some:
        raise UsageError(
            "usage.conflict",
            "clear takes all of them away",
            cures=(Cure("remove only some", "devbox queue failed remove ..."),),
        )
    fresh = False if what == "retry" and not some else None
    only = Filter(queue, cls, exception, text, _places(index), retried=fresh)
    with redis.client(run, redis_, namespace) as client:
        if what == "list":
            return _list(run, client, only, start, count)
        if what == "clear":
            return _clear(run, client)
        return _act(run, client, what, only)


def _places(index: list[str] | None) -> frozenset[int] | None:
    return frozenset(int(checked(values.whole(0, 10**9), one, "--index")) for one in index) if index else None


def _list(run: Run, client: Client, only: Filter, start: str | None, count: str | None) -> Result:
    """A part of them, for programs all; without a start the last ones."""
    found = _find(run, client, only)
    most = number(count, "--count", len(found) if run.flags.json else 20)
    first = number(start, "--start", 0) if start is not None else max(0, len(found) - most)
    shown = found[first : first + most]
    return Result({"failures": [failure.data() for failure in shown], "total": len(found)})


def _find(run: Run, client: Client, only: Filter) -> list[Failure]:
    """The failures that fit; a list that is none is warned of."""
    skipped: list[DevboxError] = []
    found = client.failures.find(only, skipped=skipped)
    for one in skipped:
        run.emit(Warned(one.code, f"{one.message}: it is left out"))
    return found


def _clear(run: Run, client: Client) -> Result:
    there = client.failures.count()
    if run.flags.dry_run:
        return Result({"changes": [{"action": "remove", "target": "failures", "reason": f"all {there} of them"}]})
    if not there:
        return Result({"failures": [], "removed": 0})
    if not run.confirm(f"Remove all {there} failure records at {client.where.shown}?"):
        return Result({"failures": [], "removed": 0})
    return Result({"failures": [], "removed": client.failures.clear()})


def _act(run: Run, client: Client, what: str, only: Filter) -> Result:
    chosen = _find(run, client, only)
    _check_there(run, only, chosen)
    if run.flags.dry_run:
        return Result({"changes": [_change(what, failure) for failure in chosen]})
    data = [failure.data() for failure in chosen]
    if what == "remove":
        return Result({"failures": data, "removed": client.failures.remove(chosen)})
    refused: list[DevboxError] = []
    retried = client.failures.retry(chosen, refused)
    if refused and len(chosen) == 1:
        raise refused[0]
    for one in refused:
        run.emit(Warned(one.code, one.message))
    status = ("partial" if retried else "error") if refused else "ok"
    error = refused[0] if refused and not retried else None
    return Result(
        {"failures": data, "retried": retried},
        status=status,
        error=error,
        next=(Cure("see how they do", "devbox queue stats"),),
    )


def _check_there(run: Run, only: Filter, chosen: list[Failure]) -> None:
    """Of the failures that were named one by one at least one has to be there; the others are warned of."""
    missing = sorted((only.indices or frozenset()) - {failure.index for failure in chosen})
    if not missing:
        return
    others = any(value is not None for value in (only.queue, only.cls, only.exception, only.text))
    rest = " that fits" if others else ""
    message = f"there is no failure {', '.join(map(str, missing))}{rest}"
    if not chosen:
        raise DevboxError("queue.failure_unknown", message, cures=(Cure("see which there are", "devbox queue failed"),))
    run.emit(Warned("queue.failure_unknown", message))


def _change(what: str, failure: Failure) -> dict[str, str]:
    return {"action": what, "target": f"failure {failure.index}", "reason": f"{failure.cls} of {failure.queue}"}
