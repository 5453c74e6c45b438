"""Names the texts with which engines, their clients and registries are known to fail.

The engine's errors come from here; the rows are data, in `fault_table.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from devbox.errors import Cure, DevboxError
from devbox.frozen import dataclass

if TYPE_CHECKING:
    from devbox.engine.fault_notes import Note
    from devbox.engine.fault_table import Fault

_BLANKS = {
    "name": "the container",
    "image": "the image",
    "ip": "this machine",
    "port": "?",
    "network": "the network",
    "volume": "the volume",
    "path": "the file",
    "registry": "the registry",
    "command": "the command",
    "context": "the context",
    "platform": "this engine's platform",
    "helper": "the credential helper",
}


_SPOKEN = (
    ("client", "the client speaks API"),
    ("server", "the engine speaks API"),
    ("least", "the other side wants API"),
)
"""Groups of patterns that are API versions."""

_ID = re.compile(r"[0-9a-f]{12,64}\Z")


@dataclass(frozen=True)
class Match:
    """A fault found in a text, with the words that the text gave."""

    fault: Fault
    words: Mapping[str, str]

    @property
    def title(self) -> str:
        """What is wrong, in a sentence; with the releases behind the API versions that the text names."""
        told = [
            f"{words} {self.words[who]} (Docker {release})"
            for who, words in _SPOKEN
            if (release := _release(self.words.get(who, "")))
        ]
        message = self._filled(self.fault.message, {})
        return f"{message} T{', t'.join(words.removeprefix('t') for words in told)}." if told else message

    @property
    def cause(self) -> str:
        """How it usually comes about."""
        note = _note(self.fault.id)
        return note.cause if note else ""

    @property
    def links(self) -> tuple[str, ...]:
        """Where it is discussed."""
        note = _note(self.fault.id)
        return note.links if note else ()

    @property
    def cures(self) -> tuple[Cure, ...]:
        """What helps, with the words that the text gave."""
        return self._cures({})

    def error(self, cause: str, about: Mapping[str, str] | None = None) -> DevboxError:
        """The error for it; `about` gives words that the text does not, and names for what the text calls by its id."""
        about = about or {}
        message = self._filled(self.fault.message, about)
        return DevboxError(
            self.fault.code,
            message,
            cause=cause.strip() or None,
            cures=self._cures(about),
            retryable=self.fault.retryable,
        )

    def _cures(self, about: Mapping[str, str]) -> tuple[Cure, ...]:
        return tuple(
            Cure(self._filled(cure.text, about), self._filled(cure.command, about) if cure.command else None)
            for cure in self.fault.cures
        )

    def _filled(self, text: str, about: Mapping[str, str]) -> str:
        told = {name: word for name, word in self.words.items() if not (_ID.match(word) and name in about)}
        return text.format_map({**_BLANKS, **about, **told})


def explain(text: str, scope: str = "") -> Match | None:
    """The first known fault that this text tells of; `scope` says where it comes from ("pull")."""
    for fault in _table():
        found = re.search(fault.pattern, text, re.IGNORECASE) if fault.scope in ("", scope) else None
        if found:
            return Match(fault, _words(found))
    return None


def explain_all(text: str) -> list[Match]:
    """Every known fault that this text tells of, for a person who asks; what only a pull could mean comes last."""
    found = ((fault, re.search(fault.pattern, text, re.IGNORECASE)) for fault in _table())
    return sorted((Match(fault, _words(match)) for fault, match in found if match), key=lambda m: bool(m.fault.scope))


def _table() -> Sequence[Fault]:
    """The table, imported when something has failed: most commands never need it."""
    from devbox.engine.fault_table import FAULTS

    return FAULTS


def _note(id: str) -> Note | None:
    from devbox.engine.fault_notes import NOTES

    return NOTES.get(id)


def _release(api: str) -> str:
    """The Docker release that a version came with, "" for what is none."""
    from devbox.engine.window import engine_for, parse_api

    parsed = parse_api(api)
    return (engine_for(parsed) or "") if parsed else ""


def _words(match: re.Match[str]) -> dict[str, str]:
    """The named groups; `port2` is another place in the pattern where the port may stand."""
    return {name.rstrip("23"): word for name, word in match.groupdict().items() if word}
