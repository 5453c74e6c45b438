"""The docker CLI's own files: `config.json` and the context store. Read here, never written.

docker-py reads them too, but falls back to the default socket when something is wrong with them; here every defect is
an error by name. Layout: `docker/cli`, `cli/context/store`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devbox.errors import Cure, UsageError
from devbox.frozen import dataclass

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.+-]*\Z")
_LIST = Cure("List the contexts that there are.", "docker context ls")
_DEFAULT = Cure("Go back to the default one.", "docker context use default")


@dataclass(frozen=True)
class Context:
    """One stored context: the docker endpoint's host ("" where none is written), and its TLS files."""

    name: str
    host: str
    skip_tls_verify: bool
    tls: tuple[str | None, str | None, str | None] | None
    """Paths of ca, certificate and key; None where the store has none."""


def config_dir(env: Mapping[str, str], home: Path) -> Path:
    """The docker CLI's folder: `DOCKER_CONFIG`, else `~/.docker`."""
    return Path(env["DOCKER_CONFIG"]) if env.get("DOCKER_CONFIG") else home / ".docker"


def load_config(folder: Path) -> dict[str, Any]:
    """The docker CLI's `config.json`; {} where there is none or it is empty. Raises `config.corrupt`."""
    path = folder / "config.json"
    try:
        text = path.read_bytes().decode("utf-8-sig")
        config = json.loads(text) if text.strip() else {}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise _config_corrupt(path, str(error)) from error
    if not isinstance(config, dict):
        raise _config_corrupt(path, f"it holds a {type(config).__name__} where an object is expected")
    return config


def current_context(folder: Path) -> str:
    """`currentContext` of `config.json`, "" where none is set. Raises `config.corrupt`."""
    name = load_config(folder).get("currentContext")
    if name is None or isinstance(name, str):
        return name or ""
    raise _config_corrupt(folder / "config.json", f'"currentContext" is a {type(name).__name__}, not a text')


def load_context(folder: Path, name: str) -> Context:
    """The stored context `name` (not "default", which is virtual).

    Raises `context.not_found`, `context.corrupt`, and `tls.missing` for half of a key pair.
    """
    if not _NAME.match(name):
        raise _not_found(name)
    digest = hashlib.sha256(name.encode()).hexdigest()
    path = folder / "contexts" / "meta" / digest / "meta.json"
    try:
        meta = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise _not_found(name) from None
    except (OSError, ValueError, RecursionError) as error:
        raise _corrupt(name, path, str(error)) from error
    docker = _docker_endpoint(name, path, meta)
    host, skip = docker.get("Host", ""), docker.get("SkipTLSVerify", False)
    if not isinstance(host, str) or not isinstance(skip, bool):
        raise _corrupt(name, path, "Host or SkipTLSVerify of its docker endpoint has the wrong type")
    return Context(name, host, skip, tls_files(folder / "contexts" / "tls" / digest / "docker"))


def _docker_endpoint(name: str, path: Path, meta: object) -> dict[str, Any]:
    endpoints = meta.get("Endpoints") if isinstance(meta, dict) else None
    docker = endpoints.get("docker") if isinstance(endpoints, dict) else None
    if not isinstance(docker, dict):
        raise _corrupt(name, path, "it has no docker endpoint (Endpoints.docker)")
    return docker


def tls_files(folder: Path) -> tuple[str | None, str | None, str | None] | None:
    """The paths of ca, certificate and key in a folder; None where it has none. Half a pair raises `tls.missing`."""
    paths = [folder / name for name in ("ca.pem", "cert.pem", "key.pem")]
    ca, cert, key = (str(path) if path.is_file() else None for path in paths)
    if (cert is None) != (key is None):
        raise tls_missing(paths[1] if cert is None else paths[2])
    return (ca, cert, key) if ca or cert else None


def tls_missing(path: Path) -> UsageError:
    """The error for a TLS file (or its folder) that is not there."""
    return UsageError(
        "tls.missing",
        f"The TLS file {path} that the Docker endpoint needs is missing.",
        cures=(
            Cure("Use the local engine instead of the one that wants TLS.", "unset DOCKER_HOST DOCKER_TLS_VERIFY"),
            Cure("For a docker-machine VM, make the certificates again.", "docker-machine regenerate-certs default"),
        ),
    )


def _not_found(name: str) -> UsageError:
    return UsageError("context.not_found", f"There is no docker context {name!r}.", cures=(_LIST, _DEFAULT))


def _corrupt(name: str, path: Path, cause: str) -> UsageError:
    again = Cure("Remove it and create it again.", f"docker context rm -f {name}")
    return UsageError(
        "context.corrupt", f"The docker context {name!r} is broken: {path}", cause=cause, cures=(again, _DEFAULT)
    )


def _config_corrupt(path: Path, cause: str) -> UsageError:
    return UsageError(
        "config.corrupt",
        f"The docker CLI's configuration cannot be read: {path}",
        cause=cause,
        cures=(
            Cure("Correct the file, or move it out of the way.", f"mv {path} {path}.broken"),
            Cure("Name the engine yourself.", "devbox --host unix:///var/run/docker.sock status"),
        ),
    )
