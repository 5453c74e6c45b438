"""A queue that is watched: rates out of looks that follow each other, as lines, as JSON, as a picture of the moment."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from typing import Any

from devbox.frozen import dataclass
from devbox.ui import words
from devbox.ui.style import Style, clean, width

BARS = " ▁▂▃▄▅▆▇█"
ASCII = " .:-=+*#@"
KEPT = 60
"""Looks that a queue's line holds."""

STATES = {"working": "green", "idle": "dim", "paused": "yellow"}


@dataclass(frozen=True)
class Snapshot:
    """One look: the Unix time, the numbers as `queue stats` has them, the workers; or why there is none."""

    time: float
    stats: Mapping[str, Any] = field(default_factory=dict)
    workers: Sequence[Mapping[str, Any]] = ()
    error: Mapping[str, str] | None = None


class History:
    """What was seen so far, as far as rates and lines need it. `where` is the address without its password."""

    def __init__(self, where: str, pause: float, hint: str) -> None:
        self.where = where
        self.pause = pause
        self.hint = hint
        self.sizes: dict[str, deque[int]] = {}
        self.looks = 0
        self.last: Snapshot | None = None
        self.frame: dict[str, Any] = {}

    def take(self, snapshot: Snapshot) -> dict[str, Any]:
        """Take a look in; gives all that there is to show of it, as JSON has it."""
        moment = datetime.fromtimestamp(snapshot.time, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        if snapshot.error is not None:
            self.frame = {**self.frame, "time": moment, "error": dict(snapshot.error)}
            return {"time": moment, "error": dict(snapshot.error)}
        rates = self._rates(snapshot)
        self._keep(snapshot.stats["queues"])
        self.last = snapshot
        self.frame = {
            "time": moment,
            **snapshot.stats,
            "rates": rates,
            "running": list(map(_running, snapshot.workers)),
        }
        return self.frame

    def _keep(self, queues: Mapping[str, int]) -> None:
        """A size of each queue for each look, noughts for those without it: a moment is one column in all lines."""
        for name in {**self.sizes, **queues}:
            if name not in self.sizes:
                self.sizes[name] = deque([0] * min(self.looks, KEPT), maxlen=KEPT)
            self.sizes[name].append(queues.get(name, 0))
            if name not in queues and not any(self.sizes[name]):
                del self.sizes[name]
        self.looks += 1

    def _rates(self, now: Snapshot) -> dict[str, Any]:
        """Changes a second since the look before; noughts at first."""
        before = self.last
        passed = now.time - before.time if before is not None else 0

        def rate(after: int, earlier: int) -> float:
            return round((after - earlier) / passed, 2) if passed > 0 else 0.0

        old = before.stats if before is not None else now.stats
        queues = {name: rate(size, old["queues"].get(name, size)) for name, size in now.stats["queues"].items()}
        return {key: rate(now.stats[key], old[key]) for key in ("processed", "failed")} | {"queues": queues}


def _running(worker: Mapping[str, Any]) -> dict[str, Any]:
    job = worker.get("job") or {}
    payload = job.get("payload")
    told = payload if isinstance(payload, dict) else {}
    return {
        "worker": worker["id"],
        "state": worker["state"],
        "queue": job.get("queue"),
        "class": told.get("class"),
        "args": told.get("args"),
        "since": job.get("run_at"),
    }


def line(frame: Mapping[str, Any]) -> str:
    """A look as one line, for what is no terminal."""
    if "error" in frame:
        return f"{frame['time']}  {frame['error']['message']}"
    waiting = ", ".join(f"{_flat(name)} {size}" for name, size in frame["queues"].items())
    return (
        f"{frame['time']}  pending {frame['pending']}  in flight {frame['in_flight']}  "
        f"processed {frame['processed']} ({frame['rates']['processed']:+.1f}/s)  "
        f"failed {frame['failed']} ({frame['rates']['failed']:+.1f}/s)  "
        f"working {frame['working']}/{frame['workers']}" + (f"  {waiting}" if waiting else "")
    )


def picture(history: History, style: Style, columns: int, rows: int, unicode: bool = True) -> list[str]:
    """The moment in lines of at most so many columns, and at most so many of them."""
    frame = history.frame
    lines = [_title(history, style, columns)]
    if "error" in frame:
        lines += [style.paint(f"  {_flat(frame['error']['message'])}; looking again", "yellow")]
    if "queues" not in frame:
        return lines
    lines += [*_numbers(frame, style, columns), ""]
    room = max(4, rows - len(lines) - 5)
    workers = _workers(frame, style, columns)
    share = max(2, room - min(len(workers), room // 2))
    queues = _queues(history, style, columns, share, unicode)
    lines += _cut(queues, share, style, "queues")
    lines += ["", *_cut(workers, max(2, room - min(len(queues), share)), style, "workers"), ""]
    return [*lines, _foot(history.hint, style, columns)]


def _foot(hint: str, style: Style, columns: int) -> str:
    """What to type next, and how this ends: that last where there is no room for more."""
    room = columns - len(hint) - 4
    said = next((text for text in ("what went wrong; Ctrl-C ends this", "Ctrl-C ends this") if len(text) <= room), "")
    return f"  {style.paint(hint, 'cyan')}  {style.dim(said)}".rstrip()


def _title(history: History, style: Style, columns: int) -> str:
    moment = history.frame.get("time", "")[11:19]
    left, right = f"Queue at {history.where}", f"{moment} UTC, every {history.pause:g} s"
    return f"{style.bold(left)}{' ' * max(2, columns - len(left) - len(right))}{style.dim(right)}"


def _numbers(frame: Mapping[str, Any], style: Style, columns: int) -> list[str]:
    """What waits and what is done: on one line, or on two."""
    rates = frame["rates"]
    failed = f"failed {frame['failed']:,} ({rates['failed']:+.0f}/s)"
    waiting = f"  pending {frame['pending']:,}   in flight {frame['in_flight']:,}"
    done = "   ".join(
        (
            style.paint(f"processed {frame['processed']:,} ({rates['processed']:+.0f}/s)", "green"),
            style.paint(failed, "red") if rates["failed"] else failed,
        )
    )
    return [f"{waiting}   {done}"] if width(waiting) + 3 + width(done) <= columns else [waiting, f"  {done}"]


def _queues(history: History, style: Style, columns: int, rows: int, unicode: bool) -> list[str]:
    """A head and a line a queue; where there are more than rows, those come first that are not empty."""
    sizes: Mapping[str, int] = history.frame["queues"]
    if len(sizes) + 1 > rows:
        sizes = dict(sorted(sizes.items(), key=lambda pair: not pair[1]))
    widest = min(30, max((len(_flat(name)) for name in sizes), default=5))
    room = max(10, min(KEPT, columns - widest - 24))
    lines = [style.dim(f"  {'QUEUE'.ljust(widest)}  {'JOBS':>8}  {'A SECOND':>9}  LATELY")]
    for name, size in sizes.items():
        rate = history.frame["rates"]["queues"].get(name, 0.0)
        spark = sparkline(list(history.sizes.get(name, ()))[-room:], unicode)
        lines.append(
            f"  {_short(_flat(name), widest).ljust(widest)}  {size:>8,}  {rate:>+9.1f}  {style.paint(spark, 'cyan')}"
        )
    return lines


def sparkline(values: Sequence[int], unicode: bool = True) -> str:
    """A line of bars, the highest the greatest of them; what is not nought is never the lowest."""
    bars = BARS if unicode else ASCII
    top = max(values, default=0)
    return "".join(bars[-(-value * (len(bars) - 1) // top)] if top else bars[0] for value in values)


def _workers(frame: Mapping[str, Any], style: Style, columns: int) -> list[str]:
    if not frame["running"]:
        return [style.paint("  no worker is registered", "yellow")]
    names = [_flat(worker["worker"]) for worker in frame["running"]]
    widest = min(34, max(len(name) for name in names))
    lines = [style.dim(f"  {'WORKER'.ljust(widest)}  {'STATE':7}  JOB")]
    for name, worker in zip(names, frame["running"], strict=True):
        state = style.paint(f"{worker['state']:7}", STATES.get(worker["state"], "bold"))
        job = _short(_job(worker, frame["time"]), columns - widest - 13)
        lines.append(f"  {_short(name, widest).ljust(widest)}  {state}  {job}".rstrip())
    return lines


def _job(worker: Mapping[str, Any], now: str) -> str:
    """What a worker does: the class, the queue, for how long."""
    if worker["class"] is None:
        return ""
    return _flat(f"{worker['class']} ({worker['queue']}) {_since(worker['since'], now)}").strip()


def _since(then: Any, now: str) -> str:
    try:
        passed = datetime.fromisoformat(now) - datetime.fromisoformat(str(then))
    except (ValueError, TypeError):
        return ""
    return words.seconds(max(0.0, passed.total_seconds() // 1)) if passed.total_seconds() >= 1 else ""


def _short(text: str, room: int) -> str:
    return text if width(text) <= room else f"{text[: max(1, room - 3)]}..."


def _cut(lines: list[str], room: int, style: Style, what: str) -> list[str]:
    """The head and the first lines; how many are not shown."""
    if len(lines) <= room:
        return lines
    return [*lines[: room - 1], style.dim(f"  and {len(lines) - room + 1} more {what}")]


def _flat(text: str) -> str:
    """A foreign text on one line, which moves no cursor."""
    return clean(" ".join(text.split()))
