"""A bug report as one zip file: findings, facts, versions, logs; secrets are blanked, by place and by looks."""

from __future__ import annotations

import dataclasses
import json
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from devbox import __version__
from devbox.doctor.blank import Blanker, secrets_in, secrets_of
from devbox.doctor.diagnose import Diagnosis
from devbox.doctor.facts import Missing
from devbox.doctor.host import HostView
from devbox.errors import Cure, DevboxError

_LOGS = 10
_LOG_BYTES = 1 << 20
_SECONDS = 5.0


def write(file: Path, diagnosis: Diagnosis, host: HostView, state: Path) -> list[str]:
    """Write the report to `file`, for this user's eyes alone; gives the names of what is in it.

    Raises `doctor.bundle` when it cannot be written, or something is there already.
    """
    blank = Blanker(secrets_of(diagnosis.facts) | set(secrets_in(host.env)))
    entries = dict(_entries(diagnosis, host, state, blank))
    try:
        with _exclusive(file) as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in entries.items():
                archive.writestr(name, text)
    except OSError as error:
        raise DevboxError(
            "doctor.bundle",
            f"the bug report cannot be written: {file}",
            cause=error.strerror or str(error),
            cures=(Cure("name another file", "devbox doctor --bundle report.zip"),),
        ) from error
    return list(entries)


def _exclusive(file: Path) -> Any:
    import os

    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")


def _entries(diagnosis: Diagnosis, host: HostView, state: Path, blank: Blanker) -> Iterator[tuple[str, str]]:
    from devbox.doctor import report

    yield "findings.json", _json(blank.value(report.data(diagnosis)))
    yield "facts.json", _json(blank.value(plain(diagnosis.facts)))
    yield "versions.txt", blank(_versions(diagnosis, host))
    for name, text in _logs(host, state):
        yield name, blank(text)


def plain(value: Any) -> Any:
    """A value of facts as JSON's: dataclasses as objects, what is missing as its reason."""
    if isinstance(value, Missing):
        return {"missing": value.reason}
    if isinstance(value, BaseException):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, PurePath) else value


def _key(key: Any) -> str:
    return ":".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, default=str) + "\n"


def _versions(diagnosis: Diagnosis, host: HostView) -> str:
    facts = diagnosis.facts
    lines = [f"devbox {__version__}", f"Python {sys.version.split()[0]}", f"{host.platform} {host.machine}"]
    lines.append(f"{facts.engine.name}, API {facts.engine.window}" if facts.engine.reach.ok else "no engine answers")
    if not isinstance(facts.tools, Missing):
        lines += [f"{tool.name} {tool.version or tool.problem} ({tool.path})" for tool in facts.tools]
    if not isinstance(facts.python, Missing):
        lines += [f"{field.name} {getattr(facts.python, field.name)}" for field in dataclasses.fields(facts.python)]
    return "\n".join(lines) + "\n"


def _logs(host: HostView, state: Path) -> Iterator[tuple[str, str]]:
    """devbox' own last logs, and the daemon's where systemd keeps it."""
    folder = state / "logs"
    for name in host.names(folder)[-_LOGS:]:
        try:
            data = host.read(folder / name, _LOG_BYTES)
        except OSError:
            continue
        yield f"logs/{name}", data.decode("utf-8", "replace")
    if host.platform == "linux" and host.which("journalctl"):
        ran = host.run(("journalctl", "--unit", "docker", "--lines", "300", "--no-pager", "--quiet"), _SECONDS)
        if ran.ok and ran.out.strip():
            yield "logs/docker.service.txt", ran.out
