"""Queue names as a worker is given them: plain, `*` and other patterns, and `!name`, which leaves out (`worker.rb`)."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence

SPECIAL = re.compile(r"[*?{}\[\]]")


def split(text: str) -> list[str]:
    """The names of `QUEUES`: by commas, without blanks around them."""
    return [name.strip() for name in text.split(",") if name.strip()]


def is_dynamic(names: Iterable[str]) -> bool:
    """Whether the list has to be read from Redis at every poll."""
    return any(name.startswith("!") or SPECIAL.search(name) for name in names)


def expand(names: Sequence[str], known: Iterable[bytes | str]) -> list[str]:
    """The queues to look into, in order: each pattern's matches sorted, none twice.

    Where anything is dynamic, a plain name counts only when it is known, as Resque has it.
    """
    if not is_dynamic(names):
        return list(names)
    there = sorted(name if isinstance(name, str) else name.decode("utf-8", "surrogateescape") for name in known)
    excluded = [name[1:].strip() for name in names if name.startswith("!")]
    found: dict[str, None] = {}
    for name in names:
        if not name.startswith("!"):
            found.update(dict.fromkeys(queue for queue in there if matches(queue, name)))
    return [queue for queue in found if not any(matches(queue, pattern) for pattern in excluded)]


def matches(queue: str, pattern: str) -> bool:
    """Ruby's `File.fnmatch?`: a leading period has to be written, braces are no alternatives, `\\` escapes."""
    if queue.startswith(".") and not pattern.startswith((".", "\\.")):
        return False
    return re.fullmatch(_regex(pattern), queue, re.DOTALL) is not None


def _regex(pattern: str) -> str:
    made, at = "", 0
    while at < len(pattern):
        letter = pattern[at]
        closing = pattern.find("]", at + 2) if letter == "[" else -1
        if letter == "\\" and at + 1 < len(pattern):
            at += 1
            made += re.escape(pattern[at])
        elif closing > 0:
            inner = pattern[at : closing + 1].replace("[^", "[!")
            made += fnmatch.translate(inner).removeprefix("(?s:").removesuffix(r")\Z").removesuffix(r")\z")
            at = closing
        else:
            made += {"*": ".*", "?": "."}.get(letter, re.escape(letter))
        at += 1
    return made
