"""The cures that several findings share, mildest first. What a back end does for `engine.*` it says itself."""

from __future__ import annotations

from devbox.doctor.model import Remedy, Risk

START = Remedy("Start the engine.", None, Risk.NONE, "engine.start")
RESTART = Remedy("Restart the engine.", None, Risk.RESTART, "engine.restart")
UPDATE = Remedy("Update the engine in place; its images and volumes stay.", None, Risk.RESTART, "engine.update")
RECREATE = Remedy("Make the engine's VM anew; devbox brings the volumes back.", None, Risk.DESTROY, "engine.recreate")
INSTALL = Remedy("Install an engine.", None, Risk.SETTINGS, "engine.install")

UNSET_HOST = Remedy(
    "Use the local engine instead: paste this into your shell, and remove it from where it is set.",
    "unset DOCKER_HOST DOCKER_TLS_VERIFY DOCKER_CERT_PATH",
)
UNSET_CONTEXT = Remedy(
    "Forget the context that the variable names: paste this into your shell.", "unset DOCKER_CONTEXT"
)


def use_context(name: str) -> Remedy:
    """Make a context the current one."""
    return Remedy(f"Use the context {name}.", f"docker context use {name}", Risk.SETTINGS, "context.use", (name,))


def create_context(name: str, host: str) -> Remedy:
    """Make a context for an engine that answers, and make it the current one."""
    command = f"docker context create {name} --docker host={host} && docker context use {name}"
    return Remedy(f"Use the engine at {host}.", command, Risk.SETTINGS, "context.create", (name, host))


def drop_key(path: str, key: str) -> Remedy:
    """Take one key out of a JSON file; the file is backed up first."""
    return Remedy(f"Remove {key} from {path}.", None, Risk.SETTINGS, "config.drop-key", (path, key))


def upgrade_cli(platform: str) -> str | None:
    """How the docker command is upgraded, where one way is the usual one."""
    return {"darwin": "brew upgrade docker"}.get(platform)
