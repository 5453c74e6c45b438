"""Pulling images as the user sees it: progress that only grows, retries, several side by side, local copies at need."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from devbox.engine.api import Engine, Flag, Image, LayerProgress
from devbox.engine.refs import split_ref
from devbox.errors import Cure, DevboxError
from devbox.events import Emit, Event, PullProgress, Warned
from devbox.frozen import dataclass

Policy = Literal["missing", "always", "never"]

ATTEMPTS = 4
FIRST_PAUSE = 0.5
"""Seconds before the second attempt; twice as many before each further one."""

_INTERVAL = 0.05
_RETRIED = ("registry.unreachable",)
_DOWNLOADED = ("Verifying Checksum", "Download complete", "Extracting", "Pull complete", "Already exists")
_DONE = ("Pull complete", "Already exists")


@dataclass(frozen=True)
class Fetched:
    """An image that is there now. `status`: pulled, present (the same as before), moved (another than before)."""

    image: str
    digest: str
    status: str


class Meter:
    """Adds one image's layers up. Neither sum ever falls, whatever a second attempt starts again."""

    def __init__(self, image: str) -> None:
        self._image = image
        self._bytes: dict[str, tuple[int, int]] = {}
        self._done: set[str] = set()

    def add(self, message: LayerProgress) -> None:
        """Take a message of the pull's stream in."""
        if not message.id:
            return
        current, total = self._bytes.get(message.id, (0, 0))
        # Only a download counts bytes; unpacking counts the same ones again, with some engines in seconds.
        if message.status == "Downloading":
            current = max(current, message.current)
            total = max(total, message.total, current)
        elif message.status in _DOWNLOADED:
            current = total
        if message.status in _DONE:
            self._done.add(message.id)
        self._bytes[message.id] = current, total

    def progress(self, status: str, detail: str = "") -> PullProgress:
        """The sums so far."""
        current = sum(current for current, _ in self._bytes.values())
        total = sum(total for _, total in self._bytes.values())
        return PullProgress(self._image, status, current, total, len(self._done), len(self._bytes), detail)


def pull(
    engine: Engine,
    ref: str,
    emit: Emit,
    *,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], object] = time.sleep,
    stop: Flag | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Image:
    """Pull `ref`; at most ~20 progress events a second, and always a last one ("done" or "failed").

    What breaks on the way to the registry is tried again with growing pauses, and layers that came stay. Raises what
    `Engine.pull` raises.
    """
    meter, shown = Meter(ref), float("-inf")

    def progress(message: LayerProgress) -> None:
        nonlocal shown
        meter.add(message)
        if clock() - shown >= _INTERVAL:
            shown = clock()
            emit(meter.progress("pulling"))

    for attempt in range(1, attempts + 1):
        try:
            image = engine.pull(ref, progress, stop=stop)
        except DevboxError as error:
            if error.code not in _RETRIED or attempt == attempts or (stop and stop.is_set()):
                emit(meter.progress("failed", error.message))
                raise
            emit(meter.progress("retrying", error.message))
            sleep(FIRST_PAUSE * 2 ** (attempt - 1))
            if stop and stop.is_set():
                raise
        else:
            emit(meter.progress("done", digest_of(image, ref)))
            return image
    raise AssertionError("attempts must be at least 1")


def digest_of(image: Image, ref: str) -> str:
    """The digest under which the registry knows this image, else (never pulled) its own id."""
    repository = split_ref(ref)[0]
    digests = [digest.partition("@") for digest in image.digests]
    mine = (digest for name, _, digest in digests if name == repository or name.endswith("/" + repository))
    return next(mine, next((digest for _, _, digest in digests), image.id))


def ensure_images(
    engine: Engine,
    refs: Iterable[str],
    policy: Policy,
    emit: Emit,
    *,
    attempts: int = ATTEMPTS,
    failures: dict[str, DevboxError] | None = None,
) -> tuple[Fetched, ...]:
    """Have these images, pulled side by side.

    `missing` pulls what is not there, `always` asks for newer ones, `never` pulls none. With `always` and a registry
    that cannot be reached, a local copy will do, with a warning. The first failure ends the other pulls and is raised
    (`image.missing` with `never`); an interrupt ends them too. With `failures` what cannot be pulled is put there
    by its reference, and the others go on. Events come in the caller's thread.
    """
    wanted = tuple(dict.fromkeys(refs))
    before = {ref: engine.image(ref) for ref in wanted}
    absent = [ref for ref in wanted if before[ref] is None]
    if policy == "never" and absent:
        raise _missing(absent[0])
    todo = {"missing": absent, "always": list(wanted), "never": []}[policy]
    after = _pull_all(engine, todo, before, emit, attempts, failures) if todo else {}
    there = [ref for ref in wanted if ref not in (failures or ())]
    return tuple(_fetched(ref, before[ref], after.get(ref) or before[ref]) for ref in there)


def _pull_all(
    engine: Engine,
    refs: Sequence[str],
    before: dict[str, Image | None],
    emit: Emit,
    attempts: int,
    failures: dict[str, DevboxError] | None,
) -> dict[str, Image]:
    stop, said = threading.Event(), queue.SimpleQueue[Event | tuple[str, Image | BaseException]]()

    def run(ref: str) -> None:
        outcome: Image | BaseException
        try:
            outcome = pull(engine, ref, said.put, attempts=attempts, sleep=stop.wait, stop=stop)
        except BaseException as error:
            outcome = error
        said.put((ref, outcome))

    threads = [threading.Thread(target=run, args=(ref,), name=f"devbox-pull {ref}", daemon=True) for ref in refs]
    try:
        for thread in threads:
            thread.start()
        return _collect(said, len(refs), before, emit, failures)
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=1)


def _collect(
    said: queue.SimpleQueue[Event | tuple[str, Image | BaseException]],
    count: int,
    before: dict[str, Image | None],
    emit: Emit,
    failures: dict[str, DevboxError] | None,
) -> dict[str, Image]:
    after: dict[str, Image] = {}
    while len(after) + len(failures or ()) < count:
        try:
            # With a time-out, as Windows lets no signal through to a wait without one.
            item = said.get(timeout=0.5)
        except queue.Empty:
            continue
        if not isinstance(item, tuple):
            emit(item)
            continue
        ref, outcome = item
        if isinstance(outcome, Image):
            after[ref] = outcome
        elif copy := _local_copy(ref, before[ref], outcome, emit):
            after[ref] = copy
        elif failures is not None and isinstance(outcome, DevboxError):
            failures[ref] = outcome
        else:
            raise outcome
    return after


def _local_copy(ref: str, copy: Image | None, error: BaseException, emit: Emit) -> Image | None:
    """The local copy, where it will do: the registry cannot be reached."""
    if copy is None or not isinstance(error, DevboxError) or error.code != "registry.unreachable":
        return None
    emit(Warned(error.code, f"The registry cannot be reached; the local copy of {ref} is used."))
    return copy


def _fetched(ref: str, before: Image | None, after: Image | None) -> Fetched:
    assert after is not None
    status = "pulled" if before is None else "present" if before.id == after.id else "moved"
    return Fetched(ref, digest_of(after, ref), status)


def _missing(ref: str) -> DevboxError:
    return DevboxError(
        "image.missing",
        f"The engine has no image {ref}, and pulling was ruled out.",
        cures=(Cure("Pull it first.", f"docker pull {ref}"), Cure("Or allow it.", "devbox up jenkins --pull missing")),
    )
