"""The registry credentials that the docker CLI has: `auths`, `credHelpers` and `credsStore` of its `config.json`.

docker-py stops a pull when a credential helper is missing, a public image's too and before it asked anybody. The docker
CLI goes on without; so does this.
"""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devbox.engine.contexts import load_config
from devbox.errors import DevboxError

HUB = "https://index.docker.io/v1/"
"""The name under which Docker Hub's credentials are kept."""

_HUB_NAMES = ("docker.io", "index.docker.io", "registry-1.docker.io")
_HELPER_SECONDS = 10.0


def registry_of(repository: str) -> str:
    """The registry in a repository's name ("quay.io", "localhost:5000"); Docker Hub's key where it names none."""
    first, slash, _ = repository.partition("/")
    named = slash and ("." in first or ":" in first or first == "localhost")
    return first if named and first not in _HUB_NAMES else HUB


def auth_header(folder: Path, repository: str) -> dict[str, str]:
    """The header that carries the user's credentials for this repository's registry; {} without any that work.

    `folder` is the docker CLI's. Nothing here fails a pull: the registry itself says whether it wants a sign-in.
    """
    try:
        config = load_config(folder)
    except DevboxError:
        return {}
    registry = registry_of(repository)
    auth = _from_helper(config, registry) or _from_file(config, registry)
    if not auth:
        return {}
    return {"X-Registry-Auth": base64.urlsafe_b64encode(json.dumps(auth).encode()).decode()}


def _from_helper(config: Mapping[str, Any], registry: str) -> dict[str, str] | None:
    helpers = config.get("credHelpers")
    named = helpers.get(registry) if isinstance(helpers, dict) else None
    helper = named or config.get("credsStore")
    program = shutil.which(f"docker-credential-{helper}") if isinstance(helper, str) and "/" not in helper else None
    if program is None:
        return None
    import subprocess

    try:
        answer = subprocess.run(
            [program, "get"], input=registry.encode(), capture_output=True, timeout=_HELPER_SECONDS, check=True
        )
        entry = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    if not isinstance(entry, dict) or not isinstance(entry.get("Secret"), str):
        return None
    if entry.get("Username") == "<token>":
        return {"identitytoken": entry["Secret"], "serveraddress": registry}
    return {"username": str(entry.get("Username", "")), "password": entry["Secret"], "serveraddress": registry}


def _from_file(config: Mapping[str, Any], registry: str) -> dict[str, str] | None:
    auths = config.get("auths")
    entries = auths.items() if isinstance(auths, dict) else ()
    entry = next((value for key, value in entries if _host(key) == _host(registry)), None)
    if not isinstance(entry, dict):
        return None
    if isinstance(entry.get("identitytoken"), str) and entry["identitytoken"]:
        return {"identitytoken": entry["identitytoken"], "serveraddress": registry}
    try:
        user, colon, password = base64.b64decode(entry["auth"]).decode().partition(":")
    except (KeyError, TypeError, ValueError):
        return None
    return {"username": user, "password": password, "serveraddress": registry} if colon else None


def _host(key: str) -> str:
    host = key.partition("://")[2] or key
    host = host.partition("/")[0]
    return "index.docker.io" if host in _HUB_NAMES else host
