"""What devbox keeps in a Jenkins home, and what a home says of the Jenkins that wrote it."""

from __future__ import annotations

import re

PATH = "/var/jenkins_home"
"""The official image's home."""

FOLDER = "devbox"
"""devbox's own folder in the home."""

WARS = "devbox-war"
"""Where a WAR of the user's lies: beside that folder, which is read as a whole."""

PLUGINS = "devbox-plugins"
"""What devbox has put into plugins/: a file a plugin."""

BEFORE = f"{PLUGINS}/before"
"""What was there before, while a deployment is under way."""

PASSWORD = f"{FOLDER}/admin.password"
TOKEN = f"{FOLDER}/admin.token"
MARKER = f"{FOLDER}/signed-in"
RECORD = f"{FOLDER}/sandbox.json"
SCRIPT = "init.groovy.d/00-devbox.groovy"

LAST_VERSION = "jenkins.install.InstallUtil.lastExecVersion"
"""The version that ran last, written by cores since 2.0."""

CONFIG = "config.xml"

SKIPPED = re.compile(
    r"^(war|caches|logs|devbox-war|devbox-plugins/before)(/|$)|^plugins/[^/]+/|^workspace/|^[^/]+\.log$"
)
"""What a slim copy leaves out: Jenkins makes it anew from the WAR and the plugins' files."""


def version(last: bytes | None, config: bytes | None) -> str | None:
    """The version of the Jenkins that wrote a home last, from those two files; None for a new home."""
    if last and (text := last.decode("utf-8", "replace").strip()):
        return text
    found = re.search(rb"<version>([^<]+)</version>", config or b"")
    return (found[1].decode("utf-8", "replace").strip() or None) if found else None
