"""Jenkins' versions: "2.568.2" is an LTS, "2.578" a weekly, "1.610-SNAPSHOT (private-...)" somebody's own build."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import IO

HEALTH_SINCE = (2, 506)
"""`GET /health` answers from this core on."""


def parse(text: str | None) -> tuple[int, ...] | None:
    """The numbers a version begins with, (2, 568, 2); None where there are none.

    A build's own suffix (`-SNAPSHOT`, ` (private-...)`) does not count: 1.610-SNAPSHOT is 1.610.
    """
    found = re.match(r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})+)(?!\.?[0-9])", text or "")
    return tuple(int(n) for n in found[1].split(".")) if found else None


def newer(one: str | None, other: str | None) -> bool:
    """Whether `one` is surely newer than `other`; an unknown version is neither.

    2.568 and 2.568.2 compare as numbers do: an LTS is newer than the weekly it was cut from.
    """
    a, b = parse(one), parse(other)
    return a is not None and b is not None and a > b


def has_health(text: str | None) -> bool:
    """Whether this core answers on `/health`; an unknown one is asked on `/login` alone."""
    numbers = parse(text)
    return numbers is not None and numbers >= HEALTH_SINCE


def of_image(labels: Mapping[str, str], environment: Mapping[str, str]) -> str | None:
    """The version that an image carries: the official one says it twice.

    `JENKINS_VERSION` first, since an image built on the official one often gives the label a value of its own.
    """
    for text in (environment.get("JENKINS_VERSION"), labels.get("org.opencontainers.image.version")):
        if text and parse(text):
            return text
    return None


def of_war(path: Path | IO[bytes]) -> str | None:
    """The version that a WAR's manifest names; raises `ValueError` for a file that is no WAR of Jenkins."""
    import zipfile

    try:
        with zipfile.ZipFile(path) as war, war.open("META-INF/MANIFEST.MF") as manifest:
            text = manifest.read(1 << 20).decode("utf-8", "replace")
    except Exception as error:  # zipfile passes the errors of its decompressors on as they are
        raise ValueError(str(error)) from error
    return of_manifest(text)


def of_manifest(text: str) -> str | None:
    """`Jenkins-Version`, else `Implementation-Version`, of a manifest's main section."""
    found: dict[str, str] = {}
    for line in io.StringIO(text.replace("\r\n", "\n").replace("\n ", "")):
        key, colon, value = line.partition(":")
        if not line.strip():
            break
        if colon:
            found[key.strip().lower()] = value.strip()
    return found.get("jenkins-version") or found.get("implementation-version")
