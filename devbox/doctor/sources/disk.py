"""Files and folders, read so that nothing in their place can hang or fill the doctor."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from devbox.doctor.host import Kind, Space

if TYPE_CHECKING:
    from devbox.doctor.facts import Groups, Missing


def read(path: Path, limit: int) -> bytes:
    """Up to `limit` bytes of a plain file; raises OSError for anything else."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is no plain file", str(path))
        return file.read(limit)


def kind(path: Path) -> Kind:
    """What is there, links followed."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "absent"
    except (OSError, ValueError):
        return "hidden"
    if stat.S_ISSOCK(mode):
        return "socket"
    return "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"


def names(path: Path) -> tuple[str, ...]:
    """What is in a folder."""
    try:
        return tuple(sorted(entry.name for entry in path.iterdir()))
    except (OSError, ValueError):
        return ()


def space(path: Path) -> Space | None:
    """The disk of the path, or of the next folder above it that can be seen."""
    for place in (path, *path.parents):
        try:
            usage = shutil.disk_usage(place)
        except (OSError, ValueError):
            continue
        return Space(usage.total, usage.free)
    return None


def socket_groups(path: Path) -> Groups | Missing:
    """The socket's group by name; whether the user is in it by the system's list, and whether this session is."""
    from devbox.doctor.facts import Groups, Missing

    if sys.platform == "win32":
        return Missing("Windows has no groups of sockets")
    import grp
    import pwd

    try:
        group = grp.getgrgid(path.stat().st_gid)
        user = pwd.getpwuid(os.getuid())
    except (OSError, KeyError) as error:
        return Missing(str(error))
    member = user.pw_name in group.gr_mem or user.pw_gid == group.gr_gid
    return Groups(group.gr_name, member, group.gr_gid in os.getgroups())
