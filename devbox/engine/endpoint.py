"""Which engine is meant, by the docker CLI's rules.

`--host` or `--context`, `DOCKER_HOST`, `DOCKER_CONTEXT`, the current context, the default (`docker/cli`,
`cli/command/cli.go`; `DOCKER_HOST` beats `DOCKER_CONTEXT` there, whatever its manual says). docker-py's own ways are
not used: they fall back to the default socket without a word.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from devbox.engine import hosts
from devbox.engine.api import Endpoint
from devbox.engine.contexts import config_dir, current_context, load_context, tls_files, tls_missing
from devbox.errors import Cure, UsageError

Tls = tuple[str | None, str | None, str | None]


def resolve(
    *,
    host: str | None,
    context: str | None,
    env: Mapping[str, str],
    platform: str = sys.platform,
    home: Path,
) -> Endpoint:
    """The endpoint that the arguments, the environment and the docker CLI's files name; nothing is connected to.

    Raises `UsageError`: endpoint.conflict, endpoint.invalid, context.not_found, context.corrupt, config.corrupt,
    tls.missing.
    """
    if host and context:
        raise UsageError(
            "endpoint.conflict",
            "--host and --context cannot be given together.",
            cures=(Cure("Give one of the two."),),
        )
    if host:
        return _from_host(host, "--host", None, env, platform, home)
    if context:
        return _from_context(context, "--context", env, platform, home)
    if env.get("DOCKER_HOST"):
        return _from_host(env["DOCKER_HOST"], "DOCKER_HOST", None, env, platform, home)
    if env.get("DOCKER_CONTEXT"):
        return _from_context(env["DOCKER_CONTEXT"], "DOCKER_CONTEXT", env, platform, home)
    current = current_context(config_dir(env, home))
    if current:
        return _from_context(current, "current context", env, platform, home)
    return _from_host("", "default", None, env, platform, home)


def _from_context(name: str, rule: str, env: Mapping[str, str], platform: str, home: Path) -> Endpoint:
    if name == "default":
        # The virtual context: what there would be without contexts, `DOCKER_HOST` included.
        return _from_host(env.get("DOCKER_HOST", ""), rule, name, env, platform, home)
    stored = load_context(config_dir(env, home), name)
    secure = stored.tls is not None or stored.skip_tls_verify
    host = hosts.parse_host(stored.host or _default_host(platform, False), tls=secure, platform=platform)
    publish, reach = hosts.places(host, env, from_env=False, cert_dir="")
    verify = not stored.skip_tls_verify
    tls = (stored.tls or (None, None, None)) if host.scheme == "tls" else None
    return Endpoint(host.url, rule, name, publish, reach, tls, verify)


def _from_host(
    text: str, rule: str, context: str | None, env: Mapping[str, str], platform: str, home: Path
) -> Endpoint:
    verify = bool(env.get("DOCKER_TLS_VERIFY"))
    secure = verify or bool(env.get("DOCKER_TLS"))
    text = text.strip()
    host = hosts.parse_host(text or _default_host(platform, secure), tls=secure, platform=platform)
    cert_dir = env.get("DOCKER_CERT_PATH", "")
    publish, reach = hosts.places(host, env, from_env=True, cert_dir=cert_dir)
    if host.scheme != "tls":
        return Endpoint(host.url, rule, context, publish, reach)
    if not secure:
        return Endpoint(host.url, rule, context, publish, reach, (None, None, None), True)
    return Endpoint(host.url, rule, context, publish, reach, _tls_from_env(cert_dir, verify, env, home), verify)


def _tls_from_env(cert_dir: str, verify: bool, env: Mapping[str, str], home: Path) -> Tls:
    """The files in `DOCKER_CERT_PATH`, which must be there, or in the CLI's folder, which may be empty."""
    if not cert_dir:
        return tls_files(config_dir(env, home)) or (None, None, None)
    folder = Path(cert_dir)
    files = tls_files(folder)
    if files is None or (verify and files[0] is None):
        raise tls_missing(folder / "ca.pem")
    return files


def _default_host(platform: str, secure: bool) -> str:
    if secure:
        return hosts.DEFAULT_TLS_HOST
    return hosts.DEFAULT_PIPE if platform == "win32" else hosts.DEFAULT_SOCKET
