"""The engine's machine: clock, disk, memory, processors, control groups; and this machine's disk."""

from __future__ import annotations

from typing import Any

from devbox.doctor import cures
from devbox.doctor.checks.words import SILENT, fail, ok, skip, warn
from devbox.doctor.facts import Facts, Missing
from devbox.doctor.host import Space
from devbox.doctor.model import Finding, Remedy

GB = 1_000_000_000
SKEW_SECONDS = 10.0
MEMORY_ENOUGH, MEMORY_LEAST = 2 * GB, GB // 2
"""Jenkins runs well with the first, and does not come up below the second. Bytes."""
CPUS_ENOUGH = 2
DISK_ENOUGH, DISK_LEAST = 5 * GB, GB // 4
HOME_ENOUGH, HOME_LEAST = GB, GB // 20

PROCESSORS = {
    "x86_64": "amd64", "amd64": "amd64", "x64": "amd64", "aarch64": "arm64", "arm64": "arm64", "armv8": "arm64",
    "armv7l": "arm/v7", "armhf": "arm/v7", "i386": "386", "i686": "386", "s390x": "s390x", "ppc64le": "ppc64le",
    "riscv64": "riscv64",
}  # fmt: skip
"""What kernels, Go and Windows call a processor, as images call it."""
IMAGES_FOR = ("amd64", "arm64", "s390x", "ppc64le")
"""The processors that jenkins/jenkins is built for."""

_PRUNE = Remedy("See what takes the space, then remove what is not needed.", "docker system df && docker system prune")
_VM_BIGGER = Remedy("Give the engine's VM more (Docker Desktop: Resources; Colima: its start options).")


def _info(facts: Facts) -> dict[str, Any] | Missing:
    if not facts.engine.reach.ok:
        return SILENT
    return facts.engine.info if isinstance(facts.engine.info, Missing) else dict(facts.engine.info)


def clock(facts: Facts) -> list[Finding]:
    """The engine's clock against this machine's."""
    id = "engine.clock"
    if not facts.engine.reach.ok:
        return skip(id, SILENT)
    skew = facts.engine.skew
    if skew is None:
        return skip(id, "the engine's answer tells no time")
    if abs(skew) < SKEW_SECONDS:
        return ok(id, "the engine's clock and this machine's agree")
    said = f"a certificate or a package index seems not valid {'any more' if skew > 0 else 'yet'} inside it"
    side = "ahead of" if skew > 0 else "behind"
    reset = Remedy("Or set it in the VM.", "docker run --rm --privileged busybox hwclock -s")
    here = facts.engine.provider in ("engine", "rootless") and facts.platform == "linux"
    given = (Remedy("Set the clocks right (timedatectl, ntp).", "timedatectl status"),)
    title = f"the engine's clock is {_duration(abs(skew))} {side} this machine's"
    return warn(id, title, said, *(given if here else (cures.RESTART, reset)))


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


def memory(facts: Facts) -> list[Finding]:
    """Memory enough for a Jenkins."""
    id, info = "engine.memory", _info(facts)
    if isinstance(info, Missing):
        return skip(id, info)
    total = info.get("MemTotal")
    if not isinstance(total, int) or isinstance(total, bool) or total <= 0:
        return skip(id, "the engine does not say how much memory it has")
    shown = f"the engine has {_size(total)} of memory"
    if total < MEMORY_LEAST:
        return fail(id, f"{shown}: too little for a Jenkins", f"it needs {_size(MEMORY_LEAST)}", _VM_BIGGER)
    if total < MEMORY_ENOUGH:
        return warn(id, f"{shown}: little for a Jenkins", f"{_size(MEMORY_ENOUGH)} are enough", _VM_BIGGER)
    return ok(id, shown)


def cpus(facts: Facts) -> list[Finding]:
    """Processors enough for a Jenkins."""
    id, info = "engine.cpus", _info(facts)
    if isinstance(info, Missing):
        return skip(id, info)
    count = info.get("NCPU")
    if not isinstance(count, int) or isinstance(count, bool) or count <= 0:
        return skip(id, "the engine does not say how many processors it has")
    if count < CPUS_ENOUGH:
        said = "a Jenkins with an agent wants two"
        return warn(id, f"the engine has {count} processor", said, _VM_BIGGER)
    return ok(id, f"the engine has {count} processors")


def processor(facts: Facts) -> list[Finding]:
    """The engine's architecture: are there images for it, and is it this machine's own?"""
    id, info = "engine.processor", _info(facts)
    if isinstance(info, Missing):
        return skip(id, info)
    theirs = PROCESSORS.get(str(info.get("Architecture", "")).lower(), str(info.get("Architecture", "")))
    mine = PROCESSORS.get(facts.machine.lower(), facts.machine)
    if info.get("OSType") == "windows":
        switch = Remedy("Switch Docker Desktop to Linux containers.", "docker desktop engine use linux")
        return fail(id, "the engine runs Windows containers: our images are for Linux", "", switch)
    if not theirs:
        return skip(id, "the engine does not say its processor")
    if theirs not in IMAGES_FOR:
        said = f"jenkins/jenkins is built for {', '.join(IMAGES_FOR)}"
        return fail(id, f"there is no Jenkins image for this engine's processor ({theirs})", said)
    local = facts.where.endpoint is not None and facts.where.endpoint.publish is not None
    if local and mine and theirs != mine:
        said = "everything in it is emulated, and slow"
        again = Remedy(f"Make the VM for {mine} (Colima: --arch; Docker Desktop: the build for this Mac).")
        return warn(id, f"the engine is {theirs}, this machine is {mine}", said, again)
    return ok(id, f"the engine's processor is {theirs}")


def cgroup(facts: Facts) -> list[Finding]:
    """Control groups: version 1 ends with Docker 29's successors, and a rootless engine cannot limit memory with it."""
    id, info = "engine.cgroup", _info(facts)
    if isinstance(info, Missing):
        return skip(id, info)
    version = str(info.get("CgroupVersion") or ("1" if info.get("CgroupDriver") else ""))
    if version not in ("1", "2"):
        return skip(id, "the engine does not say which control groups it uses")
    if version == "1":
        rootless = facts.engine.provider == "rootless"
        said = "rootless, it cannot limit memory" if rootless else "Docker drops version 1 in 2029 at the latest"
        move = Remedy("Boot the engine's Linux with version 2 (systemd.unified_cgroup_hierarchy=1).")
        return warn(id, "the engine uses control groups of version 1", said, move)
    return ok(id, "the engine uses control groups of version 2")


def engine_disk(facts: Facts) -> list[Finding]:
    """The disk that holds images and volumes; a VM's own can be seen with --deep alone."""
    id = "disk.engine"
    if not facts.engine.reach.ok:
        return skip(id, SILENT)
    space = _engine_space(facts)
    if space is None:
        return skip(id, "the engine's disk is not this machine's: --deep looks into it")
    shown = f"the engine's disk has {_size(space.free)} free of {_size(space.total)}"
    if space.free < DISK_LEAST:
        return fail(id, f"{shown}: it is full", "nothing can be pulled, and containers fail", _PRUNE, _VM_BIGGER)
    if space.free < DISK_ENOUGH:
        return warn(id, f"{shown}: it is nearly full", "a Jenkins with plugins takes about 2 GB", _PRUNE)
    return ok(id, shown)


def _engine_space(facts: Facts) -> Space | None:
    if not isinstance(facts.deep, Missing) and not isinstance(facts.deep.trial, Missing) and facts.deep.trial.disk:
        return facts.deep.trial.disk
    return None if isinstance(facts.disks, Missing) else facts.disks.engine


def home_disk(facts: Facts) -> list[Finding]:
    """This machine's disk: backups, logs and a VM's growing image need it."""
    id = "disk.home"
    if isinstance(facts.disks, Missing):
        return skip(id, facts.disks)
    space = facts.disks.home
    if space is None:
        return skip(id, "the home's disk cannot be looked at")
    shown = f"this machine's disk has {_size(space.free)} free"
    if space.free < HOME_LEAST:
        return fail(id, f"{shown}: it is full", "not even a log can be written", Remedy("Make room."))
    if space.free < HOME_ENOUGH:
        return warn(id, f"{shown}: it is nearly full", "a VM's disk grows into it", Remedy("Make room."))
    return ok(id, shown)


def _size(count: float) -> str:
    """Bytes as Docker shows them."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"
