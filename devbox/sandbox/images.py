"""Which image a sandbox gets: the one it has, until somebody asks for another; and what Jenkins is in it."""

from __future__ import annotations

from devbox.engine.api import Image
from devbox.engine.pull import ensure_images
from devbox.events import Warned
from devbox.jenkins.version import of_image
from devbox.sandbox import war
from devbox.sandbox.plan import Action, Change
from devbox.sandbox.request import UpRequest, World

UNKNOWN = Image(id="", tags=(), digests=(), labels={}, environment={}, arch="", os="", user="", size=0)
"""An image that is not here yet, as far as a plan needs one."""


def choose(
    world: World, request: UpRequest, ref: str, held_id: str | None, service: str
) -> tuple[Image | None, list[Change]]:
    """The image, and the pull that brought it (under `--dry-run`: would bring it, and no image where there is none).

    A service changes its version only when it is asked to: while the reference is the same and `--pull always` is not
    given, the image that the sandbox has (`held_id`) is kept, whatever its tag means here by now.
    """
    tagged = world.engine.image(ref)
    if held_id and request.pull != "always" and (held := world.engine.image(held_id)):
        if tagged is not None and tagged.id != held.id:
            world.emit(_moved(ref, request))
        return held, []
    reason = "it is not here yet" if tagged is None else "--pull always"
    wanted = tagged is None or request.pull == "always"
    if request.dry_run and not (tagged is None and request.pull == "never"):
        return tagged, [Change(Action.PULL, ref, reason, service)] if wanted else []
    if not wanted:
        return tagged, []
    fetched = ensure_images(world.engine, [ref], request.pull, world.emit)[0]
    if fetched.status == "present":
        return tagged, []
    return world.engine.image(ref), [
        Change(Action.PULL, ref, reason if tagged is None else "its tag has moved", service)
    ]


def any_here(world: World, request: UpRequest, refs: tuple[str | None, ...]) -> str:
    """The first of these images that is here, to make a helper container from; else the last one, pulled."""
    for ref in refs:
        if ref and world.engine.image(ref):
            return ref
    last = next(ref for ref in reversed(refs) if ref)
    ensure_images(world.engine, [last], request.pull, world.emit)
    return last


def version(
    world: World, request: UpRequest, image: Image | None, base: dict[str, str], *, look_inside: bool
) -> str | None:
    """The version of the Jenkins in an image; a look into its WAR is for those that do not say it."""
    if image is None:
        return None
    said = of_image(image.labels, image.environment)
    if said is not None or request.dry_run or not look_inside:
        return said
    return war.version_in_image(world.engine, request.name, base, image)


def _moved(ref: str, request: UpRequest) -> Warned:
    return Warned(
        "image.moved",
        f"the tag {ref} means another image here by now; the sandbox keeps the one it has "
        f"(devbox up {request.stack} -n {request.name} --pull always changes to it)",
    )
