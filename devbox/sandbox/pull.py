"""`devbox pull`: fetch images beforehand, and say what moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devbox.engine.pull import ensure_images
from devbox.result import Result
from devbox.sandbox.choices import Choices, merge, of_container
from devbox.sandbox.request import World
from devbox.sandbox.status import everything
from devbox.stacks import load


def pull(world: World, stack: str | None, asked: Mapping[str, Any], settings: Mapping[str, Any]) -> Result:
    """Pull the images of a stack at a version; with no stack those of every sandbox here, else of the default."""
    world, warnings = world.collecting()
    fetched = ensure_images(world.engine, _refs(world, stack, asked, settings), "always", world.emit)
    images = [{"image": f.image, "digest": f.digest, "status": f.status} for f in fetched]
    return Result({"images": images}, tuple(warnings))


def _refs(world: World, stack: str | None, asked: Mapping[str, Any], settings: Mapping[str, Any]) -> list[str]:
    if stack is not None:
        load(stack)
        return [merge(asked, settings, None).image]
    used = [of_container(c.labels, {}).image for s in everything(world.engine) for c in s.containers.values()]
    return sorted(set(used)) or [merge(asked, settings, Choices()).image]
