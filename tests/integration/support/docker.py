"""What the engine has, asked of the engine itself and not of devbox."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import docker
from docker.errors import APIError, NotFound

ALWAYS = ("tail", "-f", "/dev/null")
"""A command that lasts."""


@dataclass(frozen=True)
class Docker:
    """An engine, as its API shows it."""

    api: docker.APIClient

    @classmethod
    def at(cls, host: str | None) -> Docker:
        """The engine at `DOCKER_HOST`, None: the default one."""
        return cls(docker.APIClient(base_url=host, version="auto", timeout=60))

    def container(self, name: str) -> dict[str, Any] | None:
        """Its inspection, None where there is none of this name or id."""
        try:
            found: dict[str, Any] = self.api.inspect_container(name)
        except NotFound:
            return None
        return found

    def state(self, name: str) -> str:
        """running, exited, ...; "gone"."""
        found = self.container(name)
        return str(found["State"]["Status"]) if found else "gone"

    def life(self, name: str) -> tuple[str, str]:
        """Which container it is, and since when it runs: the same pair means that nobody touched it."""
        found = self.container(name)
        assert found is not None, f"there is no container {name}"
        return found["Id"], found["State"]["StartedAt"]

    def containers(self, **filters: Any) -> list[dict[str, Any]]:
        """What a list call shows, stopped ones too."""
        found: list[dict[str, Any]] = self.api.containers(all=True, filters=filters)
        return found

    def networks(self, **filters: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api.networks(filters=filters)
        return found

    def volume(self, name: str) -> dict[str, Any] | None:
        """Its inspection, None where there is none."""
        try:
            found: dict[str, Any] = self.api.inspect_volume(name)
        except NotFound:
            return None
        return found

    def volumes(self, **filters: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api.volumes(filters=filters)["Volumes"] or []
        return found

    def of(self, name: str) -> set[str]:
        """Everything that belongs to a sandbox, or is called as if it did: "container devbox-x-jenkins-1", ..."""
        every = [("container", c["Names"][0].lstrip("/"), c["Labels"]) for c in self.containers()]
        every += [("network", n["Name"], n["Labels"]) for n in self.networks()]
        every += [("volume", v["Name"], v["Labels"]) for v in self.volumes()]
        return {
            f"{kind} {called}"
            for kind, called, labels in every
            if (labels or {}).get("dev.devbox.name") == name
            or called.startswith((f"devbox-{name}-", f"devbox-{name}_"))
        }

    def everything(self) -> set[str]:
        """The ids of all that there is."""
        found = {c["Id"] for c in self.containers()} | {n["Id"] for n in self.networks()}
        return found | {v["Name"] for v in self.volumes()}

    def read(self, container: str, path: str) -> tuple[bytes, tarfile.TarInfo]:
        """A file in a container, running or not, with its owner and mode."""
        pieces, _ = self.api.get_archive(container, path)
        with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as tar:
            (info,) = tar.getmembers()
            content = tar.extractfile(info)
            assert content is not None
            return content.read(), info

    def has(self, container: str, path: str) -> bool:
        """Whether there is such a file or folder."""
        try:
            pieces, _ = self.api.get_archive(container, path)
        except NotFound:
            return False
        pieces.close()
        return True

    def write(self, container: str, folder: str, files: Mapping[str, str]) -> None:
        """Put files of Jenkins' user into a container; a path that ends with "/" is a folder."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for path, text in files.items():
                info = tarfile.TarInfo(path.rstrip("/"))
                info.type = tarfile.DIRTYPE if path.endswith("/") else tarfile.REGTYPE
                info.uid = info.gid = 1000
                info.mode = 0o755 if path.endswith("/") else 0o644
                info.size = len(text.encode())
                tar.addfile(info, io.BytesIO(text.encode()))
        assert self.api.put_archive(container, folder, packed.getvalue())

    def run(self, name: str, image: str, **options: Any) -> str:
        """Start a container that lasts and is none of devbox's; `ports`: {container port: (address, port)}."""
        ports = options.pop("ports", {})
        binds = options.pop("binds", None)
        host = self.api.create_host_config(port_bindings=ports, binds=binds)
        options.setdefault("entrypoint", list(ALWAYS))
        made = self.api.create_container(image, name=name, ports=list(ports), host_config=host, **options)
        self.api.start(made["Id"])
        return str(made["Id"])

    def create(self, name: str, image: str, **options: Any) -> str:
        """Create a container without starting it."""
        binds = options.pop("binds", None)
        host = self.api.create_host_config(binds=binds)
        made = self.api.create_container(image, name=name, host_config=host, entrypoint=list(ALWAYS), **options)
        return str(made["Id"])

    def have(self, image: str) -> str:
        """Pull an image where it is not there yet; gives its id."""
        try:
            found = self.api.inspect_image(image)
        except NotFound:
            repository, _, tag = image.rpartition(":")
            self.api.pull(repository, tag=tag)
            found = self.api.inspect_image(image)
        return str(found["Id"])

    def forget(self, image: str) -> None:
        """Remove an image's name, where there is such a one."""
        try:
            self.api.remove_image(image)
        except NotFound:
            return

    def sweep(self, prefix: str) -> None:
        """Remove every container, network and volume whose name begins so, and what is labelled as such a sandbox."""
        for container in self.containers():
            if _ours(container["Names"][0].lstrip("/"), container["Labels"], prefix):
                self._gone(lambda c=container: self.api.remove_container(c["Id"], force=True, v=True))
        for network in self.networks():
            if _ours(network["Name"], network["Labels"], prefix):
                self._gone(lambda n=network: self.api.remove_network(n["Id"]))
        for volume in self.volumes():
            if _ours(volume["Name"], volume["Labels"], prefix):
                self._gone(lambda v=volume: self.api.remove_volume(v["Name"], force=True))

    def _gone(self, remove: Any) -> None:
        try:
            remove()
        except NotFound:
            return
        except APIError as error:
            if "already in progress" not in str(error):
                raise


def _ours(called: str, labels: Mapping[str, str] | None, prefix: str) -> bool:
    name = (labels or {}).get("dev.devbox.name", "")
    return called.startswith((prefix, f"devbox-{prefix}")) or name.startswith(prefix)
