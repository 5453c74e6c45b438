"""A linked plugin's folder in a Jenkins home: read, written, taken away."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from devbox.engine.api import Engine, File
from devbox.errors import DevboxError
from devbox.frozen import dataclass
from devbox.jenkins import home as layout
from devbox.jenkins import hpl
from devbox.jenkins.mirror import Difference, Mirror, Sent, digest, hidden_of, record
from devbox.sandbox.archive import read_tar

LIMIT = 1 << 30
"""Bytes of a file that are compared; a bigger one is sent again."""
AT_ONCE = 200
"""Paths on one command line."""


@dataclass(frozen=True)
class Folder:
    """Where a plugin is linked: the container, by its name, since it may be made anew; the plugin; the home's owner."""

    engine: Engine
    container: str
    plugin: str
    uid: int = 1000
    gid: int = 1000

    @classmethod
    def of(cls, engine: Engine, container: str, plugin: str) -> Folder:
        """With the owner that the home has; root's is nobody's."""
        owner = engine.stat(container, layout.PATH)
        return cls(engine, container, plugin, *((owner.uid, owner.gid) if owner and owner.uid else (1000, 1000)))

    @property
    def path(self) -> str:
        """The folder in the container."""
        return f"{layout.PATH}/{hpl.folder(self.plugin)}"

    def read(self, mirror: Mirror) -> bool:
        """Tell a mirror what the folder holds; whether there is one."""
        try:
            pieces = self.engine.get_archive(self.container, self.path)
        except DevboxError as error:
            if error.code != "file.not_found":
                raise
            return False
        mirror.forget()
        for member, content in read_tar(pieces):
            inside = member.name.partition("/")[2]
            if content is None:
                continue
            data = content.read(LIMIT)
            if inside == hpl.RECORD:
                mirror.hidden = hidden_of(data)
            else:
                mirror.has[inside] = Sent(digest(data))
        return True

    def send(self, mirror: Mirror, difference: Difference, *, whole: bool = False) -> None:
        """Make the folder as the project is: take away first, then one archive. `whole`: folders and `.hpl` too.

        What arrived is told to the mirror.
        """
        base = hpl.folder(self.plugin)
        self.remove(f"{base}/{path}" for path in (*difference.removed, *mirror.emptied(difference)))
        files = {f"{base}/{path}": content for path, content in difference.changed.items()}
        if whole or difference.hides != mirror.hidden:
            files[f"{base}/{hpl.RECORD}"] = record(mirror.project, difference.hides)
        folders = [f"{base}/lib/x", *(f"{base}/{root.inside}/x" for root in mirror.project.roots)] if whole else []
        entries = [*self._folders([*files, *folders]), *self._files(files)]
        if whole:
            own = File(hpl.file(self.plugin), hpl.render(mirror.project), 0o644, self.uid, self.gid)
            entries += [*self._folders([own.path]), own]
        if entries:
            self.engine.put_files(self.container, layout.PATH, tuple(entries))
        mirror.arrived(difference)

    def _files(self, files: dict[str, bytes]) -> list[File]:
        return [File(path, content, 0o644, self.uid, self.gid) for path, content in sorted(files.items())]

    def _folders(self, paths: Iterable[str]) -> list[File]:
        """Every folder above these paths, the upper ones first: Docker would make them root's."""
        found: set[str] = set()
        for path in paths:
            above = posixpath.dirname(path)
            while above and above not in found:
                found.add(above)
                above = posixpath.dirname(above)
        return [File(path, None, 0o755, self.uid, self.gid) for path in sorted(found)]

    def remove(self, paths: Iterable[str]) -> None:
        """Delete what lies at these paths of the home, files and folders; what is gone is no error."""
        listed = [f"{layout.PATH}/{path}" for path in paths]
        for at in range(0, len(listed), AT_ONCE):
            done = self.engine.exec(self.container, ("rm", "-rf", "--", *listed[at : at + AT_ONCE]))
            if done.exit_code:
                said = done.stderr.decode(errors="replace").strip()
                raise DevboxError("link.delete", f"files of {self.plugin} could not be deleted", cause=said or None)
