"""The slim copy of a home that is taken before another Jenkins runs on it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from devbox.engine.api import Engine, Mount
from devbox.jenkins import home as layout
from devbox.sandbox import labels, names
from devbox.sandbox.archive import END, entry, read_tar
from devbox.sandbox.foreign import foreign
from devbox.sandbox.home import helper, last_version


def copy_slim(engine: Engine, source: str, name: str, base: dict[str, str], image: str) -> str:
    """Copy the home in a container into a volume beside it, without what Jenkins makes anew; gives the volume's name.

    A copy of the same version that is there already is replaced: this home is the later one.
    """
    version = last_version(engine, source) or "before"
    volume = names.volume(name, "home-" + re.sub(r"[^a-zA-Z0-9_.-]+", "-", version))
    before = engine.find_volume(volume)
    if before is not None and not labels.is_ours(before.labels):
        raise foreign("volume", volume)
    if before is not None:
        engine.remove_volume(volume)
    engine.create_volume(volume, {**labels.of_volume(base, "home-copy"), labels.ROLE: "copy", labels.VERSION: version})
    with helper(engine, name, base, Mount(volume, layout.PATH), image) as container:
        engine.put_archive(container, layout.PATH, slim(engine.get_archive(source, layout.PATH)))
    return volume


def slim(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """A tar stream of a home ("jenkins_home/...") without what `layout.SKIPPED` names, rooted at the home itself."""
    for member, content in read_tar(chunks):
        path = member.name.partition("/")[2]
        if not path or layout.SKIPPED.search(path):
            continue
        member.name = path
        if member.islnk():
            member.linkname = member.linkname.partition("/")[2]
            if layout.SKIPPED.search(member.linkname):
                continue  # another name of what Jenkins makes anew; Docker refuses a link that leads nowhere
        yield from entry(member, content)
    yield END
