"""Root file systems and the Java runtime that go into images: made once, kept as tars in the cache."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.lab.debian import JAVA_HOME, bootstrap, mirror
from tests.lab.places import Places
from tests.lab.recipe import key
from tests.lab.shell import run

SUITE = "bookworm"
INCLUDE = ("tini", "procps", "curl", "ca-certificates", "unzip", "libstdc++6", "zlib1g")
MODULES = (
    "java.base", "java.desktop", "java.instrument", "java.logging", "java.management", "java.naming",
    "java.net.http", "java.scripting", "java.sql", "java.xml", "jdk.crypto.ec", "jdk.jdwp.agent",
    "jdk.jcmd", "jdk.management", "jdk.unsupported", "jdk.zipfs",
)  # fmt: skip


def base_tar(places: Places) -> Path:
    """The tar of a small Debian with what the stand-ins need; made by debootstrap the first time."""
    tar = places.cache / f"base-{key(SUITE, mirror(), *INCLUDE)}.tar"
    if not tar.exists():
        root = places.cache / "base.root"
        bootstrap(SUITE, INCLUDE, root, places.cache / "debs" / SUITE)
        part = tar.with_suffix(".part")
        run(["tar", "--numeric-owner", "--one-file-system", "-C", root, "-cf", part, "."])
        part.rename(tar)
        shutil.rmtree(root)
    return tar


def java_runtime(places: Places) -> Path:
    """A folder with a small Java 17 runtime (jlink), as the official image has one."""
    home = places.cache / f"jre-{key((JAVA_HOME / 'release').read_text(), *MODULES)}"
    if not home.exists():
        part = home.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        run([JAVA_HOME / "bin/jlink", "--add-modules", ",".join(MODULES), "--strip-debug", "--no-header-files",
             "--no-man-pages", "--output", part])  # fmt: skip
        part.rename(home)
    return home
