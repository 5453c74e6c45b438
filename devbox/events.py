"""What long operations say while they run: typed events, which `ui` turns into a live view, lines or JSON."""

from __future__ import annotations

from collections.abc import Callable

from devbox.frozen import dataclass


@dataclass(frozen=True)
class Step:
    """One step of a plan begins (`state="start"`) or is over (`state="done"`)."""

    action: str
    target: str
    reason: str
    state: str = "start"


@dataclass(frozen=True)
class PullProgress:
    """The state of one image's pull: bytes so far and in all, over the layers whose size is known.

    `status` is "pulling", "retrying", "done" or "failed"; `detail` is a short text (the digest, the fault).
    """

    image: str
    status: str
    current: int = 0
    total: int = 0
    layers_done: int = 0
    layers: int = 0
    detail: str = ""


@dataclass(frozen=True)
class Milestone:
    """A service came one step further in its boot ("Jenkins: Loaded all jobs"); `seconds` since its start."""

    service: str
    text: str
    seconds: float


@dataclass(frozen=True)
class Waiting:
    """The operation waits for something outside it (a lock's holder, a container that stops)."""

    text: str


@dataclass(frozen=True)
class Warned:
    """A warning: `code` is stable. The operation's result repeats it in `warnings`."""

    code: str
    message: str


@dataclass(frozen=True)
class Note:
    """Something worth a line, and no more: what was chosen, what was kept."""

    text: str


@dataclass(frozen=True)
class Edited:
    """What became of an edit of a linked project, `seconds` after it was seen.

    `kind`: view, static, class, bundle, index, jar, resource; "jenkins" for a restart, "build" for one that is waited
    for. `result`: "live" (the next request shows it), "swapped", "copied" (in place, not loaded yet), "deleted",
    "restart" (Jenkins has to restart for it), "restarting", "restarted", "waiting", "failed". `detail` says why.
    """

    kind: str
    path: str
    result: str
    seconds: float = 0
    detail: str = ""


Event = Step | PullProgress | Milestone | Waiting | Warned | Note | Edited
Emit = Callable[[Event], None]


def silent(_event: Event) -> None:
    """An `Emit` that drops everything."""
