"""The files that steer Docker's clients and daemon: read as they are, whatever lies in their place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devbox.doctor.facts import Parsed, Settings, StoredContext
from devbox.doctor.host import LIMIT, HostView

_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


def settings(host: HostView) -> Settings:
    """All of them."""
    docker = docker_folder(host)
    config = _json(host, docker / "config.json")
    return Settings(
        config=config,
        contexts=_contexts(host, docker / "contexts" / "meta", _guesses(host, config)),
        daemon=_daemon(host, docker),
        docker_java=_properties(host, host.home / ".docker-java.properties"),
        testcontainers=_properties(host, host.home / ".testcontainers.properties"),
    )


def docker_folder(host: HostView) -> Path:
    """The docker CLI's folder."""
    return Path(host.env["DOCKER_CONFIG"]) if host.env.get("DOCKER_CONFIG") else host.home / ".docker"


def _daemon(host: HostView, docker: Path) -> Parsed:
    """The first `daemon.json` that is there, else the first place."""
    places = [_json(host, path) for path in daemon_places(host, docker)]
    return next((parsed for parsed in places if parsed.there), places[0])


def daemon_places(host: HostView, docker: Path) -> tuple[Path, ...]:
    """Where `daemon.json` may lie: the system's, the rootless daemon's; Docker Desktop's is beside the CLI's files."""
    if host.platform == "linux":
        config = Path(host.env.get("XDG_CONFIG_HOME") or host.home / ".config")
        return Path("/etc/docker/daemon.json"), config / "docker" / "daemon.json"
    data = Path(host.env.get("PROGRAMDATA") or "C:/ProgramData")
    windows = (data / "docker" / "config" / "daemon.json",) if host.platform == "win32" else ()
    return docker / "daemon.json", *windows


def _json(host: HostView, path: Path) -> Parsed:
    """A file that holds a JSON object; an empty one counts as {}."""
    text, problem = _text(host, path)
    if text is None:
        return Parsed(path, bool(problem), problem=problem)
    try:
        value = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError) as error:
        return Parsed(path, True, problem=f"it is no JSON: {error}")
    if not isinstance(value, dict):
        return Parsed(path, True, problem=f"it holds a {_WORDS[type(value)]} where an object is expected")
    return Parsed(path, True, value)


_WORDS: dict[type, str] = {
    list: "list",
    str: "text",
    int: "number",
    float: "number",
    bool: "truth value",
    type(None): "null",
}


def _text(host: HostView, path: Path) -> tuple[str | None, str]:
    """A file's text, or None with what is wrong ("" when it is not there)."""
    try:
        data = host.read(path, LIMIT + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None, ""
    except IsADirectoryError:
        return None, "a folder is in its place"
    except (OSError, ValueError) as error:
        return None, f"it cannot be read: {getattr(error, 'strerror', None) or error}"
    if len(data) > LIMIT:
        return None, f"it is bigger than {LIMIT >> 20} MB"
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return None, "it is no text (not UTF-8)"


def _properties(host: HostView, path: Path) -> Parsed:
    """A Java properties file, as far as these files use the format: `key=value` or `key: value`, # and ! comments."""
    text, problem = _text(host, path)
    if text is None:
        return Parsed(path, bool(problem), problem=problem)
    found: dict[str, Any] = {}
    for line in text.splitlines():
        line = line.strip()
        if not line or line[0] in "#!" or "\0" in line:
            continue
        match = re.match(r"([^\s=:]+)\s*[=:\s]\s*(.*)", line)
        if match:
            found[match[1]] = match[2].strip()
    return Parsed(path, True, found)


def _guesses(host: HostView, config: Parsed) -> dict[str, str]:
    """Digest to name, of the contexts that somebody uses: broken files do not tell theirs."""
    import hashlib

    used = (host.env.get("DOCKER_CONTEXT"), config.value.get("currentContext"))
    return {hashlib.sha256(name.encode()).hexdigest(): name for name in used if isinstance(name, str) and name}


def _contexts(host: HostView, meta: Path, guesses: Mapping[str, str]) -> tuple[StoredContext, ...]:
    """Every context of the store, by name."""
    found = [_context(host, meta / name, guesses.get(name, name)) for name in host.names(meta) if _DIGEST.match(name)]
    return tuple(sorted(found, key=lambda context: context.name))


def _context(host: HostView, folder: Path, fallback: str) -> StoredContext:
    parsed = _json(host, folder / "meta.json")
    named = parsed.value.get("Name")
    name = named if isinstance(named, str) and named else fallback
    if not parsed.there:
        return StoredContext(name, "", folder, "its meta.json is missing")
    if parsed.problem:
        return StoredContext(name, "", folder, parsed.problem)
    if not isinstance(named, str) or not named:
        return StoredContext(name, "", folder, "it has no Name")
    docker = _object(_object(parsed.value.get("Endpoints")).get("docker"))
    address = docker.get("Host")
    if not docker:
        return StoredContext(name, "", folder, "it has no docker endpoint (Endpoints.docker)")
    if not isinstance(address, str):
        return StoredContext(name, "", folder, "the Host of its docker endpoint is no text")
    return StoredContext(name, address, folder)


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
