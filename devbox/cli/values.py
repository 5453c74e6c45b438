"""What a value must look like, whoever gave it: flag, DEVBOX_ variable and file share these parsers.

A parser takes what was written (text, or a value of TOML) and gives the value devbox works with; it raises `Bad`.
"""

from __future__ import annotations

import ipaddress
import math
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from devbox.engine.refs import is_ref, is_tag

Parser = Callable[[Any], Any]

TRUE = frozenset({"1", "true", "yes"})
FALSE = frozenset({"0", "false", "no", ""})
UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50}

NAME = r"[a-z0-9][a-z0-9-]{0,30}"
_MEMORY = r"([0-9]{1,15}(?:\.[0-9]{1,6})?) ?([kmgtp]?)i?b?"
_PREFIX = r"(?:/[A-Za-z0-9._~-]+)+"
_VARIABLE = r"[^\s=\0]+"


class Bad(ValueError):
    """A value that will not do: the error's `code`, what is wrong (without saying where it was written), a cure."""

    def __init__(self, code: str, text: str, cure: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.cure = cure


def shown(value: object, limit: int = 80) -> str:
    """A value as an error quotes it: one line, not too long."""
    text = repr(str(value))
    return text if len(text) <= limit else f"{text[: limit - 4]}...{text[-1]}"


def text(value: Any) -> str:
    """Any text that is not empty."""
    if not str(value).strip():
        raise Bad("option.invalid", "is empty")
    return str(value)


def boolean(value: Any) -> bool:
    """True or false; as text 1/true/yes and 0/false/no."""
    if isinstance(value, bool):
        return value
    if (word := str(value).strip().lower()) in TRUE:
        return True
    if word in FALSE:
        return False
    raise Bad("option.invalid", f"{shown(value)} is neither true nor false", "write 1 or 0, true or false, yes or no")


def whole(low: int, high: int) -> Parser:
    """A parser of whole numbers from `low` to `high`."""

    def parse(value: Any) -> int:
        word = str(value).strip()
        if not re.fullmatch(r"-?[0-9]{1,18}", word, re.ASCII) or not low <= int(word) <= high:
            raise Bad("option.invalid", f"{shown(value)} is not a number from {low} to {high}")
        return int(word)

    return parse


port = whole(1, 65535)


def seconds(value: Any) -> float:
    """A duration in seconds, above zero."""
    try:
        number = float(value)
    except (ValueError, OverflowError):
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise Bad("option.invalid", f"{shown(value)} is not a number of seconds above 0")
    return number


def choice(*allowed: str) -> Parser:
    """A parser of one of these words."""

    def parse(value: Any) -> str:
        if value not in allowed:
            raise Bad("option.invalid", f"{shown(value)} is none of {', '.join(allowed)}")
        return str(value)

    return parse


def name(value: Any) -> str:
    """A sandbox's name."""
    if not re.fullmatch(NAME, str(value)):
        raise Bad(
            "name.invalid",
            f"{shown(value)} is no name of a sandbox",
            "use at most 31 of a-z, 0-9 and '-', the first one a letter or digit",
        )
    return str(value)


def tag(value: Any) -> str:
    """An image's tag, as Docker has it."""
    if not is_tag(str(value)):
        raise Bad("version.invalid", f"{shown(value)} is no version", "give a tag of the image, such as lts or 2.555.1")
    return str(value)


def image(value: Any) -> str:
    """An image's reference: [HOST/]NAME[:TAG][@DIGEST]."""
    if not is_ref(str(value)):
        raise Bad("image.invalid", f"{shown(value)} is no image reference", "write it as [HOST/]NAME[:TAG]")
    return str(value)


def memory(value: Any) -> str:
    """A size as `docker run --memory` takes it (512m, 2g, plain bytes); as text with one of Compose's units."""
    match = re.fullmatch(_MEMORY, str(value).strip(), re.IGNORECASE | re.ASCII)
    unit = match[2].lower() if match else ""
    size = float(match[1]) * UNITS[unit] if match else 0
    if not match or not 1 <= size < 1 << 63:
        raise Bad("option.invalid", f"{shown(value)} is no size", "write it as docker does: 512m, 2g")
    return f"{match[1]}{unit}" if unit not in ("t", "p") else f"{int(size) >> 20}m"


def java_opts(value: Any) -> str:
    """Options of the JVM, quoted as for a shell."""
    try:
        shlex.split(str(value))
    except ValueError as error:
        raise Bad("java_opts.invalid", f"{shown(value)}: {str(error).lower()}", "close the quotes") from error
    return str(value)


def prefix(value: Any) -> str:
    """The path Jenkins lives under, as /path; "" for none."""
    path = str(value).strip().rstrip("/")
    if not path and str(value).strip():
        return ""
    if not re.fullmatch(_PREFIX, path) or {".", ".."} & set(path.split("/")):
        raise Bad("prefix.invalid", f"{shown(value)} is no path", "write it as /path")
    return path


def address(value: Any) -> str:
    """An IP address to publish ports on."""
    try:
        return str(ipaddress.ip_address(str(value).strip().strip("[]")))
    except ValueError as error:
        raise Bad("option.invalid", f"{shown(value)} is no IP address", "write it as 127.0.0.1") from error


def war(value: Any) -> str:
    """A readable WAR file."""
    import zipfile

    path = Path(str(value))
    try:
        with path.open("rb") as file:
            fits = zipfile.is_zipfile(file)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Bad(
            "war.invalid", f"{shown(value, 300)} cannot be read: {reason}", "give the path of a jenkins.war"
        ) from error
    if not fits:
        raise Bad("war.invalid", f"{shown(value, 300)} is no WAR (a zip file)", "download or build it again")
    return str(path)


def pairs(value: Any) -> dict[str, str]:
    """Variables: a table, K=V texts, or one text of K=V words quoted as for a shell."""
    if isinstance(value, Mapping):
        return {_variable(key): _content(key, item) for key, item in value.items()}
    found = dict(_pair(word) for word in (_words(value) if isinstance(value, str) else value))
    return {key: _content(key, item) for key, item in found.items()}


def _pair(word: str) -> tuple[str, str]:
    key, equals, content = word.partition("=")
    if not equals:
        raise Bad("env.invalid", f"{shown(word)} has no '='", "write it as NAME=VALUE")
    return _variable(key), content


def _variable(key: str) -> str:
    if not re.fullmatch(_VARIABLE, key):
        raise Bad("env.invalid", f"{shown(key)} is no name of a variable", "write it as NAME=VALUE")
    return key


def _content(key: str, content: Any) -> str:
    if not isinstance(content, str) or "\0" in content:
        raise Bad("env.invalid", f"the value of {key} is no text", "put it in quotes")
    return content


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise Bad("env.invalid", f"{str(error).lower()}", "close the quotes") from error


def words(value: Any) -> list[str]:
    """A list of texts; as one text separated by commas."""
    parts: Iterable[Any] = value.split(",") if isinstance(value, str) else value
    found = [str(part).strip() for part in parts]
    if not found or not all(found):
        raise Bad("option.invalid", f"{shown(value)} is no list of names", "separate them by commas")
    return found


def plugins(value: Any) -> list[str]:
    """Files and folders of plugins; as one text (of a variable) separated by commas."""
    try:
        return words(value)
    except Bad as error:
        text = "names no plugin"
        raise Bad("option.invalid", text, "give a plugin's file, or the folder of its project") from error


def queues(value: Any) -> list[str]:
    """Names and patterns of queues, in the order in which they are served; `!NAME` excludes one."""
    found = words(value)
    if any(any(ord(letter) < 32 for letter in one) or one == "!" for one in found):
        raise Bad("option.invalid", f"{shown(value)} is no list of queues", "write it as high,low or high,*")
    if all(one.startswith("!") for one in found):
        raise Bad("option.invalid", f"{shown(value)} names no queue to serve", f"write it as '*,{found[0]}'")
    return found


def folder(value: Any) -> str:
    """A folder that is there."""
    if not Path(str(value)).is_dir():
        raise Bad(
            "jobs.invalid", f"{shown(value, 300)} is no folder", "give the folder that your Python modules are in"
        )
    return str(value)


def command(value: Any) -> str:
    """A command's words, quoted as for a shell."""
    try:
        found = shlex.split(text(value))
    except ValueError as error:
        if isinstance(error, Bad):
            raise
        raise Bad("option.invalid", f"{shown(value)}: {str(error).lower()}", "close the quotes") from error
    if not found:
        raise Bad("option.invalid", "is empty")
    return str(value)


def service(value: Any) -> str:
    """A service's name as Compose has it."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", str(value)):
        raise Bad("option.invalid", f"{shown(value)} is no name of a service")
    return str(value)


_SPAN = r"(?:[0-9]{1,9}(?:\.[0-9]{1,6})?[smhd])+"
_SPANS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def since(value: Any, now: float) -> float:
    """A moment in the past as a Unix time: a span before now (10m, 1h30m), a Unix time, or RFC 3339."""
    word = str(value).strip()
    if re.fullmatch(_SPAN, word):
        parts = re.findall(r"([0-9.]+)([smhd])", word)
        return now - sum(float(number) * _SPANS[unit] for number, unit in parts)
    try:
        if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9})?", word, re.ASCII):
            return float(word)
        moment = datetime.fromisoformat(word)
        return (moment if moment.tzinfo else moment.astimezone()).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise Bad(
            "option.invalid", f"{shown(value)} is no time", "write it as 10m, 2h or 2026-01-31T12:00:00Z"
        ) from error


def tail(value: Any) -> int | None:
    """A number of lines; None for "all"."""
    return None if value == "all" else int(whole(0, 10**9)(value))
