"""The files that make a worker in a container that has nothing but Python: this package, what it imports, redis-py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
BESIDE = ("__init__.py", "errors.py", "frozen.py", "lock.py")
"""What of devbox `queue` needs."""


def files() -> Iterator[tuple[str, Path]]:
    """Each file as it is named in the folder that becomes PYTHONPATH, and where it is here.

    `PYTHONPATH=THERE python -m devbox.queue --help` then works on Python 3.11 and newer. Raises ImportError where
    redis-py is not installed.
    """
    for name in BESIDE:
        yield f"devbox/{name}", HERE.parent / name
    yield from _tree(HERE, "devbox/queue")
    import redis

    yield from _tree(Path(redis.__file__).parent, "redis")


def _tree(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".py", ".lua"} and "__pycache__" not in path.parts:
            yield f"{name}/{path.relative_to(folder).as_posix()}", path
