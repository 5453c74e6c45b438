"""`devbox queue ...` in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from devbox.errors import Cure
from devbox.queue import dates
from devbox.result import Result
from devbox.ui import errors, words
from devbox.ui.style import Style, clean
from devbox.ui.table import GAP, pairs, table

ARGS = 60
"""Columns of a job's arguments."""


def enqueue(result: Result, style: Style, _columns: int) -> list[str]:
    """How many are in."""
    done = f"{words.count((result.data or {})['enqueued'], 'job')} put in."
    return [style.paint(done, "green"), *_next(result, style)]


def peek(result: Result, style: Style, columns: int) -> list[str]:
    """The jobs, the next one first."""
    data = result.data or {}
    jobs, total = data["jobs"], data["total"]
    if not total:
        return ["No jobs wait there."]
    rows = [(str(place), *_job(job)) for place, job in enumerate(jobs)]
    lines = table(("", "CLASS", "ARGUMENTS"), rows, style, columns, numbers=("",)) if rows else []
    return [*lines, *_others(len(jobs), total, style)]


def _others(shown: int, total: int, style: Style) -> list[str]:
    """How many more there are, and how to see them."""
    if shown >= total:
        return []
    return [style.dim(f"{shown} of {total:,}: {total - shown:,} more; --start and --count show others")]


def _job(job: Mapping[str, Any]) -> tuple[str, str]:
    if "raw" in job and "class" not in job:
        return "(no job)", _short(clean(str(job["raw"])))
    return clean(str(job.get("class"))), _short(clean(json.dumps(job.get("args") or [], ensure_ascii=False)))


def _short(text: str, room: int = ARGS) -> str:
    return text if len(text) <= room else f"{text[: room - 3]}..."


def stats(result: Result, style: Style, columns: int) -> list[str]:
    """Queues, then the numbers of all."""
    data = result.data or {}
    rows = [(clean(name), f"{size:,}") for name, size in data["queues"].items()]
    lines = table(("QUEUE", "JOBS"), rows, style, columns, numbers=("JOBS",)) if rows else ["No queues."]
    names = ("pending", "in_flight", "processed", "failed", "workers", "working")
    return [*lines, "", *pairs([(name.replace("_", " "), f"{data[name]:,}") for name in names], style, columns)]


def failed(result: Result, style: Style, columns: int) -> list[str]:
    """The failures, or what became of them."""
    data = result.data or {}
    for key, one, several in (
        ("retried", "put back into its queue", "put back into their queues"),
        ("removed", "removed", "removed"),
    ):
        if key in data:
            done = f"{words.count(data[key], 'failure')} {one if data[key] == 1 else several}."
            return [done, *_next(result, style)]
    failures = data["failures"]
    if not failures:
        return _others(0, data["total"], style) or ["No failures."]
    rows = _failures(failures, columns)
    lines = table(("", "FAILED AT", "QUEUE", "CLASS", "ERROR"), rows, style, columns, numbers=("",))
    return [*lines, *_others(len(failures), data["total"], style), errors.cure(_then(failures), style)]


def _then(failures: Sequence[Mapping[str, Any]]) -> Cure:
    """What to do with the last of them that can be retried; a record that is torn or without a job can only go."""
    able = [
        failure["index"] for failure in failures if failure.get("queue") and failure.get("payload") not in (None, {})
    ]
    if able:
        return Cure("once more", f"devbox queue failed retry --index {able[-1]}")
    return Cure("away with it", f"devbox queue failed remove --index {failures[-1]['index']}")


def _failures(failures: Sequence[Mapping[str, Any]], columns: int) -> list[tuple[str, ...]]:
    """Their rows; long names of queues and classes are cut, so that all but the error fits on the line."""
    rows = [_failure(failure) for failure in failures]
    numbers, dates, queues, classes, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    room = max(24, columns - numbers - dates - 3 * len(GAP))
    queues = min(queues, max(room // 2, room - classes))
    return [
        (number, date, _short(queue, queues), _short(cls, room - queues), error)
        for number, date, queue, cls, error in rows
    ]


def _failure(failure: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    payload = failure.get("payload")
    cls = (payload.get("class") if isinstance(payload, dict) else None) or "(no job)"
    error = ": ".join(str(failure[key]) for key in ("exception", "error") if failure.get(key))
    return (
        str(failure["index"]),
        _moment(failure.get("failed_at")),
        clean(str(failure.get("queue") or "")),
        clean(str(cls)),
        clean(error) + (" (retried)" if failure.get("retried_at") else ""),
    )


def _moment(value: object) -> str:
    """When it failed, by whichever clock and in whichever way it was written; what is no date as it is."""
    return dates.rfc3339(value) or clean(str(value or "")[:20])


def workers(result: Result, style: Style, columns: int) -> list[str]:
    """The workers, and what each does."""
    found = (result.data or {})["workers"]
    if not found:
        return ["No workers are registered."]
    head = ("WORKER", "STATE", "DONE", "FAILED", "JOB")
    return table(head, [_worker(one, style) for one in found], style, columns, numbers=("DONE", "FAILED"))


def _worker(worker: Mapping[str, Any], style: Style) -> tuple[str, ...]:
    job = worker["job"] or {}
    payload = job.get("payload")
    told = f"{payload.get('class')} ({job.get('queue')})" if isinstance(payload, dict) else ""
    colour = {"working": "green", "paused": "yellow"}.get(worker["state"])
    state = style.paint(worker["state"], colour) if colour else worker["state"]
    return clean(worker["id"]), state, f"{worker['processed']:,}", f"{worker['failed']:,}", clean(told)


def scale(result: Result, style: Style, _columns: int) -> list[str]:
    """How many there are to be."""
    data = result.data or {}
    told = f"{words.count(data['workers'], 'worker')} from now on."
    return [style.paint(told, "green") if data["scaled"] else f"{told} Nothing to do.", *_next(result, style)]


def clear(result: Result, _style: Style, _columns: int) -> list[str]:
    """How many went."""
    data = result.data or {}
    return [f"{words.count(data['cleared'], 'job')} of the queue {clean(data['queue'])} dropped."]


def _next(result: Result, style: Style) -> list[str]:
    return [errors.cure(cure, style) for cure in result.next]
