"""What an edited file is to Jenkins, by its path: the next request shows it, Java takes it, or a restart does."""

from __future__ import annotations

from typing import Literal

from devbox.jenkins.mirror import Difference

Kind = Literal["view", "static", "class", "bundle", "index", "jar", "resource"]

VIEWS = (".jelly", ".groovy", ".jellytag")
"""Read anew at each request with noCache on."""
RESTART: tuple[Kind, ...] = ("index", "jar", "bundle")
"""Jenkins reads these at its start alone."""


def kind(path: str) -> Kind:
    """The kind of a file, by its path below the link's folder."""
    first, _, rest = path.partition("/")
    if first == "webapp":
        return "static"
    if first == "lib":
        return "jar"
    if path.endswith(".class"):
        return "class"
    if path.endswith(".properties"):
        return "bundle"
    if "META-INF/annotations/" in rest or "META-INF/services/" in rest or "META-INF/hudson." in rest:
        return "index"
    return "view" if path.endswith(VIEWS) else "resource"


def need_restart(difference: Difference) -> bool:
    """Whether a Jenkins that has the plugin loaded sees this only after a restart, hot swap left aside."""
    paths = (*difference.changed, *difference.removed)
    return any(kind(path) in ("class", "index", "jar") for path in paths)
