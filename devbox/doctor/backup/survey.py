"""What a recreate saves and what it loses for good, in words for the question before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from devbox.engine.sdk import DockerEngine
from devbox.engine.vault import Inhabitant, StoredImage, StoredVolume
from devbox.sandbox import labels

KUBERNETES = ("io.kubernetes.pod.name", "io.x-k8s.kind.cluster", "created_by.minikube.sigs.k8s.io", "app=k3d")
RUNNING = ("running", "paused", "restarting")
HELPER: dict[str, str | None] = {labels.ROLE: "backup"}
_LOCAL = ("localhost", "127.", "[::1]")


@dataclass(frozen=True)
class Survey:
    """One look at an engine. `save`: images that cannot be pulled again; `cache` in bytes."""

    volumes: tuple[StoredVolume, ...]
    inhabitants: tuple[Inhabitant, ...]
    networks: tuple[str, ...]
    save: tuple[StoredImage, ...]
    cache: int
    swarm: bool

    @property
    def bytes(self) -> int:
        """What the backup is going to take."""
        return sum(max(v.size, 0) for v in self.volumes) + sum(image.size for image in self.save)

    @property
    def tenants(self) -> tuple[str, ...]:
        """Who else lives there, as far as the engine knows."""
        kubernetes = any(key in c.labels for c in self.inhabitants for key in KUBERNETES)
        return (*(("a Swarm",) if self.swarm else ()), *(("a Kubernetes cluster",) if kubernetes else ()))

    def lost(self) -> tuple[str, ...]:
        """A line for each thing that is not saved."""
        strangers = [c for c in self.inhabitants if not ours(c)]
        lines = [f"container {c.name} ({human(c.layer)} of its own)" for c in strangers]
        lines += [f"network {name}" for name in self.networks if not name.startswith("devbox-")]
        return (*lines, *((f"the build cache ({human(self.cache)})",) if self.cache else ()))


def look(engine: DockerEngine) -> Survey:
    """Ask the engine for all of it; changes nothing."""
    vault = engine.vault
    sizes, cache = vault.sizes()
    volumes = tuple(
        StoredVolume(v.name, v.driver, v.options, v.labels, sizes.get(v.name, v.size)) for v in vault.volumes()
    )
    found = tuple(c for c in vault.inhabitants() if c.labels.get(labels.ROLE) != HELPER[labels.ROLE])
    counts = not vault.has_containerd_images()
    images = tuple(image for image in vault.images() if to_save(image, found, digests_count=counts))
    return Survey(volumes, found, tuple(vault.networks()), images, cache, vault.in_swarm())


def ours(container: Inhabitant) -> bool:
    """Whether devbox makes this container again."""
    return labels.is_ours(container.labels)


def sandboxes(found: Sequence[Inhabitant]) -> list[tuple[str, str]]:
    """Name and stack of the sandboxes that run."""
    running = [c for c in found if c.state in RUNNING and ours(c)]
    return sorted({(c.labels.get(labels.NAME, ""), c.labels.get(labels.STACK, "")) for c in running})


def to_save(image: StoredImage, containers: Sequence[Inhabitant], *, digests_count: bool = True) -> bool:
    """What no registry has: built here, or from a registry on this machine; and exactly what our sandboxes run.

    Without a tag an image counts only where a container needs it. A digest tells that an image came from a registry,
    but in containerd's image store every image has one: there all are saved.
    """
    if any(tag.startswith("devbox-empty:") for tag in image.tags):
        return False
    users = [c for c in containers if c.image_id == image.id]
    if any(ours(c) for c in users):
        return True
    if not digests_count or not image.digests or any(digest.startswith(_LOCAL) for digest in image.digests):
        return bool(image.tags or users)
    return False


def human(size: int) -> str:
    """Bytes for people."""
    amount = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def question(title: str, seen: Survey) -> str:
    """The question before anything is touched."""
    kept = f"{_count(len(seen.volumes), 'volume')} ({human(sum(max(v.size, 0) for v in seen.volumes))})"
    images = f" and {_count(len(seen.save), 'image')} that cannot be pulled again" if seen.save else ""
    lost = seen.lost()
    gone = f" Lost for good: {'; '.join(lost)}." if lost else " Nothing else of yours is lost."
    return f"{title} is deleted and made anew. Saved before and brought back: {kept}{images}.{gone} Go on?"
