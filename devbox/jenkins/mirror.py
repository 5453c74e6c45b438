"""What a linked project's folders hold, against what its container has: the difference is what has to be sent.

The folders are looked at, not believed from events: whatever a watcher misses or tells twice, the next look is right.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from functools import partial
from pathlib import Path

from devbox.frozen import dataclass
from devbox.jenkins import classfile
from devbox.jenkins.project import Project, Root

LITTER = (".swp", ".swx", ".swo", "~", ".tmp", "___jb_tmp___", "___jb_old___")
"""Endings of files that editors make beside the one they save."""
HIDDEN = (".#", ".nfs", ".goutputstream-", ".DS_Store", "4913")
"""Beginnings of such."""

ENDINGS = {"kotlin": "kt"}
"""Endings of source files that are not called as their language's folder."""

EMPTY = 0.5
"""Seconds for which an empty file is not believed: an editor may empty it first and write it then."""
SETTLE = 0.5
"""Seconds of quiet after a build has brought all classes back: it writes its indexes last."""


@dataclass(frozen=True)
class Stamp:
    """What tells without reading that a file is the same."""

    modified: int
    size: int
    inode: int

    @classmethod
    def of(cls, found: os.stat_result) -> Stamp:
        """From a stat."""
        return cls(found.st_mtime_ns, found.st_size, found.st_ino)


@dataclass(frozen=True)
class Sent:
    """A file as the container has it; no stamp: it was sent by somebody else."""

    digest: str
    stamp: Stamp | None = None


@dataclass(frozen=True)
class Difference:
    """What has to be sent: contents by their path below the link's folder, and paths to delete.

    `hides` are views deleted from the resources, whose copies among the classes must not come to light. `waits` says
    why something is held back; `again`: look again soon, whether or not anything happens.
    """

    changed: dict[str, bytes] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    hides: frozenset[str] = frozenset()
    stamps: dict[str, Sent] = field(default_factory=dict)
    waits: str = ""
    again: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to send."""
        return not self.changed and not self.removed


class Mirror:
    """A project and what its container has of it."""

    def __init__(self, project: Project, clock: Callable[[], float] = time.time) -> None:
        self.project = project
        self.has: dict[str, Sent] = {}
        self.hidden: frozenset[str] = frozenset()
        self._clock = clock
        self._seen: dict[str, dict[str, Stamp]] = {}
        self._unsettled: dict[str, float] = {}

    def look(self) -> Difference:
        """Scan the project's folders now."""
        if not self.project.folder.is_dir():
            return Difference(waits=f"{self.project.folder} is not there", again=True)
        found: dict[str, Callable[[], bytes]] = {}
        stamps: dict[str, Stamp] = {}
        waits: list[str] = []
        for root in self.project.roots:
            files = dict(scan(root.local))
            reason = self._held(root, {path: stamp for path, (_, stamp) in files.items()})
            if reason:
                waits.append(reason)
                files = {}
            for path, (local, stamp) in files.items():
                found[f"{root.inside}/{path}"] = partial(_whole, local, stamp)
                stamps[f"{root.inside}/{path}"] = stamp
        self._jars(found, stamps)
        held = tuple(f"{root.inside}/" for root in self.project.roots if root.inside in self._unsettled)
        hides = self._hides(found, held)
        for path in hides & found.keys():
            del found[path]
        changed, sent, again = self._changed(found, stamps)
        removed = tuple(sorted(p for p in self._gone(found) if not p.startswith(held)))
        waiting = "; ".join(waits)
        return Difference(changed, removed, hides, sent, waiting, again or bool(waits))

    def _jars(self, found: dict[str, Callable[[], bytes]], stamps: dict[str, Stamp]) -> None:
        """The runtime jars; one that is not there any more stays as it was sent."""
        for name, jar in self.project.jars.items():
            with contextlib.suppress(OSError):
                stamps[f"lib/{name}"] = Stamp.of(jar.file.stat())
                found[f"lib/{name}"] = jar.read

    def _gone(self, found: Iterable[str]) -> Iterator[str]:
        jars = {f"lib/{name}" for name in self.project.jars}
        return (path for path in self.has.keys() - set(found) - jars)

    def _held(self, root: Root, files: dict[str, Stamp]) -> str:
        """Why a folder of classes is not taken as it is: a build is under way in it."""
        if root.kind != "classes":
            return ""
        missing = self._missing(root, files)
        now, before = self._clock(), self._seen.get(root.inside)
        self._seen[root.inside] = files
        if missing:
            self._unsettled[root.inside] = now
            return missing
        if root.inside in self._unsettled:
            if files != before:
                self._unsettled[root.inside] = now
            if now - self._unsettled[root.inside] < SETTLE:
                return f"{root.local} is being built"
            del self._unsettled[root.inside]
        return ""

    def _missing(self, root: Root, files: dict[str, Stamp]) -> str:
        """What a build has taken away and will bring back: classes whose source is still there."""
        prefix = f"{root.inside}/"
        before = [path[len(prefix) :] for path in self.has if path.startswith(prefix) and path.endswith(".class")]
        gone = [path for path in before if path not in files and _source(root, path)]
        if gone:
            there = sum(path in files for path in before)
            return f"{root.local} is being built: {there} of {len(before)} classes are there"
        if before and not root.local.is_dir():
            return f"{root.local} is not there"
        return ""

    def _hides(self, found: Iterable[str], held: tuple[str, ...]) -> frozenset[str]:
        """Copies among the classes of what the resources had and have no more."""
        hides = set(self.hidden)
        for root in self.project.roots:
            if root.kind != "resources":
                continue
            prefix = f"{root.inside}/"
            base = root.inside[: -len("resources")]
            copies = [r.inside for r in self.project.roots if r.kind == "classes" and _pair(base, r.inside)]
            gone = {p[len(prefix) :] for p in self.has if p.startswith(prefix) and p not in found}
            hides |= {f"{copy}/{path}" for copy in copies for path in gone}
            back = {p[len(prefix) :] for p in found if p.startswith(prefix)}
            hides -= {f"{copy}/{path}" for copy in copies for path in back}
        # A copy that is gone itself needs no hiding any more; one in a folder that is being built may come back.
        return frozenset(p for p in hides if p in found or p.startswith(held))

    def _changed(
        self, found: dict[str, Callable[[], bytes]], stamps: dict[str, Stamp]
    ) -> tuple[dict[str, bytes], dict[str, Sent], bool]:
        changed: dict[str, bytes] = {}
        sent: dict[str, Sent] = {}
        again = False
        for path, read in found.items():
            before = self.has.get(path)
            if before is not None and before.stamp == stamps[path]:
                continue
            content = self._content(path, read, stamps[path], before)
            if content is None:
                again = True
                continue
            sent[path] = Sent(digest(content), stamps[path])
            if before is None or before.digest != sent[path].digest:
                changed[path] = content
        return changed, sent, again

    def _content(self, path: str, read: Callable[[], bytes], stamp: Stamp, before: Sent | None) -> bytes | None:
        """The content, None while it is being written."""
        try:
            content = read()
        except (OSError, KeyError, zipfile.BadZipFile):
            return None
        if not content and before is not None and self._clock() - stamp.modified / 1e9 < EMPTY:
            return None
        if path.endswith(".class") and classfile.read(content) is None:
            return None
        return content

    def arrived(self, difference: Difference) -> None:
        """The container has it now."""
        for path in difference.removed:
            self.has.pop(path, None)
        self.has.update(difference.stamps)
        self.hidden = difference.hides

    def emptied(self, difference: Difference) -> set[str]:
        """Folders, below the linked ones, in which nothing is left after this."""
        left = {*self.has, *difference.stamps} - {*difference.removed}
        stay = {above for path in left for above in _above(path)} | {root.inside for root in self.project.roots}
        return {above for path in difference.removed for above in _above(path) if above not in stay} - {
            "lib",
            "modules",
        }

    def forget(self) -> None:
        """Nothing is known any more of what the container has."""
        self.has.clear()


def _whole(file: Path, stamp: Stamp) -> bytes:
    """A file's content as of that stamp; raises OSError where it has changed since."""
    content = file.read_bytes()
    if Stamp.of(file.stat()) != stamp:
        raise OSError("it is being written")
    return content


def _above(path: str) -> Iterator[str]:
    """The folders above a path, from the nearest."""
    while path := path.rpartition("/")[0]:
        yield path


def _pair(base: str, inside: str) -> bool:
    """Whether a folder of classes belongs to the resources with the same base ("", "modules/core/")."""
    return inside.startswith(f"{base}classes") and "/" not in inside[len(base) :]


def _source(root: Root, path: str) -> bool:
    """Whether the source of a class is still there: an inner class goes with its outer one, so it proves nothing."""
    name = path[: -len(".class")]
    if "$" in name.rpartition("/")[2]:
        return False
    return any((source / f"{name}.{ENDINGS.get(source.name, source.name)}").is_file() for source in root.sources)


def scan(folder: Path) -> Iterator[tuple[str, tuple[Path, Stamp]]]:
    """The regular files below a folder, links followed, by their path in it; what editors leave behind is not among
    them, and a folder that vanishes meanwhile has none.
    """
    waiting: list[tuple[Path, str, frozenset[tuple[int, int]]]] = [(folder, "", frozenset())]
    while waiting:
        place, below, above = waiting.pop()
        try:
            own = place.stat()
            entries = list(os.scandir(place))
        except OSError:
            continue
        if (own.st_dev, own.st_ino) in above:
            continue  # a link to a folder above it
        for entry in entries:
            if entry.name.endswith(LITTER) or entry.name.startswith(HIDDEN):
                continue
            try:
                found = entry.stat()
            except OSError:
                continue
            if stat.S_ISDIR(found.st_mode):
                waiting.append((Path(entry.path), f"{below}{entry.name}/", above | {(own.st_dev, own.st_ino)}))
            elif stat.S_ISREG(found.st_mode):
                yield f"{below}{entry.name}", (Path(entry.path), Stamp.of(found))


def digest(content: bytes) -> str:
    """What tells one content from another."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def record(project: Project, hidden: Iterable[str]) -> bytes:
    """The link's record as it lies in its folder."""
    data = {"name": project.name, "version": project.version, "hidden": sorted(hidden)}
    return (json.dumps(data, indent=1) + "\n").encode()


def hidden_of(content: bytes | None) -> frozenset[str]:
    """The hidden copies that a record names; none for a missing or broken one."""
    try:
        found = json.loads(content or b"{}")["hidden"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return frozenset()
    return frozenset(path for path in found if isinstance(path, str)) if isinstance(found, list) else frozenset()
