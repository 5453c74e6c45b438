"""`devbox pull`: fetch images beforehand, and say what moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devbox.engine.pull import ensure_images
from devbox.errors import DevboxError
from devbox.events import Warned
from devbox.result import Result
from devbox.sandbox import kinds, labels
from devbox.sandbox.choices import Choices, merge, of_container
from devbox.sandbox.observe import Observed
from devbox.sandbox.request import World
from devbox.sandbox.status import everything
from devbox.stacks import load


def pull(world: World, stack: str | None, asked: Mapping[str, Any], settings: Mapping[str, Any]) -> Result:
    """Pull the images of a stack at a version; with no stack those of every sandbox here, else of the default.

    One of several that cannot be pulled (an image of one's own that no registry has) is a warning with its code, and
    the result is "partial"; when none can be, the first failure is raised.
    """
    world, warnings = world.collecting()
    failures: dict[str, DevboxError] = {}
    fetched = ensure_images(world.engine, _refs(world, stack, asked, settings), "always", world.emit, failures=failures)
    if failures and not fetched:
        raise failures.pop(next(iter(failures)))
    for ref, error in failures.items():
        world.emit(Warned(error.code, f"{ref}: {error.message}"))
    images = [{"image": f.image, "digest": f.digest, "status": f.status} for f in fetched]
    return Result({"images": images}, tuple(warnings), status="partial" if failures else "ok")


def _refs(world: World, stack: str | None, asked: Mapping[str, Any], settings: Mapping[str, Any]) -> list[str]:
    if stack is not None:
        wanted = merge(asked, settings, None, stack=stack)
        found = [kinds.of(stack).reference(service, wanted) for service in load(stack).services]
        return list(dict.fromkeys(found))
    used = {ref for sandbox in everything(world.engine) for ref in _images(sandbox)}
    return sorted(used) or [merge(asked, settings, Choices()).image]


def _images(sandbox: Observed) -> list[str]:
    """What its containers were made from; of a kept one what its volumes say."""
    parts = {**sandbox.aside, **sandbox.containers}.values()
    if parts:
        return [c.labels.get(labels.IMAGE) or of_container(c.labels, {}).image for c in parts]
    return [ref for volume in sandbox.volumes.values() if (ref := volume.labels.get(labels.IMAGE))]
