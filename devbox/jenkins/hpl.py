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


SIGNIFICANT = (
    "Libraries",
    "Plugin-Class",
    "Plugin-Dependencies",
    "Jenkins-Version",
    "Hudson-Version",
    "Mask-Classes",
    "PluginFirstClassLoader",
    "Support-Dynamic-Loading",
)
"""What Jenkins acts on when it loads a plugin; a version's suffix changes with each commit."""


def differs(one: bytes, other: bytes) -> bool:
    """Whether Jenkins would load a plugin otherwise by one `.hpl` than by the other."""
    before, after = manifest.parse(one), manifest.parse(other)
    return any(before.get(key) != after.get(key) for key in SIGNIFICANT)
