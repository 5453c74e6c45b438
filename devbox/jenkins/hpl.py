"""The `.hpl`: a text manifest in `plugins/` whose `Libraries` and `Resource-Path` name folders that Jenkins reads live.

The one that Maven writes names paths of the developer's machine; this one names folders of the container's home,
under `devbox-link/ID`. Jenkins drops a plugin with a path in it that is not there, so every folder is always made.
"""

from __future__ import annotations

from devbox.jenkins import home, manifest
from devbox.jenkins.project import Project

FOLDER = "devbox-link"
"""Where linked projects lie in the home: not in devbox's own folder, which is read as a whole at each `up`."""

RECORD = "link.json"
"""In a link's folder: whose it is, and what `target/classes` has of views that are deleted."""

_OWN = ("manifest-version", "libraries", "resource-path", "class-path")


def folder(name: str) -> str:
    """The folder of a linked plugin, from the home."""
    return f"{FOLDER}/{name}"


def file(name: str) -> str:
    """The `.hpl` of a plugin, from the home."""
    return f"plugins/{name}.hpl"


def render(project: Project) -> bytes:
    """The manifest of a linked project: its own attributes, and folders in which resources come before classes."""
    base = f"{home.PATH}/{folder(project.name)}"
    own = {k: v for k, v in project.manifest.items() if k.lower() not in _OWN}
    own = {"Short-Name": project.name, "Extension-Name": project.name, **own}
    libraries = ",".join(f"{base}/{path}" for path in project.libraries)
    return manifest.render(
        {"Manifest-Version": "1.0", **own, "Libraries": libraries, "Resource-Path": f"{base}/webapp"}
    )
