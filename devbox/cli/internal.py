"""A bug of devbox: the traceback goes to a file, a line of words to the user."""

from __future__ import annotations

import os
import tempfile
import time
import traceback
from pathlib import Path

from devbox import __version__
from devbox.errors import Cure, DevboxError


def as_error(error: Exception, state: Path) -> DevboxError:
    """The error `internal`, which names the file that holds the traceback."""
    story = f"devbox {__version__}\n" + "".join(traceback.format_exception(error))
    file = _write(story, state / "logs") or _write(story, Path(tempfile.gettempdir()))
    said = str(error).strip().splitlines()
    return DevboxError(
        "internal",
        "devbox failed in a way it should not",
        cause=f"{type(error).__name__}: {said[0] if said else 'no message'}",
        cures=(Cure("please report it, with that file" if file else "please report it"),),
        log=str(file) if file else None,
    )


def _write(story: str, folder: Path) -> Path | None:
    """Write the story into a new file that only its owner reads; None where that cannot be done."""
    file = folder / f"devbox-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(story)
    except OSError:
        return None
    return file
