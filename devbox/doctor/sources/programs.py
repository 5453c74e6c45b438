"""Runs a program with a deadline that holds for its children too."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping

from devbox.doctor.host import LIMIT, Ran

_PLAIN = {"LC_ALL": "C", "LANG": "C", "NO_COLOR": "1", "DOCKER_CLI_HINTS": "false", "WSL_UTF8": "1"}
"""Programs speak in words that are known, and without colours."""


def run(argv: tuple[str, ...], timeout: float, stdin: bytes, env: Mapping[str, str]) -> Ran:
    """Run to the end or to the deadline, whichever comes first."""
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**env, **_PLAIN},
            start_new_session=True,
        )
    except FileNotFoundError:
        return Ran(argv, None, failure="not found")
    except (OSError, ValueError) as error:
        return Ran(argv, None, err=str(error), failure="not allowed")
    with process:
        try:
            out, err = process.communicate(stdin, timeout)
        except subprocess.TimeoutExpired as late:
            _kill(process)
            return Ran(argv, None, text(late.stdout or b""), text(late.stderr or b""), "timed out")
        except BaseException:
            _kill(process)
            raise
    return Ran(argv, process.returncode, text(out), text(err))


def text(data: bytes) -> str:
    """A program's output; wsl.exe speaks UTF-16 when it is not told otherwise."""
    data = data[:LIMIT]
    if data.startswith(b"\xff\xfe") or (data[1:2] == b"\0" and data[:1].isascii()):
        return data.decode("utf-16-le", "replace").lstrip("\ufeff")
    return data.decode("utf-8", "replace")


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    for stream in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(OSError):
            if stream:
                stream.close()
