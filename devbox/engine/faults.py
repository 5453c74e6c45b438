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


_ID = re.compile(r"[0-9a-f]{12,64}\Z")


@dataclass(frozen=True)
class Match:
    """A fault found in a text, with the words that the text gave."""

    fault: Fault
    words: Mapping[str, str]

    def error(self, cause: str, about: Mapping[str, str] | None = None) -> DevboxError:
        """The error for it; `about` gives words that the text does not, and names for what the text calls by its id."""
        told = {name: word for name, word in self.words.items() if not (_ID.match(word) and name in (about or {}))}
        words = {**_BLANKS, **(about or {}), **told}
        cures = tuple(
            Cure(cure.text.format_map(words), cure.command.format_map(words) if cure.command else None)
            for cure in self.fault.cures
        )
        message = self.fault.message.format_map(words)
        return DevboxError(
            self.fault.code, message, cause=cause.strip() or None, cures=cures, retryable=self.fault.retryable
        )


def explain(text: str, scope: str = "") -> Match | None:
    """The first known fault that this text tells of; `scope` says where it comes from ("pull")."""
    for fault in _table():
        found = re.search(fault.pattern, text, re.IGNORECASE) if fault.scope in ("", scope) else None
        if found:
            return Match(fault, _words(found))
    return None


def explain_all(text: str) -> list[Match]:
    """Every known fault that this text tells of, whatever its scope; for a person who asks."""
    found = ((fault, re.search(fault.pattern, text, re.IGNORECASE)) for fault in _table())
    return [Match(fault, _words(match)) for fault, match in found if match]


def _table() -> Sequence[Fault]:
    """The table, imported when something has failed: most commands never need it."""
    from devbox.engine.fault_table import FAULTS

    return FAULTS


def _words(match: re.Match[str]) -> dict[str, str]:
    """The named groups; `port2` is another place in the pattern where the port may stand."""
    return {name.rstrip("23"): word for name, word in match.groupdict().items() if word}
