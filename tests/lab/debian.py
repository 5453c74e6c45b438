"""Debian's part: packages this machine needs, the mirror it uses, and small Debian roots made by debootstrap."""

from __future__ import annotations

import fcntl
import os
import platform
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.lab.shell import LabError, run

ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
"""This machine's architecture in Debian's and Docker's words."""
JAVA_HOME = Path(f"/usr/lib/jvm/java-17-openjdk-{ARCHITECTURE}")
GROOVY = Path("/usr/share/java/groovy-all.jar")

PACKAGES = {
    "/usr/sbin/dockerd": "docker.io",
    "/usr/bin/docker-registry": "docker-registry",
    "/usr/sbin/debootstrap": "debootstrap",
    "/usr/sbin/iptables": "iptables",
    "/usr/sbin/ip": "iproute2",
    f"{JAVA_HOME}/bin/javac": "openjdk-17-jdk-headless",
    "/usr/share/java/groovy-all.jar": "groovy",
    "/usr/bin/unshare": "util-linux",
    "/bin/busybox": "busybox-static",
    "/usr/bin/redis-server": "redis-server",
    "/usr/bin/setlock": "daemontools",
    "/usr/bin/npm": "npm",
}
"""A file each package brings, and the package."""


def install_missing() -> None:
    """Install the Debian packages the lab is made with, those that are not there yet, and start no service.

    Two that ask at once take turns: apt lets nobody in beside it, and half a package is not there.
    """
    if os.geteuid() != 0:
        return _install([package for file, package in PACKAGES.items() if not _there(file)])
    with Path("/run/devbox-lab-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install([package for file, package in PACKAGES.items() if not _there(file)])


def _install(missing: list[str]) -> None:
    if not missing:
        return
    if os.geteuid() != 0:
        raise LabError(f"the lab needs root, to install {' '.join(missing)} and to run an engine")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    policy = Path("/usr/sbin/policy-rc.d")
    quiet = not policy.exists()
    if quiet:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        run(["apt-get", "update"], env=env)
        run(["apt-get", "install", "-y", "--no-install-recommends", *missing], env=env, timeout=1800)
    finally:
        if quiet:
            policy.unlink()


def _there(file: str) -> bool:
    return Path(file).exists() or (file.startswith("/usr/sbin/") and shutil.which(Path(file).name) is not None)


def mirror() -> str:
    """The Debian mirror that this machine's own apt sources name (not the security one)."""
    sources = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    for source in sources:
        if source.suffix in {".list", ".sources"} and source.is_file() and (url := first_mirror(source.read_text())):
            return url
    raise LabError("no Debian mirror in /etc/apt/sources.list or /etc/apt/sources.list.d")


def first_mirror(text: str) -> str | None:
    """The first mirror that an apt source file names, in either format; security mirrors do not count."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in lines:
        found = re.match(r"(?:URIs:|deb(?:\s+\[[^]]*\])?)\s+(\S+)", line)
        if found and "security" not in found[1] and found[1].startswith(("http", "file", "copy")):
            return found[1].rstrip("/").replace("copy:", "file:")
    return None


def bootstrap(suite: str, include: Sequence[str], target: Path, debs: Path) -> None:
    """Make a small Debian root in `target` (replaced), without documentation; `debs` keeps the packages."""
    unfinished = target.with_name(target.name + ".part")
    for folder in (unfinished, target):
        shutil.rmtree(folder, ignore_errors=True)
    debs.mkdir(parents=True, exist_ok=True)
    run(
        ["debootstrap", "--variant=minbase", f"--include={','.join(include)}", f"--cache-dir={debs}",
         suite, unfinished, mirror()],
        timeout=1800,
    )  # fmt: skip
    for litter in ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "var/lib/apt/lists",
                   "var/cache/apt", "var/cache/debconf", "var/log"):  # fmt: skip
        shutil.rmtree(unfinished / litter, ignore_errors=True)
        (unfinished / litter).mkdir(parents=True)
    unfinished.rename(target)
