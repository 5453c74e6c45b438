"""Names of images: `[registry/]path[:tag][@digest]`, by the grammar of `distribution/reference`."""

from __future__ import annotations

import re

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::[0-9]{{1,5}})?"
_TAG = r"\w[\w.-]{0,127}"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REFERENCE = rf"(?:{_DOMAIN}/)?{_COMPONENT}(?:/{_COMPONENT})*(?::{_TAG})?(?:@{_DIGEST})?"
_LONGEST = 255


def is_ref(ref: str) -> bool:
    """Whether an engine would take this text for the name of an image; nobody is asked."""
    return len(split_ref(ref)[0]) <= _LONGEST and re.fullmatch(_REFERENCE, ref, re.ASCII) is not None


def is_tag(tag: str) -> bool:
    """Whether this text can be a tag."""
    return re.fullmatch(_TAG, tag, re.ASCII) is not None


def split_ref(ref: str) -> tuple[str, str]:
    """(repository, tag or digest) of an image's name; the tag is `latest` where none is given.

    Without it the engine would pull every tag of the repository.
    """
    name, _, digest = ref.partition("@")
    repository, tag = _without_tag(name)
    return repository, digest or tag or "latest"


def _without_tag(name: str) -> tuple[str, str]:
    head, colon, tail = name.rpartition(":")
    return (head, tail) if colon and "/" not in tail else (name, "")
