"""`devbox lock`: daemontools' setlock, its options, words and exit statuses, and no others.

It reads its own command line: what follows FILE is the command's, whatever it looks like. It imports little, since it
runs in front of other programs.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from devbox.lock import Lock, Taken, open_lock

USAGE_STATUS, FATAL_STATUS = 100, 111
USAGE = "setlock: usage: setlock [ -nNxX ] file program [ arg ... ]\n"
HELP = """Usage: devbox lock [-nNxX] FILE COMMAND [ARG...]

  Run COMMAND under an exclusive lock of FILE, which is made where it is not
  there: daemontools' setlock. The lock lasts until COMMAND, and all that it
  has started and that has FILE open, has ended.

  Examples:
    devbox lock -n backup.lock ./backup.sh    one at a time: a second gives up
    devbox lock -nx backup.lock ./backup.sh   and that is no failure

Options:
  -n  where the lock is taken, do not wait: end with 111
  -N  wait (so it is without -n)
  -x  where FILE cannot be opened or locked, end with 0 and say nothing
  -X  say so and end with 111 (so it is without -x)

  Of two that contradict each other the last one counts. The exit status is
  COMMAND's own; 100: wrong usage; 111: FILE cannot be opened or locked, or
  COMMAND cannot be run.
"""

WORDS = {
    errno.ENOENT: "file does not exist",
    errno.ETXTBSY: "text busy",
    errno.EIO: "input/output error",
    errno.EPERM: "permission denied",
    errno.EACCES: "access denied",
    errno.ENXIO: "device not configured",
    errno.EISDIR: "is a directory",
    errno.ENOTDIR: "not a directory",
    errno.E2BIG: "argument list too long",
    errno.ENOEXEC: "exec format error",
    errno.EBADF: "file descriptor not open",
    errno.EBUSY: "device busy",
    errno.EINVAL: "invalid argument",
    errno.EMFILE: "system cannot open more files",
    errno.ENOMEM: "out of memory",
    errno.EFBIG: "file too big",
    errno.ENOSPC: "out of disk space",
    errno.EROFS: "read-only file system",
    errno.ELOOP: "symbolic link loop",
    errno.ENAMETOOLONG: "file name too long",
    errno.EDQUOT: "disk quota exceeded",
    errno.ESTALE: "stale NFS file handle",
    errno.ENOLCK: "no locks available",
    errno.ENODEV: "device does not support operation",
    errno.EAGAIN: "temporary failure",
    errno.EOPNOTSUPP: "operation not supported",
}
"""daemontools' words for errors."""


class Fatal(Exception):
    """Something that cannot be done; `quiet`: -x covers it."""

    def __init__(self, words: str, number: int, *, quiet: bool = False) -> None:
        super().__init__(f"setlock: fatal: {words}: {WORDS.get(number, 'unknown error')}\n")
        self.quiet = quiet


class Usage(Exception):
    """Wrong usage."""


def main(argv: Sequence[str]) -> int:
    """Run what follows `devbox lock`; where all goes well, this process becomes the command (Unix)."""
    if list(argv) in (["--help"], ["-h"]):  # wrong usage of setlock; in front of FILE they mean what they mean to it
        sys.stdout.write(HELP)
        return 0
    try:
        wait, loud, rest = options(argv)
    except Usage as wrong:
        sys.stderr.write(f"{wrong}{USAGE}")
        return USAGE_STATUS
    try:
        return _run(rest[0], rest[1:], wait=wait)
    except Fatal as fatal:
        if fatal.quiet and not loud:
            return 0
        sys.stderr.write(str(fatal))
        return FATAL_STATUS


def options(argv: Sequence[str]) -> tuple[bool, bool, list[str]]:
    """Whether to wait, whether to be loud, and FILE with the command. As djb's getopt: `--...` ends the options."""
    wait = loud = True
    at = 0
    while at < len(argv) and argv[at].startswith("-") and len(argv[at]) > 1:
        if argv[at].startswith("--"):
            at += 1
            break
        for letter in argv[at][1:]:
            if letter not in "nNxX":
                raise Usage(f"setlock: illegal option -- {letter}\n")
            wait = letter == "N" if letter in "nN" else wait
            loud = letter == "X" if letter in "xX" else loud
        at += 1
    rest = list(argv[at:])
    if len(rest) < 2:
        raise Usage
    return wait, loud, rest


def _run(file: str, command: list[str], *, wait: bool) -> int:
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        lock = open_lock(file)
    except OSError as error:
        raise Fatal(f"unable to open {file}", error.errno or 0, quiet=True) from error
    try:
        lock.take(wait=wait)
    except Taken as taken:
        raise Fatal(f"unable to lock {file}", errno.EAGAIN, quiet=True) from taken
    except OSError as error:
        raise Fatal(f"unable to lock {file}", error.errno or 0, quiet=True) from error
    if not isinstance(lock, Lock):
        return _child(command)
    os.set_inheritable(lock.descriptor, True)
    for name in ("SIGPIPE", "SIGXFSZ"):  # Python ignores them, and its children would, too
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    _become(command)


def _become(command: list[str]) -> NoReturn:
    """As djb's pathexec: on along PATH past what is not there or not allowed; the first other reason counts."""
    name, seen = command[0], 0
    folders = [""] if "/" in name else [folder or "." for folder in os.environ.get("PATH", "/bin:/usr/bin").split(":")]
    for folder in folders:
        try:
            os.execve(f"{folder}/{name}" if folder else name, command, _environment())
        except OSError as error:
            number = error.errno or 0
            if number != errno.ENOENT:
                seen = number
                if number not in (errno.EACCES, errno.EPERM, errno.EISDIR):
                    break
        except ValueError:  # Python runs nothing without a name; the folder in its place is what may not be run
            seen = errno.EACCES
    raise Fatal(f"unable to run {name}", seen or errno.ENOENT)


def _environment() -> dict[bytes, bytes]:
    """Ours, without the LC_CTYPE that Python adds to its own under the C locale."""
    env = dict(os.environb)
    try:
        descriptor = os.open("/proc/self/environ", os.O_RDONLY)
        with os.fdopen(descriptor, "rb") as file:
            given = file.read().split(b"\0")
    except OSError:
        return env
    if not any(one.startswith(b"LC_CTYPE=") for one in given):
        env.pop(b"LC_CTYPE", None)
    return env


def _child(command: list[str]) -> int:
    """Windows: a child does not inherit the lock, so this process stays, and passes the child's status on."""
    import subprocess

    try:
        return subprocess.call(command)
    except OSError as error:
        raise Fatal(f"unable to run {command[0]}", error.errno or 0) from error
