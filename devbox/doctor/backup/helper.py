"""A container that is never started, in which a volume is read or filled through the Engine API: no bind mount."""

from __future__ import annotations

import secrets
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from devbox.doctor.backup.survey import HELPER
from devbox.engine.api import ContainerSpec, Mount
from devbox.engine.sdk import DockerEngine
from devbox.sandbox import labels

PATH = "/v"


def sweep(engine: DockerEngine) -> None:
    """Remove the helpers that a killed devbox left."""
    for container in engine.containers(HELPER):
        engine.vault.remove_helper(container.id)


@contextmanager
def empty_image(engine: DockerEngine) -> Iterator[str]:
    """An image with nothing in it, so that none has to be pulled and nothing of it gets into a volume."""
    image = engine.vault.import_empty()
    try:
        yield image
    finally:
        engine.vault.remove_image(image)


@contextmanager
def archive(engine: DockerEngine, image: str, volume: str) -> Iterator[Iterator[bytes]]:
    """A volume as a tar stream; its connection ends here, also in the middle, or the engine would keep it mounted."""
    with helper(engine, image, volume) as container:
        chunks = engine.get_archive(container, PATH)
        try:
            yield chunks
        finally:
            if isinstance(chunks, Generator):
                chunks.close()


@contextmanager
def helper(engine: DockerEngine, image: str, volume: str, path: str = PATH) -> Iterator[str]:
    """A container that mounts this volume at `path`; gone afterwards."""
    spec = ContainerSpec(
        name=f"devbox-backup-{secrets.token_hex(4)}",
        image=image,
        service="helper",
        labels={labels.ROLE: "backup"},
        network="none",
        command=("none",),
        mounts=(Mount(volume, path),),
    )
    container = engine.create_container(spec)
    try:
        yield container
    finally:
        engine.vault.remove_helper(container)
