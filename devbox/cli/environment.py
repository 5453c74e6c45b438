"""The world a command runs in: streams, variables, folders, operations. Tests pass another."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from devbox.cli.operations import Operations


class OutputClosed(Exception):
    """Whoever read our stdout has gone away (`devbox logs | head`)."""


class OutputFailed(Exception):
    """Our stdout cannot be written to, and not because its reader has gone: a full disk. The argument says why."""


def _not_written(error: Exception) -> Exception:
    if isinstance(error, OSError) and error.errno not in (None, errno.EPIPE, errno.ECONNRESET, errno.EINVAL):
        return OutputFailed(error.strerror or str(error))
    return OutputClosed()  # EINVAL: what Windows calls a broken pipe


@dataclass(frozen=True, eq=False)
class Environment:
    """All that a command sees of the machine."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    env: Mapping[str, str]
    cwd: Path
    platform: str = sys.platform
    operations: Operations = field(default_factory=Operations)

    @classmethod
    def real(cls) -> Environment:
        """The process's own; a character that the terminal cannot show is escaped rather than fatal."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        null = Path(os.devnull)
        return cls(
            sys.stdin or null.open(),
            sys.stdout or null.open("w"),
            sys.stderr or null.open("w"),
            os.environ,
            _cwd(),
        )

    @property
    def config_dir(self) -> Path:
        """Where the user's `config.toml` is."""
        if given := self.env.get("DEVBOX_CONFIG_DIR"):
            return Path(given)
        import platformdirs

        return platformdirs.user_config_path("devbox", appauthor=False)

    @property
    def state_dir(self) -> Path:
        """Where devbox keeps its locks and logs."""
        if given := self.env.get("DEVBOX_STATE_DIR"):
            return Path(given)
        import platformdirs

        return platformdirs.user_state_path("devbox", appauthor=False)

    @property
    def home(self) -> Path:
        """The user's home folder."""
        given = self.env.get("USERPROFILE" if self.platform == "win32" else "HOME")
        return Path(given) if given else Path.home()

    @property
    def width(self) -> int:
        """Columns to fit into: COLUMNS, else the terminal's, else 80."""
        return self._columns(self.stdout)

    @property
    def error_width(self) -> int | None:
        """The same of stderr; None where that is no terminal."""
        return self._columns(self.stderr) if is_terminal(self.stderr) else None

    def _columns(self, stream: TextIO) -> int:
        columns = self.env.get("COLUMNS", "")
        if columns.isdecimal() and int(columns) > 0:
            return int(columns)
        if not is_terminal(stream):
            return 80
        try:
            return os.get_terminal_size(stream.fileno()).columns or 80
        except (OSError, ValueError):
            return 80

    def out(self, text: str) -> None:
        """Write to stdout; raises `OutputClosed` when nobody reads it any more, `OutputFailed`."""
        try:
            self.stdout.write(text)
            self.stdout.flush()
        except (OSError, ValueError) as error:
            raise _not_written(error) from error

    def out_bytes(self, data: bytes, *, error: bool = False) -> None:
        """Write bytes as they are to stdout (or stderr); raises as `out`."""
        stream = self.stderr if error else self.stdout
        raw = getattr(stream, "buffer", None)
        try:
            if raw is None:
                stream.write(data.decode(errors="replace"))
            else:
                stream.flush()
                raw.write(data)
                raw.flush()
        except (OSError, ValueError) as failure:
            raise _not_written(failure) from failure

    def err(self, text: str) -> None:
        """Write to stderr; that nobody reads it is no reason to fail."""
        try:
            self.stderr.write(text)
            self.stderr.flush()
        except (OSError, ValueError):
            return


def is_terminal(stream: TextIO) -> bool:
    """Whether a stream is a terminal; a closed one is none."""
    try:
        return stream.isatty()
    except (OSError, ValueError):
        return False


def _cwd() -> Path:
    try:
        return Path.cwd()
    except OSError:  # the folder has been deleted under us
        return Path(os.environ.get("PWD", os.sep))
