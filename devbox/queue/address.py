"""Where a Redis is: the addresses that Resque takes and redis-py's URLs, and how they are shown without a password."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from devbox.errors import Cure, DevboxError, UsageError

DEFAULT = "redis://127.0.0.1:6379/0"
PLAIN = re.compile(r"(?P<host>[\w.-]+|\[[0-9a-fA-F:]+\])(?::(?P<port>\d+))?(?::(?P<db>\d+)|/(?P<rest>\S*))?")
"""What Resque takes beside URLs: HOST:PORT, HOST:PORT:DB, HOST:PORT/NAMESPACE."""
CURES = (Cure("write it as redis://[USER:PASSWORD@]HOST[:PORT][/DB], rediss://... or unix:///PATH?db=N"),)


@dataclass(frozen=True)
class Address:
    """A Redis' URL as redis-py takes it (with its password: never printed), and as it is shown.

    `namespace` is the one that Resque's `HOST:PORT/NAMESPACE` names, else "".
    """

    url: str = field(repr=False)
    shown: str
    namespace: str = ""


def parse(text: str) -> Address:
    """An address as a person writes it; raises `redis.url_invalid`, never with a password in the message."""
    given = text.strip()
    if not given:
        raise invalid("it is empty")
    if "://" in given:
        return _url(given)
    plain = PLAIN.fullmatch(given)
    if plain is None:
        raise invalid("it is neither a URL nor HOST:PORT")
    rest = plain["rest"] or ""
    number = plain["db"] or (rest if rest.isdecimal() else "0")
    url = f"redis://{plain['host']}:{_port(plain['port'] or '6379')}/{number}"
    return Address(url, url, "" if rest.isdecimal() else rest)


def _url(text: str) -> Address:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise invalid("its port or its host is malformed") from error
    if parts.scheme == "unix":
        if not parts.path:
            raise invalid("the path of the socket is missing")
        return Address(text, masked(text))
    if parts.scheme not in {"redis", "rediss"}:
        raise invalid(f"{masked(parts.scheme)[:40]}:// is no scheme of Redis")
    if not parts.hostname:
        raise invalid("the host is missing")
    if not re.fullmatch(r"/?\d*", parts.path):
        raise invalid("what follows the host is the number of a database")
    _port(str(port or 6379))
    return Address(text, masked(text))


def _port(text: str) -> str:
    if not 0 < int(text) < 65536:
        raise invalid(f"{text[:12]} is no port")
    return text


def masked(url: str) -> str:
    """A URL without its password, wherever it stands in it."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        user = unquote(parts.username or "")
    except ValueError:
        return "(malformed)"
    query = re.sub(r"(?i)((?:^|&)[^=&]*pass[^=&]*=)[^&]*", r"\1***", parts.query)
    login = f"{user}:***@" if parts.password is not None else f"{user}@" if user else ""
    shown = f"{parts.scheme}://{login}{host}{parts.path}" if parts.scheme else f"{login}{host}{parts.path}"
    return f"{shown}?{query}" if query else shown


def invalid(why: str) -> DevboxError:
    """An address that is none, and why."""
    return UsageError("redis.url_invalid", f"the address of Redis is malformed: {why}", cures=CURES)
