"""The cures that several findings share, mildest first. What a back end does for `engine.*` it says itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from devbox.doctor.model import Remedy, Risk
from devbox.engine.window import Api, Window

if TYPE_CHECKING:
    from devbox.doctor.facts import EngineFacts, Facts

START = Remedy("Start the engine.", None, Risk.NONE, "engine.start")
RESTART = Remedy("Restart the engine.", None, Risk.RESTART, "engine.restart")
UPDATE = Remedy("Update the engine in place; its images and volumes stay.", None, Risk.RESTART, "engine.update")
RECREATE = Remedy("Make the engine's VM anew; devbox brings the volumes back.", None, Risk.DESTROY, "engine.recreate")
INSTALL = Remedy(
    "Install an engine.", "sudo apt-get install -y docker.io", Risk.SETTINGS, "engine.install", ("docker.io",)
)
FORWARD = Remedy("Forward the ports from this machine's 127.0.0.1 into the VM.", None, Risk.SETTINGS, "ports.forward")

UNSET_HOST = Remedy(
    "Use the local engine instead: paste this into your shell, and remove it from where it is set.",
    "unset DOCKER_HOST DOCKER_TLS_VERIFY DOCKER_CERT_PATH",
)
UNSET_CONTEXT = Remedy(
    "Forget the context that the variable names: paste this into your shell.", "unset DOCKER_CONTEXT"
)


def without_flag(flag: str) -> Remedy:
    """What named the engine was devbox' own flag, or its setting."""
    text = f"Check what {flag} (or DEVBOX_{flag.strip('-').upper()}) names, or leave it out."
    return Remedy(text, "docker context ls" if flag == "--context" else None)


def use_context(name: str) -> Remedy:
    """Make a context the current one."""
    return Remedy(f"Use the context {name}.", f"docker context use {name}", Risk.SETTINGS, "context.use", (name,))


def create_context(name: str, host: str) -> Remedy:
    """Make a context for an engine that answers, and make it the current one."""
    command = f"docker context create {name} --docker host={host} && docker context use {name}"
    return Remedy(f"Use the engine at {host}.", command, Risk.SETTINGS, "context.create", (name, host))


def drop_key(path: str, *keys: str) -> Remedy:
    """Take one key, given as its path of keys, out of a settings file; the file is backed up first."""
    return Remedy(f"Remove {' / '.join(keys)} from {path}.", None, Risk.SETTINGS, "config.drop-key", (path, *keys))


def remove_context(name: str) -> Remedy:
    """Move a context out of the store."""
    text = f"Move the context {name} out of the way, and make it again."
    return Remedy(text, f"docker context rm -f {name}", Risk.SETTINGS, "context.remove", (name,))


def forward(ports: tuple[int, ...]) -> Remedy:
    """Forward these ports of the VM."""
    return replace(FORWARD, about=tuple(map(str, ports)))


def update_by_hand(facts: Facts) -> Remedy:
    """How an engine is updated that no back end's program updates: by the packages that it came in."""
    text = "Update the engine with the packages that it came in; its images and volumes stay."
    return Remedy(text, _by_apt(facts, facts.engine.release, "docker-ce"), Risk.RESTART)


def upgrade_cli(facts: Facts, version: str) -> Remedy:
    """How the docker command is upgraded, where one way is the usual one."""
    command = "brew upgrade docker" if facts.platform == "darwin" else _by_apt(facts, version, "docker-ce-cli")
    return Remedy("Upgrade the docker command.", command)


def _by_apt(facts: Facts, version: str, docker: str) -> str | None:
    """Debian's own packages have "dfsg" in their versions; Docker's are called otherwise."""
    if "apt-get" not in facts.programs:
        return None
    package = "docker.io" if "dfsg" in version else docker
    return f"sudo apt-get update && sudo apt-get install --only-upgrade {package}"


def lower_minimum(engine: EngineFacts, client: Window) -> tuple[Remedy, ...]:
    """Let the engine accept older clients, where it can be told to (from 25.0 on, and not below 1.24)."""
    from devbox.doctor.sources.tools import numbers

    lowest = max(client.high, Api(1, 24))
    if client.high < lowest or numbers(engine.release) < (25,) or engine.provider == "podman":
        return ()
    where = (
        "its environment" if numbers(engine.release) < (29,) else "its environment (or min-api-version in daemon.json)"
    )
    text = f"Or let the engine accept it: DOCKER_MIN_API_VERSION={client.high} in {where}, and restart it."
    return (Remedy(text, None, Risk.RESTART),)
