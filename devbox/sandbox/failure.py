"""What a failed start leaves for a person: cures with this sandbox's names in them, and the whole log in a file."""

from __future__ import annotations

import itertools
import os
import time

from devbox.errors import Cure, DevboxError
from devbox.events import Warned
from devbox.sandbox.desired import Design
from devbox.sandbox.request import World


def with_names(error: DevboxError, design: Design) -> DevboxError:
    """The same error, with this sandbox's stack, name and image in its cures' commands."""
    words = {"{stack}": design.stack.name, "{name}": design.name, "{image}": design.choices.image}

    def filled(text: str) -> str:
        for mark, word in words.items():
            text = text.replace(mark, word)
        return text

    error.cures = tuple(Cure(c.text, filled(c.command) if c.command else None) for c in error.cures)
    return error


def keep_log(world: World, container: str, name: str, error: DevboxError) -> DevboxError:
    """Keep the container's whole log in a file before the container goes, and name the file in the error.

    A container that has written nothing leaves no file.
    """
    folder = world.state / "logs"
    path = folder / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.log"
    try:
        if world.engine.find_container(container) is None:
            return error
        pieces = world.engine.logs(container)
        first = next(pieces, None)
        if first is None:
            return error
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Only for this user: Jenkins prints a wizard's password into its log.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for _stream, piece in itertools.chain([first], pieces):
                file.write(piece)
    except (OSError, DevboxError) as problem:
        world.emit(Warned("log.lost", f"the log could not be kept: {problem}"))
        return error
    error.log = str(path)
    return error
