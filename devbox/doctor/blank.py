"""Blanks secrets: the ones that are known by where they stand, and whatever looks like one."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from devbox.doctor.facts import Facts, Missing

MASK = "***"
_SHORTEST = 4
"""Characters; a shorter "secret" would blank half of the text."""

SECRET_KEY = re.compile(
    r"pass(?:word|wd|phrase)?|secret|token|auth\b|auth$|auth_?config|authorization|credential(?!s_?store|s?helpers)|api_?key"
    r"|private_?key|access_?key|cookie|session_?id",
    re.IGNORECASE,
)
"""Names whose values are secret, in objects and in variables."""
_NOT_SECRET = re.compile(r"\A(?:auths|credsStore|credHelpers|DOCKER_CERT_PATH|SSH_AUTH_SOCK)\Z|path|store|helper", re.I)

_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(\w[\w+.-]*://)[^\s/@\"'<>:]*:[^\s/@\"'<>]*@"), rf"\1{MASK}@"),
    (re.compile(r"((?:https?|tcp)://)[^\s/@\"'<>]+@"), rf"\1{MASK}@"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w+/=.~-]{6,}"), rf"\1 {MASK}"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"), MASK),
    (re.compile(r"\b(?:gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|dckr_(?:pat|oat)_[\w-]{16,})"), MASK),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bxox[abprs]-[\w-]{10,}|\bsk-[\w-]{20,}|\bnpm_\w{30,}"), MASK),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), MASK),
    (
        re.compile(
            r"(?i)([\w.-]*(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|authorization|identitytoken)[\w.-]*"
            r"[\"']?\s*[:=]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s,;&}\"']+)"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"(?i)(--(?:password|token|secret)(?:[ =]))\S+"), rf"\1{MASK}"),
    (re.compile(r"(?i)(\"auth\"\s*:\s*)\"[^\"]*\""), rf'\1"{MASK}"'),
)


class Blanker:
    """Blanks texts and values; `known` are secrets that were seen where secrets stand."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = sorted({word for word in known if len(word) >= _SHORTEST}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        for word in self._known:
            text = text.replace(word, MASK)
        for shape, blanked in _SHAPES:
            text = shape.sub(blanked, text)
        return text

    def value(self, value: Any, key: str = "") -> Any:
        """A JSON value without secrets, by the names of its keys and by the looks of its texts."""
        if isinstance(value, Mapping):
            return {self(str(name)): self.value(item, str(name)) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item, key) for item in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return MASK if value and is_secret(key) else self(str(value))


def is_secret(key: str) -> bool:
    """Whether a value of this name is one to keep."""
    return bool(SECRET_KEY.search(key)) and not _NOT_SECRET.search(key)


def secrets_of(facts: Facts) -> set[str]:
    """The secrets that the facts hold: registry credentials, proxies' and other addresses' passwords, variables."""
    found: set[str] = set()
    if not isinstance(facts.settings, Missing):
        for parsed in (facts.settings.config, facts.settings.daemon, facts.settings.docker_java,
                       facts.settings.testcontainers):  # fmt: skip
            found |= set(secrets_in(parsed.value))
        for context in facts.settings.contexts:
            found |= set(_of_text("", context.host))
    found |= set(secrets_in(facts.env))
    if not isinstance(facts.engine.info, Missing):
        found |= set(secrets_in(facts.engine.info))
    return found


def secrets_in(value: Any, key: str = "") -> Iterator[str]:
    """The texts in a value that stand where secrets stand: under such a name, or before the @ of an address."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from secrets_in(item, str(name))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from secrets_in(item, key)
    elif isinstance(value, str):
        yield from _of_text(key, value)


def _of_text(key: str, text: str) -> Iterator[str]:
    if is_secret(key):
        yield text
        yield from _decoded(text)
    if "@" in text and "://" in text:
        try:
            parts = urlsplit(text)
        except ValueError:
            return
        for word in (parts.password, parts.username if parts.scheme not in ("ssh",) else None):
            if word:
                yield word
                yield unquote(word)


def _decoded(text: str) -> Iterator[str]:
    """docker's "auth" is base64 of user:password."""
    try:
        plain = base64.b64decode(text, validate=True).decode()
    except (ValueError, UnicodeDecodeError):
        return
    yield plain
    if ":" in plain:
        yield plain.partition(":")[2]
