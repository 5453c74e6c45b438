"""Says when something changed in a project's folders; what it was, a look at them tells.

watchdog tells of changes as they happen (inotify, FSEvents, ReadDirectoryChangesW). Where the system cannot, as on
network drives or when its watches are used up, the folders are looked at several times a second instead.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devbox.jenkins.project import Project

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver, ObservedWatch

QUIET = 0.02
"""Seconds without an event after which a change is taken for whole."""
LONGEST = 0.15
"""Seconds that a series of events is waited for at most."""
RELOOK = 2.0
"""Seconds between looks when nothing is told: events can be lost."""
POLL = 0.25
"""Seconds between looks where no events come."""


class Watcher:
    """Wakes whoever waits for a change."""

    def __init__(self, project: Project, *, poll: bool = False) -> None:
        self._roots = tuple(root.local for root in project.roots)
        self._outer = _around(project)
        self._news = threading.Condition()
        self._first = 0.0
        self._last = 0.0
        self._gone: set[Path] = set()
        self._watches: dict[tuple[Path, bool], tuple[int, ObservedWatch]] = {}
        self._observer: BaseObserver | None = None if poll else _observer()
        self.refresh()

    @property
    def polls(self) -> bool:
        """Whether no events come."""
        return self._observer is None

    def refresh(self) -> None:
        """Watch folders that are new, or were made anew by a build, and no more those that are gone."""
        if self._observer is None:
            return
        with self._news:
            gone, self._gone = self._gone, set()
        for key in [key for key in self._watches if gone & {key[0], *key[0].parents}]:
            self._unwatch(key)  # the system may give the same number to the folder that comes in its place
        wanted = {(place, True) for place in self._roots} | {(place, False) for place in self._outer}
        try:
            for place, recursive in sorted(wanted):
                self._watch(place, recursive)
        except OSError:
            self.close()  # the system's watches are used up

    def _watch(self, place: Path, recursive: bool) -> None:
        assert self._observer is not None
        key = (place, recursive)
        try:
            inode = place.stat().st_ino
        except OSError:
            inode = -1
        known = self._watches.get(key)
        if known is not None and known[0] == inode:
            return
        if known is not None:
            self._unwatch(key)
        if inode != -1:
            handler: Any = _Handler(self._told)
            with contextlib.suppress(FileNotFoundError):
                self._watches[key] = (inode, self._observer.schedule(handler, str(place), recursive=recursive))

    def _unwatch(self, key: tuple[Path, bool]) -> None:
        assert self._observer is not None
        with contextlib.suppress(KeyError, OSError):
            self._observer.unschedule(self._watches[key][1])
        del self._watches[key]

    def _told(self, gone: str = "") -> None:
        with self._news:
            if gone:
                self._gone.add(Path(gone))
            now = time.monotonic()
            self._first = self._first or now
            self._last = now
            self._news.notify_all()

    def wait(self, again: bool = False) -> float:
        """Wait for a change, and until it is whole; gives the moment (monotonic) that it was seen first.

        Returns without one after a while, sooner with `again`: a look costs little, and events can be lost.
        """
        patience = 0.05 if again else POLL if self._observer is None else RELOOK
        with self._news:
            self._news.wait_for(lambda: self._first, patience)
            began = self._first or time.monotonic()
            while self._first and (left := min(self._last + QUIET, began + LONGEST) - time.monotonic()) > 0:
                self._news.wait(left)
            self._first = 0.0
        return began

    def close(self) -> None:
        """Watch no more."""
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
            with contextlib.suppress(RuntimeError):
                observer.join(2)


class _Handler:
    """Every event that changes something is news; that a file was opened or read is none."""

    def __init__(self, told: Any) -> None:
        self._told = told

    def dispatch(self, event: Any) -> None:
        if event.event_type not in ("opened", "closed_no_write"):
            away = event.is_directory and event.event_type in ("deleted", "moved")
            self._told(os.fsdecode(event.src_path) if away else "")


def _observer() -> BaseObserver | None:
    """The system's own way, started; None where there is none."""
    try:
        from watchdog.observers import Observer

        made = Observer()
        made.daemon = True
        made.start()
    except (ImportError, OSError, RuntimeError):
        return None
    return made


def _around(project: Project) -> set[Path]:
    """The folders above the linked ones, up to the module: a build takes `target` away and makes it anew."""
    found: set[Path] = set()
    for root in project.roots:
        for place in root.local.parents:
            found.add(place)
            if (place / "pom.xml").is_file() or place == project.folder:
                break
    return found
